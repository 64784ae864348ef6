package bmm.stream;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Ends with an error where more comes than was announced: whatever unpacks to more than that is somebody's bomb. */
public final class Bounded extends FilterInputStream {
    private final long most;
    private long left;

    /** More came than was announced. */
    public static final class TooMuch extends IOException {
        private static final long serialVersionUID = 1;

        TooMuch(long most) {
            super("it holds more than the " + most + " bytes that it may");
        }
    }

    /**
     * @param most bytes that may come
     */
    public Bounded(InputStream in, long most) {
        super(in);
        this.most = most;
        this.left = most;
    }

    @Override
    public int read() throws IOException {
        int b = in.read();
        if (b >= 0) {
            count(1);
        }
        return b;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = in.read(bytes, offset, length);
        if (count > 0) {
            count(count);
        }
        return count;
    }

    @Override
    public long skip(long wanted) throws IOException {
        long skipped = in.skip(wanted);
        count(skipped);
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void count(long some) throws IOException {
        left -= some;
        if (left < 0) {
            throw new TooMuch(most);
        }
    }
}
