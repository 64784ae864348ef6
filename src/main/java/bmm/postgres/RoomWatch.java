package bmm.postgres;

import bmm.base.Amounts;
import bmm.base.FileSystemSpace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Ends a server before it has filled a disk that others need: restored code can write without end, whatever size the dump
 * announced.
 */
final class RoomWatch implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final Path directory;
    private final long minFree;
    private final Runnable end;
    private final Thread thread;
    private volatile boolean ended;

    private RoomWatch(Path directory, long minFree, Runnable end) {
        this.directory = directory;
        this.minFree = minFree;
        this.end = end;
        this.thread = Thread.ofVirtual().name("room").unstarted(this::run);
    }

    /**
     * Begins to watch.
     *
     * @param directory on the file system of the server
     * @param minFree bytes; 0 for none
     * @param end what ends the server
     */
    static RoomWatch begin(Path directory, long minFree, Runnable end) {
        RoomWatch watch = new RoomWatch(directory, minFree, end);
        if (minFree > 0) {
            watch.thread.start();
        }
        return watch;
    }

    private void run() {
        try {
            while (FileSystemSpace.usable(directory) >= minFree) {
                Thread.sleep(INTERVAL);
            }
            ended = true;
            end.run();
        } catch (IOException e) {
            // The directory is gone, and the server with it.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Why the server was ended, if it was. */
    Optional<String> complaint() {
        return ended
                ? Optional.of("No space left but the " + Amounts.bytes(minFree) + " of BMM_MIN_FREE in " + directory
                        + ": the scratch cluster was ended")
                : Optional.empty();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
