package bmm.store;

import java.io.IOException;
import java.io.InputStream;

/** Pseudo-random bytes of any length, which can break on the way. */
final class Letters implements Body {
    private final long length;
    private long announced;
    private long breakAt = Long.MAX_VALUE;
    private Throwable how = new IOException("the disk is broken");

    Letters(long length) {
        this.length = length;
        this.announced = length;
    }

    Letters announcedAs(long size) {
        this.announced = size;
        return this;
    }

    Letters breakingAt(long offset) {
        this.breakAt = offset;
        return this;
    }

    Letters failingAt(long offset, RuntimeException failure) {
        this.breakAt = offset;
        this.how = failure;
        return this;
    }

    @Override
    public long size() {
        return announced;
    }

    @Override
    public InputStream open() {
        return open(0);
    }

    @Override
    public InputStream open(long offset) {
        return new InputStream() {
            private long position = offset;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int from, int most) throws IOException {
                if (position == breakAt) {
                    if (how instanceof RuntimeException failure) {
                        throw failure;
                    }
                    throw (IOException) how;
                }
                int count = (int) Math.min(most, Math.min(length, breakAt) - position);
                for (int i = 0; i < count; i++) {
                    target[from + i] = (byte) (((position + i) * 2654435761L) >>> 13);
                }
                position += count;
                return count == 0 && most > 0 ? -1 : count;
            }
        };
    }
}
