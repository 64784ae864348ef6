package bmm.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** An object as it is now: what it is, what belongs to it, and its content, which has not been read yet. */
public record Fetched(ObjectInfo info, ObjectProperties properties, InputStream content) implements AutoCloseable {
    @Override
    public void close() {
        try {
            content.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
