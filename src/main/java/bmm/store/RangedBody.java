package bmm.store;

import java.io.IOException;
import java.io.InputStream;

/** A body of which any piece can be read by itself, several at a time. */
public interface RangedBody extends Body {
    /** Exactly one piece; reading it throws if what is read has changed since the first piece. */
    InputStream open(long offset, long length) throws IOException;

    @Override
    default InputStream open() throws IOException {
        return open(0, size());
    }

    @Override
    default InputStream open(long offset) throws IOException {
        return open(offset, size() - offset);
    }
}
