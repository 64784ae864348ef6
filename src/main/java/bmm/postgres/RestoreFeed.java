package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.process.RunningCommand;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Writes a dump to a program's standard input, in a thread of its own. */
final class RestoreFeed {
    private static final int BUFFER = 128 * 1024;

    private final InputStream from;
    private final RunningCommand to;
    private final Thread thread;
    private volatile @Nullable Exception unreadable;

    private RestoreFeed(InputStream from, RunningCommand to) {
        this.from = from;
        this.to = to;
        this.thread = Thread.ofVirtual().name("restore-input").unstarted(this::feed);
    }

    static RestoreFeed start(InputStream from, RunningCommand to) {
        RestoreFeed feed = new RestoreFeed(from, to);
        feed.thread.start();
        return feed;
    }

    private void feed() {
        byte[] buffer = new byte[BUFFER];
        try (var out = to.input()) {
            for (int count = read(buffer); count >= 0; count = read(buffer)) {
                out.write(buffer, 0, count);
            }
        } catch (IOException e) {
            // It ended before its input did, and has said why.
            return;
        }
    }

    /** What cannot be read must not look like the end: half of a dump would be taken for the whole. */
    private int read(byte[] buffer) {
        try {
            return from.read(buffer);
        } catch (IOException | RuntimeException e) {
            unreadable = e;
            to.kill();
            return -1;
        }
    }

    /** Waits for its end, and throws if the dump could not be read to its own. */
    void check(String database) throws InterruptedException {
        thread.join();
        Exception e = unreadable;
        if (e != null) {
            throw unreadable(database, e);
        }
    }

    /** Half of a dump is no dump. */
    static Failure unreadable(String database, Exception e) {
        return new Failure(
                ExitCode.VERIFICATION,
                "database " + database + ": the dump cannot be read to its end: " + Failure.reason(e),
                "it is damaged: take another copy of this backup",
                e);
    }
}
