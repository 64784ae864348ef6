package bmm.store;

import java.io.InputStream;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies from a store as it is; what would come into it is only logged. */
final class DryRunCopies implements ObjectCopies {
    private static final Logger LOG = LoggerFactory.getLogger(DryRunCopies.class);

    private final ObjectStore store;
    private final ObjectCopies copies;

    DryRunCopies(ObjectStore store) {
        this.store = store;
        this.copies = store.copies();
    }

    @Override
    public Fetched fetch(String key) {
        return copies.fetch(key);
    }

    @Override
    public InputStream piece(ObjectInfo object, long offset, long length) {
        return copies.piece(object, offset, length);
    }

    @Override
    public List<Long> parts(ObjectInfo object) {
        return copies.parts(object);
    }

    @Override
    public void put(String key, RangedBody body, Manner manner) {
        rehearse(key, body.size(), manner.replace());
    }

    @Override
    public boolean copy(ObjectCopies from, ObjectInfo object, String key, boolean replace) {
        rehearse(key, object.size(), replace);
        return true;
    }

    private void rehearse(String key, long bytes, boolean replace) {
        if (!replace && store.head(key).isPresent()) {
            throw new ObjectExists(store.name(), key);
        }
        LOG.atInfo()
                .addKeyValue("store", store.name())
                .addKeyValue("bytes", bytes)
                .log("would store {}", KeyText.shown(key));
    }

    /** Cannot be tried out without storing something. */
    @Override
    public boolean refusesToReplace(String trialKey) {
        return true;
    }

    @Override
    public ObjectCopies undecorated() {
        return copies.undecorated();
    }
}
