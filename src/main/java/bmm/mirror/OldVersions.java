package bmm.mirror;

import bmm.store.ObjectInfo;
import bmm.store.ObjectStore;
import bmm.store.Throttle;
import java.time.Instant;

/**
 * Keeps what is about to be replaced or deleted, if there are snapshots that could name it; {@code bmm mirror prune} removes
 * it when none does any more.
 */
final class OldVersions {
    private final boolean wanted;
    private final Copier copier;
    private final Instant now;

    OldVersions(ObjectStore destination, Throttle throttle, Instant now) {
        this.wanted = destination.list(Reserved.SNAPSHOTS).hasNext();
        this.copier = new Copier(destination, destination, throttle, bytes -> {});
        this.now = now;
    }

    void keep(ObjectInfo object) {
        if (wanted) {
            copier.copy(object, Reserved.replaced(now, object.key()), false);
        }
    }
}
