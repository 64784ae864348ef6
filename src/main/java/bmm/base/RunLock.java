package bmm.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One run at a time. The operating system holds the lock, so that it ends with the process however that dies; the file
 * stays, and says who holds it.
 */
public final class RunLock implements AutoCloseable {
    /**
     * The locks of this very process. POSIX frees all locks of a process on a file as soon as it closes any descriptor
     * of that file (fcntl(2)), so a second attempt from within must not even open it.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    /** In the backup directory, because what is there is what two runs must not touch at once. */
    private static final String NAME = ".bmm.lock";

    private static final int LONGEST_HOLDER = 100;

    private final Path file;
    private final FileChannel channel;

    private RunLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Takes the lock on an instance's backups or fails at once, as {@link #acquire(Path, Instant)} does. */
    public static RunLock acquire(Instance instance, Instant now) {
        OwnPlace.checkWayTo(instance.backupDirectory(), "the backup directory", Keys.BACKUP_DIR);
        return acquire(instance.backupDirectory().resolve(NAME), now);
    }

    /**
     * Takes the lock or fails at once.
     *
     * @throws Failure {@link ExitCode#LOCKED} if another run holds it, {@link ExitCode#CONFIGURATION} if the file
     *     cannot be made
     */
    public static RunLock acquire(Path file, Instant now) {
        Path real = locate(file);
        if (!HELD.add(real)) {
            throw locked(file, "this process");
        }
        boolean acquired = false;
        try {
            RunLock lock = acquire(real, open(real), now);
            acquired = true;
            return lock;
        } finally {
            if (!acquired) {
                HELD.remove(real);
            }
        }
    }

    @SuppressWarnings("resource") // the channel is the lock: it is closed with it
    private static RunLock acquire(Path file, FileChannel channel, Instant now) {
        try {
            if (channel.tryLock() != null) {
                sign(channel, now);
                return new RunLock(file, channel);
            }
        } catch (IOException e) {
            closeQuietly(channel);
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "cannot lock " + file + ": " + Failure.reason(e),
                    "put BMM_STATE_DIR on a local file system",
                    e);
        }
        String holder = holderOf(channel);
        closeQuietly(channel);
        throw locked(file, holder);
    }

    /** Says who holds the lock; a full disk loses that sentence, not the run. */
    private static void sign(FileChannel channel, Instant now) {
        String holder = "pid " + ProcessHandle.current().pid() + " since " + now.truncatedTo(ChronoUnit.SECONDS);
        try {
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)), 0);
        } catch (IOException e) {
            // The lock itself needs no space.
        }
    }

    private static Failure locked(Path file, String holder) {
        return new Failure(
                ExitCode.LOCKED,
                "another run is in progress" + (holder.isEmpty() ? "" : " (" + holder + ")"),
                Hint.of("wait for it to end; the lock ").file(file).and(" frees itself when that process is gone"));
    }

    /** The one name of the file, however it was asked for. */
    private static Path locate(Path file) {
        try {
            Path directory = DurableFile.directoryOf(file);
            DurableFile.createDirectories(directory);
            return directory.toRealPath().resolve(file.getFileName());
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    private static FileChannel open(Path file) {
        try {
            return OwnFile.openOrCreate(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    private static Failure cannotWrite(Path file, IOException e) {
        return new Failure(
                ExitCode.CONFIGURATION,
                "cannot write the lock file " + file + ": " + Failure.reason(e),
                e instanceof OwnFile.NotOurs
                        ? "who owns that directory can put such things there: run bmm as that user, or remove it and chown the"
                                + " directory"
                        : "check the owner of its directory, or set BMM_STATE_DIR",
                e);
    }

    private static String holderOf(FileChannel channel) {
        try {
            ByteBuffer text = ByteBuffer.allocate(LONGEST_HOLDER);
            channel.read(text, 0);
            return StandardCharsets.UTF_8.decode(text.flip()).toString().strip();
        } catch (IOException e) {
            return "";
        }
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing was written through it.
        }
    }

    @Override
    public void close() {
        if (channel.isOpen()) {
            closeQuietly(channel);
            HELD.remove(file);
        }
    }
}
