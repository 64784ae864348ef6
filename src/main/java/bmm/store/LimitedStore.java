package bmm.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A store to and from which no more than some bytes a second go, both ways and all streams together. A body that S3
 * signs over plain http is read two times, and counted two times.
 */
final class LimitedStore implements ObjectStore {
    private final ObjectStore store;
    private final Throttle throttle;

    LimitedStore(ObjectStore store, Throttle throttle) {
        this.store = store;
        this.throttle = throttle;
    }

    @Override
    public String name() {
        return store.name();
    }

    /** The body has no file behind it any more: a program that reads the file would read it as fast as it can. */
    @Override
    public void put(String key, Body body) {
        store.put(key, slowed(body));
    }

    @Override
    public void put(String key, Body body, @Nullable ObjectLock lock) {
        store.put(key, slowed(body), lock);
    }

    @Override
    public boolean canLock() {
        return store.canLock();
    }

    @Override
    public Optional<ObjectLock> lock(String key) {
        return store.lock(key);
    }

    private Body slowed(Body body) {
        return new Body() {
            @Override
            public long size() {
                return body.size();
            }

            @Override
            public InputStream open() throws IOException {
                return throttle.slowed(body.open());
            }

            @Override
            public InputStream open(long offset) throws IOException {
                return throttle.slowed(body.open(offset));
            }
        };
    }

    @Override
    public InputStream get(String key) {
        return throttle.slowed(store.get(key));
    }

    @Override
    public InputStream get(String key, long offset, long length) {
        return throttle.slowed(store.get(key, offset, length));
    }

    @Override
    public Optional<ObjectInfo> head(String key) {
        return store.head(key);
    }

    @Override
    public Iterator<ObjectInfo> list(String prefix) {
        return store.list(prefix);
    }

    @Override
    public void delete(String key) {
        store.delete(key);
    }

    @Override
    public ObjectCopies copies() {
        return new LimitedCopies(store.copies(), throttle);
    }

    @Override
    public Iterator<ObjectVersion> versions(String prefix) {
        return store.versions(prefix);
    }

    @Override
    public List<Leftover> leftovers() {
        return store.leftovers();
    }

    @Override
    public void removeLeftover(Leftover leftover) {
        store.removeLeftover(leftover);
    }

    @Override
    public void close() {
        store.close();
    }
}
