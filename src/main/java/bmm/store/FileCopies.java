package bmm.store;

import java.io.InputStream;
import java.util.List;

/** Files keep the time at which their content was last changed; a replacement is one rename. */
final class FileCopies implements ObjectCopies {
    /** Writes a file in a manner. */
    interface Writing {
        void put(String key, Body body, Manner manner);
    }

    private final ObjectStore store;
    private final Writing writing;

    FileCopies(ObjectStore store, Writing writing) {
        this.store = store;
        this.writing = writing;
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
        writing.put(key, body, manner);
    }

    @Override
    public boolean copy(ObjectCopies from, ObjectInfo object, String key, boolean replace) {
        return false;
    }

    @Override
    public boolean refusesToReplace(String trialKey) {
        return true;
    }
}
