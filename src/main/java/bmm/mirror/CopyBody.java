package bmm.mirror;

import bmm.store.Fetched;
import bmm.store.KeyText;
import bmm.store.ObjectInfo;
import bmm.store.ObjectStore;
import bmm.store.RangedBody;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The content of an object on its way to another store, of one version only: if the object is no longer what it was when
 * reading began, the piece fails, and nothing becomes visible at the destination. Where the store itself cannot tell, the
 * object is looked at again before the last byte of a piece is handed on.
 */
final class CopyBody implements RangedBody, AutoCloseable {
    private final ObjectStore store;
    private final ObjectInfo info;
    private final LongConsumer read;
    private @Nullable Fetched unread;

    /**
     * @param fetched is read first, and closed with this
     * @param read told the number of bytes of each read
     */
    CopyBody(ObjectStore store, Fetched fetched, LongConsumer read) {
        this.store = store;
        this.info = fetched.info();
        this.read = read;
        this.unread = fetched;
    }

    @Override
    public long size() {
        return info.size();
    }

    @Override
    public InputStream open(long offset, long length) {
        Fetched first = offset == 0 && length == info.size() ? take() : null;
        if (first != null) {
            return new Piece(first.content(), length);
        }
        return new Piece(store.copies().piece(info, offset, length), length);
    }

    private synchronized @Nullable Fetched take() {
        Fetched taken = unread;
        unread = null;
        return taken;
    }

    /** Whether the source still has what was fetched. */
    boolean isUnchanged() {
        Optional<ObjectInfo> now = store.head(info.key());
        return now.isPresent()
                && now.get().size() == info.size()
                && now.get().tag().equals(info.tag())
                && now.get().modified().equals(info.modified());
    }

    @Override
    public void close() {
        Fetched left = take();
        if (left != null) {
            left.close();
        }
    }

    private final class Piece extends FilterInputStream {
        private long left;

        /** Whether it must be looked at again: what a store with tags hands out is one version; a file has no such promise. */
        private boolean unchecked = info.tag().isEmpty();

        Piece(InputStream in, long length) {
            super(in);
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            if (count > 0) {
                read.accept(count);
                left -= count;
            }
            if (unchecked && (count < 0 || left <= 0)) {
                unchecked = false;
                if (!isUnchanged()) {
                    throw new IOException(KeyText.shown(info.key()) + " changed while it was read");
                }
            }
            return count;
        }
    }
}
