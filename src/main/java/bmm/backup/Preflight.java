package bmm.backup;

import bmm.base.Amounts;
import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.FileSystemSpace;
import bmm.base.Hint;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.OwnPlace;
import bmm.base.Settings;
import bmm.catalog.BackupName;
import bmm.catalog.Catalog;
import bmm.catalog.Catalog.StoredBackup;
import bmm.dump.AgeKeys;
import bmm.dump.DumpKind;
import bmm.postgres.PgTools;
import bmm.postgres.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What must be true before anything is dumped. */
final class Preflight {
    /** A dump without history is taken to need half of what the database has on disk, indexes included. */
    private static final double SHARE_OF_DATABASE = 0.5;

    /** Data may have grown since the last dump. */
    private static final double GROWTH = 1.3;

    private static final Logger LOG = LoggerFactory.getLogger(Preflight.class);

    private Preflight() {}

    /** The backup directory is there and can be written to. */
    static void checkDirectory(Instance instance) {
        Path directory = instance.backupDirectory();
        if (instance.defaultPlaces()) {
            try {
                DurableFile.createDirectories(directory);
            } catch (IOException e) {
                throw new Failure(
                        ExitCode.CONFIGURATION,
                        "cannot create " + directory + ": " + Failure.reason(e),
                        "create it for this user, or set BMM_BACKUP_DIR",
                        e);
            }
        }
        if (!Files.isDirectory(directory)) {
            // Never created here: what is missing may be a mount, and dumps would fill the root disk.
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "the backup directory " + directory + " does not exist",
                    Hint.of("is its file system mounted? else create it: mkdir -p ")
                            .file(directory));
        }
        if (!Files.isWritable(directory)) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "the backup directory " + directory + " is not writable",
                    "chown it to the user that runs bmm");
        }
        OwnPlace.checkWayTo(directory, "the backup directory", Keys.BACKUP_DIR);
        OwnPlace.othersIn(directory)
                .ifPresent(others -> LOG.atWarn()
                        .addKeyValue("directory", directory)
                        .log("backups in it can be removed and exchanged by others: {}", others));
    }

    /** Subdirectories are the owner's to exchange for links, at any moment: nothing is written into one. */
    static void checkSubdirectories(Instance instance, DumpKind kind, boolean outgoing) {
        Optional<String> others = kind == DumpKind.DIRECTORY || outgoing
                ? OwnPlace.othersIn(instance.backupDirectory())
                : Optional.empty();
        if (others.isPresent()) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    (outgoing ? "BMM_ENCRYPT=remote" : "BMM_DUMP_JOBS above 1")
                            + " needs a backup directory that nobody else can write to: " + others.get(),
                    Hint.of("chown the directory to the user that runs bmm: ").file(instance.backupDirectory()));
        }
    }

    /** The tools can dump this server. */
    static void checkVersions(PgTools tools, Server.Database database) {
        if (database.serverMajor() < Server.OLDEST_MAJOR) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "the server is PostgreSQL " + database.serverMajor() + "; bmm needs " + Server.OLDEST_MAJOR
                            + " or later",
                    "upgrade the server, or use its own pg_dump until then");
        }
        if (tools.major() < database.serverMajor()) {
            throw PgTools.tooOld(tools, database.serverMajor());
        }
    }

    /** Encryption that was on and no longer is, by a typing error in a file say, must not go unnoticed. */
    static void warnOfPlain(Settings settings, List<StoredBackup> earlier) {
        boolean was = !earlier.isEmpty()
                && earlier.getLast()
                        .dump()
                        .filter(dump -> BackupName.isEncrypted(dump.key()))
                        .isPresent();
        if (was && AgeKeys.encryption(settings).isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("last", earlier.getLast().name())
                    .log("the last backup was encrypted, this one will not be: BMM_AGE_RECIPIENTS is not set");
        }
    }

    /** There is room for the dump and what must stay free beside it. */
    static void checkDisk(
            Instance instance, Settings settings, DumpKind kind, Server.Database database, Catalog local) {
        List<StoredBackup> earlier = local.of(database.name());
        long expected = earlier.isEmpty()
                ? (long) (database.sizeBytes() * SHARE_OF_DATABASE)
                : (long) (earlier.getLast().bytes() * GROWTH);
        if (kind == DumpKind.DIRECTORY) {
            expected *= 2; // the directory, and the tar that it is packed into
        }
        long needed = expected + settings.get(Keys.MIN_FREE);
        long free;
        try {
            free = FileSystemSpace.usable(instance.backupDirectory());
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "cannot see how much room is left in " + instance.backupDirectory() + ": " + Failure.reason(e),
                    "check that file system",
                    e);
        }
        if (free < needed) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "database " + database.name() + ": not enough room in " + instance.backupDirectory() + ": "
                            + Amounts.bytes(free) + " free, about " + Amounts.bytes(expected) + " for the dump and "
                            + Amounts.bytes(needed - expected) + " that must stay free",
                    "free some space, keep fewer backups (BMM_KEEP_…), or lower BMM_MIN_FREE");
        }
    }
}
