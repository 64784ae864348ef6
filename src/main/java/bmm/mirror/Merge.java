package bmm.mirror;

import bmm.store.KeyOrder;
import bmm.store.ObjectInfo;
import org.jspecify.annotations.Nullable;

/** Two listings side by side, key by key. */
final class Merge {
    private final Listing source;
    private final Listing destination;
    private @Nullable ObjectInfo there;
    private @Nullable ObjectInfo here;

    Merge(Listing source, Listing destination) {
        this.source = source;
        this.destination = destination;
    }

    /** Goes to the next key; false at the end of both. */
    boolean next() {
        ObjectInfo one = source.peek();
        ObjectInfo other = destination.peek();
        if (one == null && other == null) {
            return false;
        }
        int order = one == null ? 1 : other == null ? -1 : KeyOrder.UTF8.compare(one.key(), other.key());
        there = order <= 0 ? source.next() : null;
        here = order >= 0 ? destination.next() : null;
        return true;
    }

    /** The source's object under the key, if it has one. */
    @Nullable
    ObjectInfo there() {
        return there;
    }

    /** The destination's. */
    @Nullable
    ObjectInfo here() {
        return here;
    }
}
