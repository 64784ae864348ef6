package bmm.stream;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;

/** Keeps all streams that are read through it together below a number of bytes a second. */
public final class Throttle {
    /** As fast as it goes. */
    public static final Throttle NONE = new Throttle(0);

    /** Bytes that may come at once after a pause, as a part of a second. */
    private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final long bytesPerSecond;
    private long free;

    /**
     * @param bytesPerSecond 0 for no limit
     */
    public Throttle(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
        this.free = System.nanoTime();
    }

    /** The stream, held back. */
    public InputStream limit(InputStream in) {
        return bytesPerSecond <= 0 ? in : new Limited(in);
    }

    /** Books the bytes and returns how long to wait for them, in nanoseconds. */
    private synchronized long book(int bytes) {
        long now = System.nanoTime();
        free = Math.max(free, now - BURST_NANOS) + (long) (bytes * 1e9 / bytesPerSecond);
        return free - now;
    }

    private final class Limited extends FilterInputStream {
        /** A tenth of a second's worth at most, so that waiting is spread evenly. */
        private final int most = Math.clamp(bytesPerSecond / 10, 1, 64 * 1024);

        Limited(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, Math.min(length, most));
            long wait = count > 0 ? book(count) : 0;
            if (wait > 0) {
                try {
                    TimeUnit.NANOSECONDS.sleep(wait);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("stopped");
                }
            }
            return count;
        }
    }
}
