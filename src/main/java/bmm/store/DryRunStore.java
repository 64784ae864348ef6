package bmm.store;

import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A store that is read as it is and never changed: what would be stored or deleted is only logged. */
public final class DryRunStore implements ObjectStore {
    private static final Logger LOG = LoggerFactory.getLogger(DryRunStore.class);

    private final ObjectStore store;

    public DryRunStore(ObjectStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public void put(String key, Body body) {
        if (store.head(key).isPresent()) {
            throw new ObjectExists(name(), key);
        }
        LOG.atInfo()
                .addKeyValue("store", name())
                .addKeyValue("bytes", body.size())
                .log("would store {}", KeyText.shown(key));
    }

    @Override
    public InputStream get(String key) {
        return store.get(key);
    }

    @Override
    public InputStream get(String key, long offset, long length) {
        return store.get(key, offset, length);
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
        LOG.atInfo().addKeyValue("store", name()).log("would delete {}", KeyText.shown(key));
    }

    @Override
    public ObjectCopies copies() {
        return new DryRunCopies(store);
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
        LOG.atInfo().addKeyValue("store", name()).log("would remove {}", KeyText.shown(leftover.key()));
    }

    @Override
    public void close() {
        store.close();
    }
}
