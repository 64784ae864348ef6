package bmm.store;

import bmm.base.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks a store again that was not reached, and goes on with a stream where it broke off. Only {@link #put} is handed on
 * as it is: what a failed one has left behind, only the store itself can know.
 */
final class RetryingStore implements ObjectStore {
    /** After so many bytes the network is taken to work again, and the attempts are counted anew. */
    private static final long PROGRESS = 1 << 20;

    private final ObjectStore store;
    private final Attempts attempts;

    /**
     * @param pause before the second attempt
     */
    RetryingStore(ObjectStore store, int most, Duration pause) {
        this.store = store;
        this.attempts = new Attempts(most, pause, BrokenOff.class::isInstance);
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public void put(String key, Body body) {
        store.put(key, body);
    }

    @Override
    public void put(String key, Body body, @Nullable ObjectLock lock) {
        store.put(key, body, lock);
    }

    @Override
    public boolean canLock() {
        return store.canLock();
    }

    @Override
    public Optional<ObjectLock> lock(String key) {
        return attempts.of(() -> store.lock(key));
    }

    @Override
    public InputStream get(String key) {
        return new Resumed(key, 0, Long.MAX_VALUE, attempts.of(() -> store.get(key)));
    }

    @Override
    public InputStream get(String key, long offset, long length) {
        return new Resumed(key, offset, length, attempts.of(() -> store.get(key, offset, length)));
    }

    @Override
    public Optional<ObjectInfo> head(String key) {
        return attempts.of(() -> store.head(key));
    }

    @Override
    public Iterator<ObjectInfo> list(String prefix) {
        return attempts.of(() -> store.list(prefix));
    }

    @Override
    public void delete(String key) {
        attempts.run(() -> store.delete(key));
    }

    /** What stands behind this keeps content only; each step of a copy is asked again by itself. */
    @Override
    public ObjectCopies copies() {
        return new PlainCopies(this);
    }

    @Override
    public List<Leftover> leftovers() {
        return attempts.of(store::leftovers);
    }

    @Override
    public void removeLeftover(Leftover leftover) {
        attempts.run(() -> store.removeLeftover(leftover));
    }

    @Override
    public void close() {
        store.close();
    }

    private final class Resumed extends InputStream {
        private final String key;
        private long position;
        private long remaining;
        private @Nullable InputStream stream;
        private int attempt = 1;
        private long lastBreak;

        Resumed(String key, long offset, long length, InputStream stream) {
            this.key = key;
            this.position = offset;
            this.remaining = length;
            this.stream = stream;
            this.lastBreak = offset;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            while (true) {
                try {
                    InputStream in = stream;
                    if (in == null) {
                        in = store.get(key, position, remaining);
                        stream = in;
                    }
                    int count = in.read(target, from, length);
                    position += Math.max(count, 0);
                    remaining -= Math.max(count, 0);
                    return count;
                } catch (BrokenOff e) {
                    close();
                    waitOrGiveUp(e);
                }
            }
        }

        private void waitOrGiveUp(Failure broken) {
            attempt = position - lastBreak >= PROGRESS ? 1 : attempt;
            lastBreak = position;
            if (attempt >= attempts.most()) {
                throw broken;
            }
            attempts.waitAfter(attempt, broken);
            attempt++;
        }

        @Override
        public void close() throws IOException {
            InputStream in = stream;
            stream = null;
            if (in != null) {
                in.close();
            }
        }
    }
}
