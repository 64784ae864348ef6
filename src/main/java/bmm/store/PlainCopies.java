package bmm.store;

import java.util.List;

/** For stores that keep content only. A replacement is a deletion and a new object. */
final class PlainCopies implements ObjectCopies {
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
    public List<Long> parts(ObjectInfo object) {
        return List.of(object.size());
    }

    @Override
    public void put(String key, RangedBody body, Manner manner) {
        if (manner.replace()) {
            store.delete(key);
        }
        store.put(key, body);
    }

    @Override
    public boolean copy(ObjectStore from, ObjectInfo object, String key, boolean replace) {
        return false;
    }

    @Override
    public boolean refusesToReplace(String trialKey) {
        // By the contract of ObjectStore.
        return true;
    }
}
