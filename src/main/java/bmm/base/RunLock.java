package bmm.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;

/**
 * One run at a time. The operating system holds the lock, so that it ends with the process however that dies; the file
 * stays, and says who holds it.
 */
public final class RunLock implements AutoCloseable {
    private final FileChannel channel;

    private RunLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock or fails at once.
     *
     * @throws Failure {@link ExitCode#LOCKED} if another run holds it, {@link ExitCode#CONFIGURATION} if the file
     *     cannot be made
     */
    @SuppressWarnings("resource") // the channel is the lock: it is closed with it
    public static RunLock acquire(Path file, Instant now) {
        FileChannel channel = open(file);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                channel.truncate(0);
                String holder =
                        "pid " + ProcessHandle.current().pid() + " since " + now.truncatedTo(ChronoUnit.SECONDS);
                channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)), 0);
                return new RunLock(channel);
            }
        } catch (OverlappingFileLockException e) {
            // Held by this very process: the same answer as for another one.
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "cannot lock " + file + ": " + Failure.reason(e),
                    "put BMM_STATE_DIR on a local file system",
                    e);
        }
        String holder = holderOf(file);
        closeQuietly(channel);
        throw new Failure(
                ExitCode.LOCKED,
                "another run is in progress" + (holder.isEmpty() ? "" : " (" + holder + ")"),
                "wait for it to end; the lock " + file + " frees itself when that process is gone");
    }

    private static FileChannel open(Path file) {
        try {
            DurableFile.createDirectories(DurableFile.directoryOf(file));
            return FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "cannot write the lock file " + file + ": " + Failure.reason(e),
                    "check the owner of its directory, or set BMM_STATE_DIR",
                    e);
        }
    }

    private static String holderOf(Path file) {
        try {
            return Files.readString(file).strip();
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
        closeQuietly(channel);
    }
}
