package bmm.postgres;

import java.io.IOException;
import java.io.InputStream;

/** A buffered stream for one thread. The JDK's takes a lock for each byte, and an archive has five to read per row. */
final class Buffered extends InputStream {
    private static final int SIZE = 128 * 1024;

    private final InputStream in;
    private final byte[] buffer = new byte[SIZE];
    private int position;
    private int limit;

    Buffered(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        return position < limit || fill() ? buffer[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (position == limit && !fill()) {
            return -1;
        }
        int count = Math.min(length, limit - position);
        System.arraycopy(buffer, position, bytes, offset, count);
        position += count;
        return count;
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer, 0, SIZE));
        return limit > 0;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
