package bmm.mirror;

import bmm.base.Failure;
import bmm.store.KeyOrder;
import bmm.store.ObjectInfo;
import bmm.store.ObjectStore;
import bmm.store.ObjectVersion;
import java.util.Collections;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store's own names of the versions that a listing is of, read beside it. A snapshot without them is as good. */
final class Versions {
    private static final Logger LOG = LoggerFactory.getLogger(Versions.class);

    private final ObjectStore store;
    private @Nullable Iterator<ObjectVersion> versions;
    private @Nullable ObjectVersion next;

    Versions(ObjectStore store) {
        this.store = store;
    }

    /** The version of an object, asked for in the order of keys; null if the store has none, or it has changed since. */
    @Nullable
    String of(ObjectInfo object) {
        while (next == null || KeyOrder.UTF8.compare(next.key(), object.key()) < 0) {
            if (!advance()) {
                return null;
            }
        }
        return next.key().equals(object.key()) && next.tag().equals(object.tag()) ? next.version() : null;
    }

    private boolean advance() {
        try {
            if (versions == null) {
                versions = store.versions("");
            }
            if (versions.hasNext()) {
                next = versions.next();
                return true;
            }
        } catch (Failure e) {
            LOG.atDebug().log("versions are not told: {}", e.getMessage());
            versions = Collections.emptyIterator();
        }
        return false;
    }
}
