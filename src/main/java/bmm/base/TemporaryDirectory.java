package bmm.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory, mode 0700, that goes away with the run. A lock file beside it, held by the operating system for this
 * process, tells the directories of living runs from those of dead ones, which {@link #removeDead} removes.
 */
public final class TemporaryDirectory implements AutoCloseable {
    private static final String LOCK = ".lock";

    private final Path path;
    private final Path lockFile;
    private final RunLock lock;

    private TemporaryDirectory(Path path, Path lockFile, RunLock lock) {
        this.path = path;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /**
     * Makes one with a name that nobody can guess, and removes what dead runs left beside it.
     *
     * @param parent must exist
     * @param purpose the beginning of the name, such as {@code bmm-restore}
     * @throws Failure {@link ExitCode#PREFLIGHT} if nothing can be written there
     */
    public static TemporaryDirectory create(Path parent, String purpose, Instant now) {
        removeDead(parent, purpose, now);
        Path path = parent.resolve(purpose + "-" + UUID.randomUUID());
        Path lockFile = lockOf(path);
        if (!Files.isDirectory(parent) || !Files.isWritable(parent)) {
            throw cannotWrite(parent, "it is no directory that this user can write to", null);
        }
        check(parent);
        RunLock lock = RunLock.acquire(lockFile, now);
        try {
            Files.createDirectory(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return new TemporaryDirectory(path, lockFile, lock);
        } catch (IOException e) {
            lock.close();
            throw cannotWrite(parent, Failure.reason(e), e);
        }
    }

    /**
     * Refuses a directory in which somebody else could exchange what is made there.
     *
     * @throws Failure {@link ExitCode#PREFLIGHT}
     */
    public static void check(Path parent) {
        OwnPlace.othersIn(parent).ifPresent(others -> {
            throw cannotWrite(parent, others + " and could put something else in its place", null);
        });
    }

    private static Failure cannotWrite(Path parent, String reason, @Nullable IOException e) {
        return new Failure(
                ExitCode.PREFLIGHT,
                "cannot make a temporary directory in " + parent + ": " + reason,
                "set BMM_TEMP_DIR to a directory with room that this user can write to",
                e);
    }

    /** Removes the directories of that purpose whose runs are gone; what cannot be removed is left. */
    public static void removeDead(Path parent, String purpose, Instant now) {
        List<Path> locks;
        try (Stream<Path> files = Files.list(parent)) {
            locks = files.filter(file -> isLockOf(purpose, String.valueOf(file.getFileName())))
                    .filter(Files::isWritable)
                    .toList();
        } catch (IOException e) {
            return; // making a directory there will tell
        }
        for (Path lockFile : locks) {
            String name = String.valueOf(lockFile.getFileName());
            Path directory = lockFile.resolveSibling(name.substring(0, name.length() - LOCK.length()));
            removeIfDead(directory, lockFile, now);
        }
    }

    private static void removeIfDead(Path directory, Path lockFile, Instant now) {
        RunLock dead;
        try {
            dead = RunLock.acquire(lockFile, now);
        } catch (Failure e) {
            return; // its run is alive, or it is no lock of ours
        }
        try {
            if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)
                    || FileStatus.of(directory).isOurs()) {
                DirectoryTree.delete(directory);
                Files.deleteIfExists(lockFile);
            }
        } catch (IOException e) {
            return; // it belongs to somebody else
        } finally {
            dead.close();
        }
    }

    private static boolean isLockOf(String purpose, String name) {
        return name.startsWith(purpose + "-") && name.endsWith(LOCK);
    }

    private static Path lockOf(Path directory) {
        return directory.resolveSibling(directory.getFileName() + LOCK);
    }

    public Path path() {
        return path;
    }

    /** Removes it; what cannot be removed is left to the next run. */
    @Override
    public void close() {
        try {
            DirectoryTree.delete(path);
            Files.deleteIfExists(lockFile);
        } catch (IOException e) {
            // The lock file stays, so that the next run finds the directory.
        } finally {
            lock.close();
        }
    }
}
