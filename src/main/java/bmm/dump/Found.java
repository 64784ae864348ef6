package bmm.dump;

import bmm.catalog.BackupName;
import bmm.catalog.Manifest;
import bmm.stream.Identities;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dump that was found, and what is known about it.
 *
 * @param database the database that was dumped, or null where nobody knows
 * @param name null for a dump that bmm did not name
 * @param place where it is, for people
 * @param globals null if there are none
 * @param manifest null for a dump that has none
 * @param identities what opens it, if it is encrypted
 * @param signature what is known of the manifest's signature, in words; null without a manifest
 * @param isSigned whether by a key that is known here
 * @param age how old it is, where nobody here knows whether there should be a newer one; else null
 * @param alarms what should not be: newer backups that were passed over, or that are gone
 */
public record Found(
        @Nullable String database,
        @Nullable BackupName name,
        String place,
        Origin dump,
        @Nullable Origin globals,
        @Nullable Manifest manifest,
        Identities identities,
        @Nullable String signature,
        boolean isSigned,
        @Nullable String age,
        List<String> alarms) {
    /** The same, with what was noticed on the way to it. */
    Found with(@Nullable String itsAge, List<String> noticed) {
        return new Found(
                database,
                name,
                place,
                dump,
                globals,
                manifest,
                identities,
                signature,
                isSigned,
                itsAge,
                List.copyOf(noticed));
    }

    /** The name of the file, or of the directory. */
    public String file() {
        return dump.file();
    }
}
