package bmm.alert;

import bmm.base.DurableFile;
import bmm.base.Failure;
import bmm.base.OwnFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock on a file that is waited for, for moments only. The operating system frees it with the process that held it.
 * Where it cannot be had (a full disk, a hung holder), work goes on without: an alert that is sent twice is better than one
 * that is not sent.
 */
final class FileHold implements StateStore.Hold {
    private static final Logger LOG = LoggerFactory.getLogger(FileHold.class);
    private static final long POLL_MILLIS = 5;

    /** POSIX knows processes only, so threads of this one come first. */
    private static final ConcurrentHashMap<Path, ReentrantLock> WITHIN = new ConcurrentHashMap<>();

    private final ReentrantLock within;
    private final @Nullable FileChannel channel;

    private FileHold(ReentrantLock within, @Nullable FileChannel channel) {
        this.within = within;
        this.channel = channel;
    }

    /** Waits so long at most; then null. */
    static @Nullable FileHold tryHold(Path file, Duration patience) {
        ReentrantLock within = WITHIN.computeIfAbsent(file.toAbsolutePath().normalize(), key -> new ReentrantLock());
        long deadline = System.nanoTime() + patience.toNanos();
        FileChannel channel = null;
        try {
            if (within.isHeldByCurrentThread() || !within.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return null;
            }
            channel = open(file);
            FileLock lock = lock(channel, deadline);
            if (lock != null) {
                return new FileHold(within, channel);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("file", file).log("no lock: {}", Failure.reason(e));
            if (within.isHeldByCurrentThread()) {
                return new FileHold(within, null);
            }
        }
        closeQuietly(channel);
        if (within.isHeldByCurrentThread()) {
            within.unlock();
        }
        return null;
    }

    private static @Nullable FileLock lock(FileChannel channel, long deadline)
            throws IOException, InterruptedException {
        while (true) {
            try {
                FileLock lock = channel.tryLock();
                if (lock != null || System.nanoTime() > deadline) {
                    return lock;
                }
            } catch (OverlappingFileLockException e) {
                // Held by this process under another name of the same file.
                if (System.nanoTime() > deadline) {
                    return null;
                }
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static FileChannel open(Path file) throws IOException {
        DurableFile.createDirectories(DurableFile.directoryOf(file));
        return OwnFile.openOrCreate(file, StandardOpenOption.WRITE);
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // Nothing was written through it.
        }
    }

    @Override
    public void close() {
        closeQuietly(channel);
        within.unlock();
    }
}
