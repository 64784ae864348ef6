package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A body that is being stored. It hands out exactly the announced bytes, and it remembers when reading them failed: a
 * broken source looks like a broken connection from below the HTTP client, but must not be tried again, and must be
 * reported as what it is.
 */
final class Source {
    private final Body body;
    private volatile @Nullable Throwable broken;

    Source(Body body) {
        this.body = body;
    }

    long size() {
        return body.size();
    }

    /** All of it. */
    InputStream open() {
        return open(0, body.size());
    }

    /** One piece of it. */
    InputStream open(long offset, long length) {
        return new Piece(offset, length, offset + length == body.size());
    }

    /** Throws if a body that is announced as empty is not. */
    void checkEmpty(String store, String key) {
        if (size() == 0) {
            try (InputStream in = open()) {
                var unused = in.read();
            } catch (IOException | RuntimeException e) {
                check(store, key);
                throw new IllegalStateException(e);
            }
        }
    }

    /** Whether reading it has failed. */
    boolean isBroken() {
        return broken != null;
    }

    /** Throws what went wrong with the source, if something did. */
    void check(String store, String key) {
        Throwable thrown = broken;
        if (thrown instanceof Failure failure) {
            throw failure;
        }
        if (thrown != null) {
            throw new Failure(
                    ExitCode.STORE,
                    store + ": " + KeyText.shown(key) + ": what was to be stored cannot be read: "
                            + Failure.reason(thrown),
                    "nothing was stored; look at the source",
                    thrown);
        }
    }

    private final class Piece extends InputStream {
        private final long offset;
        private final boolean last;
        private long remaining;
        private @Nullable InputStream stream;

        Piece(long offset, long length, boolean last) {
            this.offset = offset;
            this.remaining = length;
            this.last = last;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            try {
                return readExactly(target, from, length);
            } catch (IOException | RuntimeException e) {
                broken = e;
                throw e;
            }
        }

        private int readExactly(byte[] target, int from, int length) throws IOException {
            InputStream in = stream;
            if (in == null) {
                in = offset == 0 ? body.open() : body.open(offset);
                stream = in;
                if (remaining == 0) {
                    checkEnd(in);
                }
            }
            if (remaining == 0) {
                return -1;
            }
            int count = in.read(target, from, (int) Math.min(length, remaining));
            if (count < 0) {
                throw new IOException("it ended " + remaining + " bytes before its announced end");
            }
            remaining -= count;
            if (remaining == 0) {
                // Before the last bytes are handed on: after them the store would have a whole object.
                checkEnd(in);
            }
            return count;
        }

        private void checkEnd(InputStream in) throws IOException {
            if (last && in.read() >= 0) {
                throw new IOException("it is longer than announced");
            }
        }

        @Override
        public void close() throws IOException {
            InputStream in = stream;
            if (in != null) {
                in.close();
            }
        }
    }
}
