package bmm.store;

import bmm.base.Failure;
import java.io.InputStream;
import java.util.List;
import java.util.UUID;

/**
 * For stores that keep content only, and cannot replace. The new version is stored beside the old one, before that is
 * deleted: whatever breaks off, one of them is there whole.
 */
final class PlainCopies implements ObjectCopies {
    private static final String SPARE = ".bmm/incoming/";

    private final ObjectStore store;

    PlainCopies(ObjectStore store) {
        this.store = store;
    }

    @Override
    public Fetched fetch(String key) {
        ObjectInfo info = store.head(key).orElseThrow(() -> new ObjectMissing(store.name(), key));
        return new Fetched(info, ObjectProperties.NONE, store.get(key));
    }

    @Override
    public InputStream piece(ObjectInfo object, long offset, long length) {
        return store.get(object.key(), offset, length);
    }

    @Override
    public List<Long> parts(ObjectInfo object) {
        return ObjectCopies.equalParts(object.size());
    }

    @Override
    public void put(String key, RangedBody body, Manner manner) {
        if (!manner.replace()) {
            store.put(key, body);
            return;
        }
        String spare = SPARE + UUID.randomUUID();
        store.put(spare, body);
        store.delete(key);
        try {
            store.put(key, new Stored(store, spare, body.size()));
        } catch (Failure e) {
            throw new Failure(e.exitCode(), e.getMessage() + "; its new version is " + spare, e.hint(), e);
        }
        store.delete(spare);
    }

    /** An object of the store as a body. */
    private record Stored(ObjectStore store, String key, long size) implements Body {
        @Override
        public InputStream open() {
            return store.get(key);
        }
    }

    @Override
    public boolean copy(ObjectCopies from, ObjectInfo object, String key, boolean replace) {
        return false;
    }

    @Override
    public boolean refusesToReplace(String trialKey) {
        // By the contract of ObjectStore.
        return true;
    }
}
