package bmm.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/** A directory on the filesystem of 24 MB that {@code BMM_TEST_SMALL_DISK} names, for one test at a time in all processes. */
final class SmallDisk implements AutoCloseable {
    private final FileChannel channel;
    private final FileLock lock;
    private final Path directory;

    private SmallDisk(FileChannel channel, FileLock lock, Path directory) {
        this.channel = channel;
        this.lock = lock;
        this.directory = directory;
    }

    /** Waits for its turn; the test is skipped where there is no such filesystem. */
    static SmallDisk take() throws IOException {
        String small = System.getenv("BMM_TEST_SMALL_DISK");
        assumeTrue(small != null, "no small filesystem: BMM_TEST_SMALL_DISK is not set");
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
