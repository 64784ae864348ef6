package bmm.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/** Reads a stream in a thread of its own, so that what it costs (decompression, a hash) runs beside the reader's work. */
public final class ReadAhead extends InputStream {
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

    private final InputStream source;
    private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(BUFFERS);
    private final BlockingQueue<Filled> filled = new ArrayBlockingQueue<>(BUFFERS + 1);
    private final Thread reader;
    private Filled current = new Filled(new byte[0], 0, null);
    private int position;

    public ReadAhead(InputStream source) {
        this.source = source;
        for (int i = 0; i < BUFFERS; i++) {
            free.add(new byte[BUFFER_SIZE]);
        }
        reader = Thread.ofPlatform().daemon().name("read-ahead").start(this::fill);
    }

    private void fill() {
        try {
            int length = 0;
            while (length >= 0) {
                byte[] buffer = free.take();
                length = source.readNBytes(buffer, 0, buffer.length);
                length = length == 0 ? -1 : length;
                filled.put(new Filled(buffer, length, null));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the reader has closed this stream and wants no more
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            // One place is always left for it in the queue.
            filled.add(new Filled(new byte[0], -1, e));
        }
    }

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
            default -> throw new IOException("cannot be decoded: " + current.failure.getMessage(), current.failure);
        }
    }

    @Override
    public void close() throws IOException {
        reader.interrupt();
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        source.close();
    }
}
