package bmm.restore;

import bmm.base.Amounts;
import bmm.catalog.Manifest;
import bmm.dump.Found;
import bmm.postgres.PgTools;
import bmm.postgres.RestoreTarget;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a restore will do; nothing has been changed yet.
 *
 * @param into the database that will hold the data
 * @param address of its server
 * @param steps in order, in words
 * @param notes what the user should know before
 * @param room bytes needed in the temporary directory
 * @param estimate how long it will take, or null where nothing is known
 * @param previous the name that an existing database will have afterwards, or null
 */
public record RestorePlan(
        Found found,
        Way way,
        String into,
        String address,
        RestoreTarget.Seen server,
        PgTools tools,
        List<String> steps,
        List<String> notes,
        long room,
        @Nullable Duration estimate,
        @Nullable String previous) {
    /** The ways to bring data back. */
    public enum Way {
        /** Into a database that is made for it. */
        CREATE,
        /** Into a new database that then takes the place of the old one. */
        REPLACE,
        /** Into a database as it is, over what is there. */
        CLEAN,
        /** Some tables or schemas, into a database as it is. */
        SELECT
    }

    /** Whether it makes a database. */
    boolean makesDatabase() {
        return way == Way.CREATE || way == Way.REPLACE;
    }

    /** What will be restored, in one line. */
    public String subject() {
        Manifest manifest = found.manifest();
        String file = found.file()
                + (found.dump().bytes() == 0
                        ? ""
                        : "  " + Amounts.bytes(found.dump().bytes()));
        return manifest == null
                ? file + "  without a manifest: nothing to compare with"
                : file + "  data of " + Instant.parse(manifest.snapshotAt()).truncatedTo(ChronoUnit.SECONDS)
                        + ", PostgreSQL "
                        + manifest.database().serverVersion() + ", "
                        + Amounts.count(manifest.fingerprint().tables().size(), "table") + ", "
                        + Amounts.count(manifest.fingerprint().rows(), "row");
    }

    /**
     * A guess from what the backup took: reading and writing the same data, and indexes on top.
     */
    static @Nullable Duration estimate(@Nullable Manifest manifest) {
        if (manifest == null) {
            return null;
        }
        Duration backup = Duration.between(manifest.started(), Instant.parse(manifest.finishedAt()));
        Duration twice = backup.multipliedBy(2);
        return twice.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : twice;
    }
}
