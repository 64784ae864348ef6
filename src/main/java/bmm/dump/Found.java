package bmm.dump;

import bmm.catalog.BackupName;
import bmm.catalog.Manifest;
import bmm.stream.Identities;
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
 */
public record Found(
        @Nullable String database,
        @Nullable BackupName name,
        String place,
        Origin dump,
        @Nullable Origin globals,
        @Nullable Manifest manifest,
        Identities identities) {
    /** The name of the file, or of the directory. */
    public String file() {
        return dump.file();
    }
}
