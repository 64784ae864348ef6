package bmm.doctor;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.FileSystemSpace;
import bmm.base.Finding;
import bmm.base.Hint;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.OwnPlace;
import bmm.base.Settings;
import bmm.catalog.Catalog;
import bmm.catalog.Catalog.StoredBackup;
import bmm.postgres.Server;
import bmm.store.FileStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The directories of an instance: there, writable, and with room for the next dumps. */
final class PlaceCheck {
    /** As before a backup: half of the database without an earlier dump, else that dump and a third more. */
    private static final double SHARE_OF_DATABASE = 0.5;

    private static final double GROWTH = 1.3;
    private static final int OTHERS_WRITE = 002;

    private final Settings settings;
    private final Instance instance;
    private final Surroundings surroundings;

    PlaceCheck(Settings settings, Instance instance, Surroundings surroundings) {
        this.settings = settings;
        this.instance = instance;
        this.surroundings = surroundings;
    }

    List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        findings.add(
                directory("backup directory", instance.backupDirectory(), instance.defaultPlaces(), "BMM_BACKUP_DIR"));
        findings.add(directory("state directory", instance.stateDirectory(), true, "BMM_STATE_DIR"));
        openToOthers("backup directory", instance.backupDirectory()).ifPresent(findings::add);
        openToOthers("state directory", instance.stateDirectory()).ifPresent(findings::add);
        umask().ifPresent(findings::add);
        findings.add(directory("temporary directory", surroundings.temporaryDirectory(), false, "BMM_TEMP_DIR"));
        return findings;
    }

    private static Finding directory(String subject, Path directory, boolean madeWhenNeeded, String setting) {
        Path place = directory;
        while (madeWhenNeeded && !Files.exists(place) && place.getParent() != null) {
            place = place.getParent();
        }
        if (!Files.isDirectory(place)) {
            return Finding.fail(
                    ExitCode.CONFIGURATION,
                    subject,
                    place + (Files.exists(place) ? " is not a directory" : " does not exist"),
                    Hint.of("is its file system mounted? else create it, or set ")
                            .name(setting));
        }
        // isWritable tells root that everything is, so it is tried.
        if (!place.equals(directory)) {
            return Files.isWritable(place)
                    ? Finding.ok(subject, directory + " will be made when it is needed")
                    : Finding.fail(
                            ExitCode.CONFIGURATION,
                            subject,
                            directory + " cannot be made: " + place + " is not writable",
                            Hint.of("create it for the user that runs bmm, or set ")
                                    .name(setting));
        }
        Optional<String> others = OwnPlace.othersIn(directory);
        if (others.isPresent()) {
            return Finding.warn(
                    subject,
                    directory + ": " + others.get() + ", and can remove and exchange what bmm puts there",
                    Hint.of("chown it to the user that runs bmm, or set ").name(setting));
        }
        try {
            Files.delete(Files.createTempFile(directory, ".bmm-doctor-", ""));
        } catch (IOException e) {
            return Finding.fail(
                    ExitCode.CONFIGURATION,
                    subject,
                    directory + " is not writable: " + Failure.reason(e),
                    Hint.of("chown it to the user that runs bmm, or set ").name(setting));
        }
        return Finding.ok(subject, directory + free(directory));
    }

    /** Names of databases are in both, and without encryption all that is in them. */
    private static Optional<Finding> openToOthers(String subject, Path directory) {
        try {
            return Files.getPosixFilePermissions(directory).contains(PosixFilePermission.OTHERS_READ)
                    ? Optional.of(Finding.warn(
                            subject,
                            directory + " can be looked into by other users",
                            Hint.of("chmod 700 ").file(directory)))
                    : Optional.empty();
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty(); // that it is not there is told already
        }
    }

    /** bmm gives its own files their modes; what hooks and tools make has what the umask leaves. */
    private static Optional<Finding> umask() {
        try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
            return status.filter(line -> line.startsWith("Umask:"))
                    .map(line -> line.substring("Umask:".length()).strip())
                    .filter(umask -> (Integer.parseInt(umask, 8) & OTHERS_WRITE) == 0)
                    .map(umask -> Finding.warn(
                            "umask",
                            umask + ": what hooks and tools make can be changed by other users",
                            "set it to 077 where bmm is started; in a systemd unit, UMask=0077"))
                    .findFirst();
        } catch (IOException | UncheckedIOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static String free(Path directory) {
        try {
            return ", " + Amounts.bytes(FileSystemSpace.usable(directory)) + " free";
        } catch (IOException e) {
            return "";
        }
    }

    /** Whether the next dumps of all databases have room. */
    List<Finding> room(List<Server.Database> databases) {
        Path directory = instance.backupDirectory();
        if (!Files.isDirectory(directory) || databases.isEmpty()) {
            return List.of();
        }
        long free;
        long dumps = 0;
        try (FileStore store = FileStore.flat(directory)) {
            free = FileSystemSpace.usable(directory);
            Catalog local = Catalog.read(store, "");
            for (Server.Database database : databases) {
                List<StoredBackup> earlier = local.of(database.name());
                dumps += (long)
                        (earlier.isEmpty()
                                ? database.sizeBytes() * SHARE_OF_DATABASE
                                : earlier.getLast().bytes() * GROWTH);
            }
        } catch (IOException e) {
            return List.of(Finding.fail(
                    ExitCode.PREFLIGHT, "disk", "free space is not told: " + Failure.reason(e), "check the disk"));
        } catch (Failure e) {
            return List.of(Finding.fail(ExitCode.PREFLIGHT, "disk", e));
        }
        long needed = dumps + settings.get(Keys.MIN_FREE);
        String says = Amounts.bytes(free) + " free, about " + Amounts.bytes(dumps) + " for the next dumps and "
                + Amounts.bytes(needed - dumps) + " that must stay free";
        return List.of(
                free < needed
                        ? Finding.fail(
                                ExitCode.PREFLIGHT,
                                "disk",
                                says,
                                "free some space, keep fewer backups (BMM_KEEP_…), or lower BMM_MIN_FREE")
                        : Finding.ok("disk", says));
    }
}
