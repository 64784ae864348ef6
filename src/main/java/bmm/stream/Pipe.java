package bmm.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Bytes from one thread to another, a megabyte of them at most on the way. The JDK's pipe holds a kilobyte, takes a lock
 * for each read and polls.
 */
public final class Pipe {
    private static final int BUFFERS = 4;
    private static final int BUFFER_SIZE = 256 * 1024;

    /** A filled buffer; one of length -1 is the end, with the reason if it came too early. */
    private static final class Filled {
        private final byte[] bytes;
        private final int length;
        private final @Nullable Throwable failure;

        Filled(byte[] bytes, int length, @Nullable Throwable failure) {
            this.bytes = bytes;
            this.length = length;
            this.failure = failure;
        }
    }

    private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(BUFFERS + 1);
    // One place is for the end, and one for the buffer that a reader who goes away gives back.
    private final BlockingQueue<Filled> filled = new ArrayBlockingQueue<>(BUFFERS + 2);
    private final Sink sink = new Sink();
    private final Source source = new Source();
    private volatile boolean readerGone;

    public Pipe() {
        for (int i = 0; i < BUFFERS; i++) {
            free.add(new byte[BUFFER_SIZE]);
        }
    }

    /** The end to write to. Closing it is the end of the stream; when the reader has gone, what is written is dropped. */
    public OutputStream sink() {
        return sink;
    }

    /** The end to read from; closing it never blocks the writer. */
    public InputStream source() {
        return source;
    }

    /** Ends the stream too early: after what was written before, the reader gets an {@link IOException} with that reason. */
    public void fail(Throwable reason) {
        filled.add(new Filled(new byte[0], -1, reason));
    }

    /** Moves the whole of a stream into the pipe, without copying it. */
    void fill(InputStream in) throws IOException, InterruptedException {
        int length = 0;
        while (length >= 0) {
            byte[] buffer = free.take();
            length = in.readNBytes(buffer, 0, buffer.length);
            length = length == 0 ? -1 : length;
            filled.put(new Filled(buffer, length, null));
        }
    }

    private final class Sink extends OutputStream {
        private byte @Nullable [] current;
        private int position;
        private boolean closed;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int from = offset;
            int left = length;
            while (left > 0 && !readerGone) {
                byte[] buffer = buffer();
                int count = Math.min(left, BUFFER_SIZE - position);
                System.arraycopy(bytes, from, buffer, position, count);
                position += count;
                from += count;
                left -= count;
                if (position == BUFFER_SIZE) {
                    pass();
                }
            }
        }

        private byte[] buffer() throws IOException {
            byte[] buffer = current;
            if (buffer == null) {
                try {
                    buffer = free.take();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("stopped while writing");
                }
                current = buffer;
                position = 0;
            }
            return buffer;
        }

        private void pass() {
            if (current != null && position > 0) {
                filled.add(new Filled(current, position, null));
                current = null;
            }
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                pass();
                filled.offer(new Filled(new byte[0], -1, null));
            }
        }
    }

    private final class Source extends InputStream {
        private Filled current = new Filled(new byte[0], 0, null);
        private int position;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (current.length >= 0 && position == current.length) {
                next();
            }
            if (current.length < 0) {
                throwFailure();
                return -1;
            }
            int count = Math.min(length, current.length - position);
            System.arraycopy(current.bytes, position, bytes, offset, count);
            position += count;
            return count;
        }

        private void next() throws IOException {
            try {
                if (current.length > 0) {
                    free.put(current.bytes);
                }
                current = filled.take();
                position = 0;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("stopped while reading");
            }
        }

        private void throwFailure() throws IOException {
            switch (current.failure) {
                case null -> {}
                case IOException e -> throw new IOException(e.getMessage(), e);
                case Throwable e -> throw new IOException("cannot be decoded: " + e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            readerGone = true;
            // A writer that waits for a buffer gets one, and then sees that nobody reads.
            free.offer(new byte[BUFFER_SIZE]);
        }
    }
}
