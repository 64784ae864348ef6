package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.InputStream;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A place for bytes. Keys are UTF-8 text with {@code /} between parts. Objects are created whole or not at all, and
 * never replaced: whoever wants to change one has to delete it first, in so many words.
 *
 * <p>Every method throws {@link Failure} with exit code {@link bmm.base.ExitCode#STORE} when the store does not answer or
 * refuses, naming the store, the key and the cause; never with a secret in it. The streams throw it too, from
 * {@code read}; an {@link java.io.IOException} is not the store's.
 *
 * <p>A key that the place behind it cannot hold is refused; none is ever stored under another name.
 */
public interface ObjectStore extends AutoCloseable {
    /** The store as people know it, without secrets: {@code file:/mnt/nas/bmm}, {@code s3://bucket/prefix}. */
    String name();

    /**
     * Creates an object. Nothing is visible under the key before all of it is stored. If the body fails while it is
     * read, nothing is ever visible.
     *
     * @throws ObjectExists if the key is taken, also when another writer took it a moment before
     */
    void put(String key, Body body);

    /**
     * Creates an object that the store keeps from being removed.
     *
     * @param lock null for none; that it holds is what {@link #lock(String)} says afterwards
     * @throws ObjectExists if the key is taken; its lock is left as it is
     * @throws Failure if the store knows no locks
     */
    default void put(String key, Body body, @Nullable ObjectLock lock) {
        if (lock != null) {
            throw new Failure(
                    ExitCode.STORE, name() + ": this kind of store knows no object lock", "lock objects in a bucket");
        }
        put(key, body);
    }

    /** Whether this kind of store knows locks at all. */
    default boolean canLock() {
        return false;
    }

    /** The lock of an object that is there, if it has one. */
    default Optional<ObjectLock> lock(String key) {
        return Optional.empty();
    }

    /**
     * The whole object.
     *
     * @throws ObjectMissing if there is none
     */
    InputStream get(String key);

    /**
     * {@code length} bytes of the object from {@code offset} on, or fewer where it ends before.
     *
     * @throws ObjectMissing if there is none
     */
    InputStream get(String key, long offset, long length);

    /** What is stored under a key, if anything. */
    Optional<ObjectInfo> head(String key);

    /**
     * All objects whose keys begin with the prefix (which may end in the middle of a name), in ascending order of the
     * unsigned UTF-8 bytes of their keys. Objects that are still being written are not among them.
     *
     * @throws Failure from the iterator too, if the listing breaks off or is out of order
     */
    Iterator<ObjectInfo> list(String prefix);

    /** Removes an object; one that is not there is no error. */
    void delete(String key);

    /**
     * The version of each object that is read now, in S3's order, where the store keeps versions; none where it does not.
     *
     * @throws Failure from the iterator too, also where these credentials may not ask
     */
    default Iterator<ObjectVersion> versions(String prefix) {
        return Collections.emptyIterator();
    }

    /** The same objects with all that belongs to them, for whoever copies them from store to store. */
    default ObjectCopies copies() {
        return new PlainCopies(this);
    }

    /**
     * What killed runs have left below the store's prefix, and what running ones are just writing: only the age tells.
     * Some servers (MinIO) do not list unfinished uploads; they remove them themselves, after a day.
     */
    default List<Leftover> leftovers() {
        return List.of();
    }

    /** Removes what {@link #leftovers} told; what is no longer there is no error. */
    default void removeLeftover(Leftover leftover) {
        throw new IllegalArgumentException("not of this store: " + leftover.id());
    }

    @Override
    void close();
}
