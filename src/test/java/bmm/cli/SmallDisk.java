package bmm.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/** A directory on a filesystem that is soon full, for one test at a time in all processes. */
final class SmallDisk implements AutoCloseable {
    private final FileChannel channel;
    private final FileLock lock;
    private final Path directory;

    private SmallDisk(FileChannel channel, FileLock lock, Path directory) {
        this.channel = channel;
        this.lock = lock;
        this.directory = directory;
    }

    /** On one of 24 MB. */
    static SmallDisk take() throws IOException {
        return take("BMM_TEST_SMALL_DISK");
    }

    /** On one that holds an empty cluster, and little more; the server's user can get there. */
    static SmallDisk takeForCluster() throws IOException {
        SmallDisk disk = take("BMM_TEST_CLUSTER_DISK");
        Files.setPosixFilePermissions(disk.directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        return disk;
    }

    /** Waits for its turn; the test is skipped where there is no such filesystem. */
    private static SmallDisk take(String variable) throws IOException {
        String small = System.getenv(variable);
        assumeTrue(small != null, "no small filesystem: " + variable + " is not set");
        Path disk = Path.of(Objects.requireNonNull(small));
        FileChannel channel =
                FileChannel.open(disk.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock();
        return new SmallDisk(channel, lock, Files.createTempDirectory(disk, "full"));
    }

    Path directory() {
        return directory;
    }

    /** What was put there must be gone by then. */
    @Override
    public void close() throws IOException {
        try (channel;
                lock) {
            Files.delete(directory);
        }
    }
}
