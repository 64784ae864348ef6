package bmm.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body of which any piece can be read by itself, several at a time. */
public interface RangedBody extends Body {
    /** Exactly one piece; reading it throws if what is read has changed since the first piece. */
    InputStream open(long offset, long length) throws IOException;

    /** Bytes in memory. */
    static RangedBody of(byte[] bytes) {
        return new RangedBody() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public InputStream open(long offset, long length) {
                return new ByteArrayInputStream(bytes, (int) offset, (int) length);
            }
        };
    }

    @Override
    default InputStream open() throws IOException {
        return open(0, size());
    }

    @Override
    default InputStream open(long offset) throws IOException {
        return open(offset, size() - offset);
    }
}
