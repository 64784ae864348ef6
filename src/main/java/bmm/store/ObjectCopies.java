package bmm.store;

import bmm.base.Failure;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Objects with all that belongs to them: how they get from one store to another as what they were. The failures are
 * those of {@link ObjectStore}.
 */
public interface ObjectCopies {
    /**
     * How an object is to be stored.
     *
     * @param properties as many of them as the store can keep
     * @param parts sizes of the parts that the object consisted of, so that its entity tag stays the same; one for an
     *     object in one piece
     * @param tag the entity tag of the object; empty where it is not known
     * @param modified when the content was last changed at its source, for stores that keep it
     * @param replace whether an object under the same key is replaced, as a whole; otherwise {@link ObjectExists}
     */
    record Manner(ObjectProperties properties, List<Long> parts, String tag, Instant modified, boolean replace) {
        public Manner(ObjectProperties properties, List<Long> parts, Instant modified, boolean replace) {
            this(properties, parts, "", modified, replace);
        }

        Manner withoutTags() {
            return new Manner(properties.withoutTags(), parts, tag, modified, replace);
        }
    }

    /** The parts of an object that has none of its own: equal ones, and a rest. */
    static List<Long> equalParts(long size) {
        long most = Math.max(32L << 20, Math.ceilDiv(size, S3Parts.MOST));
        List<Long> parts = new ArrayList<>();
        long left = size;
        do {
            parts.add(Math.min(most, left));
            left -= parts.getLast();
        } while (left > 0);
        return parts;
    }

    /**
     * The object under a key.
     *
     * @throws ObjectMissing if there is none
     */
    Fetched fetch(String key);

    /**
     * A piece of an object. Where the store has entity tags it is one of this very version, or a {@link bmm.base.Failure}.
     *
     * @param object as it was fetched
     */
    InputStream piece(ObjectInfo object, long offset, long length);

    /** The sizes of the parts that an object was stored in. */
    List<Long> parts(ObjectInfo object);

    /** Stores an object, whole or not at all. */
    void put(String key, RangedBody body, Manner manner);

    /**
     * Copies an object of a store to this one without its bytes coming here, if both are one server.
     *
     * @return false if that cannot be done
     */
    boolean copy(ObjectCopies from, ObjectInfo object, String key, boolean replace);

    /**
     * Whether the store itself refuses a second object under one key ({@code If-None-Match: *}), tried out with a key of
     * its own: some servers ignore the precondition without a word.
     *
     * @param trialKey where to try it; one byte stays there, so that the next trial is a single request and nobody needs
     *     the right to delete
     * @throws Failure if nothing can be written
     */
    boolean refusesToReplace(String trialKey);

    /** What decorators stand in front of. */
    default ObjectCopies undecorated() {
        return this;
    }
}
