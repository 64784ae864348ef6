package bmm.stream;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Writes everything twice: first to the one stream, then to the other. */
public final class Tee extends FilterOutputStream {
    private final OutputStream second;

    /**
     * @param first closed and flushed with this stream
     * @param second closed with it too
     */
    public Tee(OutputStream first, OutputStream second) {
        super(first);
        this.second = second;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        second.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
        try (second) {
            super.close();
        }
    }
}
