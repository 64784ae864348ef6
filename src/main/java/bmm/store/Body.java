package bmm.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Bytes to be stored: their number is known, and they can be read again when an attempt failed. */
public interface Body {
    /** Exact number of bytes. */
    long size();

    /** A new stream from the first byte on. */
    InputStream open() throws IOException;

    /** The content of a file, which must not change meanwhile. */
    static Body of(Path file) throws IOException {
        long size = Files.size(file);
        return new Body() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public InputStream open() throws IOException {
                return Files.newInputStream(file);
            }
        };
    }

    /** A few bytes in memory. */
    static Body of(byte[] bytes) {
        return new Body() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        };
    }
}
