package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;

/** Lets so many bytes a second pass, over all streams together. */
public final class Throttle {
    private static final int LEAST_PIECE = 1024;
    private static final int LARGEST_PIECE = 64 * 1024;

    private final long bytesPerSecond;
    private long free;

    /**
     * @param bytesPerSecond 0 for no limit
     */
    public Throttle(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
        this.free = System.nanoTime();
    }

    /** A store to and from which no more bytes go than that, over all stores that share this. */
    public ObjectStore limited(ObjectStore store) {
        return bytesPerSecond > 0 ? new LimitedStore(store, this) : store;
    }

    /** A stream that is read no faster. */
    InputStream slowed(InputStream in) {
        int piece = Math.clamp(bytesPerSecond / 10, LEAST_PIECE, LARGEST_PIECE);
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int from, int length) throws IOException {
                int count = super.read(target, from, Math.min(length, piece));
                pass(count);
                return count;
            }
        };
    }

    private void pass(int bytes) {
        if (bytes <= 0) {
            return;
        }
        try {
            TimeUnit.NANOSECONDS.sleep(reserve(bytes));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.STORE, "stopped during a transfer", "run it again", e);
        }
    }

    /** Takes the next place in the row; returns how long it is until then. Time that nobody used is not saved up. */
    private synchronized long reserve(int bytes) {
        long now = System.nanoTime();
        free = Math.max(free, now) + bytes * TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
        return free - now;
    }
}
