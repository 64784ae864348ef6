package bmm.stream;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads a stream in a thread of its own, so that what it costs (decompression, a hash) runs beside the reader's work. */
public final class ReadAhead extends FilterInputStream {
    private final InputStream source;
    private final Pipe pipe;
    private final Thread reader;

    public ReadAhead(InputStream source) {
        this(source, new Pipe());
    }

    private ReadAhead(InputStream source, Pipe pipe) {
        super(pipe.source());
        this.source = source;
        this.pipe = pipe;
        this.reader = Thread.ofPlatform().daemon().name("read-ahead").start(this::fill);
    }

    private void fill() {
        try {
            pipe.fill(source);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the reader has closed this stream and wants no more
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            pipe.fail(e);
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
