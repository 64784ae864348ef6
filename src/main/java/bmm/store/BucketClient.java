package bmm.store;

import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The requests of the S3 protocol that bmm makes, each made one time; several libraries can send them. Keys are full
 * ones, below the bucket.
 *
 * <p>Every method throws {@link S3Refusal} for an answer that is an error and {@link S3Breakage} where there is none.
 */
interface BucketClient extends AutoCloseable {
    /**
     * An object's head.
     *
     * @param tag the entity tag without its quotes
     * @param metadata names in lower case
     */
    record Found(long size, Instant modified, String tag, Map<String, String> metadata, Optional<ObjectLock> lock) {}

    /** An object's content as it arrives. */
    interface Content {
        InputStream stream();

        /** Bytes that are announced; -1 if none are. */
        long length();

        /** The entity tag, quotes included. */
        String tag();

        /** {@code Content-Range}, if the answer has one. */
        @Nullable
        String range();

        /** When the object was stored, if the answer says so. */
        Optional<Instant> modified();

        /** Its headers and metadata; tags have to be asked for. */
        ObjectProperties properties();

        /** How many tags it has. */
        int tagCount();

        /** Gives up the connection without reading the rest. */
        void abort();
    }

    /**
     * One page of a listing.
     *
     * @param objects with the size -1 where the page says no size or no time
     * @param announced how many objects the page says that it has; null if it does not say
     * @param following the token for the next page
     */
    record Page(
            List<ObjectInfo> objects,
            @Nullable Integer announced,
            boolean truncated,
            @Nullable String following) {}

    /** An upload in parts that is not finished. */
    record Upload(String key, String id, Instant begun) {}

    /** One page of unfinished uploads. */
    record UploadPage(
            List<Upload> uploads,
            boolean truncated,
            @Nullable String followingKey,
            @Nullable String followingUpload) {}

    /**
     * One page of versions.
     *
     * @param current those that are read, by full key
     */
    record VersionPage(
            List<ObjectVersion> current,
            boolean truncated,
            @Nullable String followingKey,
            @Nullable String followingVersion) {}

    /** A part that was stored. */
    record Part(int number, String tag) {}

    Found head(String key);

    void headBucket();

    /**
     * An object's content.
     *
     * @param range {@code bytes=from-to}; null for all
     * @param tag only if the object still has this tag
     */
    Content get(String key, @Nullable String range, @Nullable String tag);

    /**
     * A page of a listing.
     *
     * @param token for the page that follows another one
     * @param startAfter begin behind this key
     */
    Page list(String prefix, @Nullable String token, @Nullable String startAfter);

    /** Whether what is replaced stays as a version. */
    boolean keepsVersions();

    /**
     * A page of the versions that the bucket has.
     *
     * @param afterKey begin behind this version of this key; null for the first page
     */
    VersionPage versions(String prefix, @Nullable String afterKey, @Nullable String afterVersion);

    void delete(String key);

    /**
     * Stores an object in one request.
     *
     * @param createOnly sends {@code If-None-Match: *}
     */
    void put(String key, Piece content, NewObject object, boolean createOnly);

    /** The tags of an object. */
    Map<String, String> tags(String key);

    /** How many bytes a part of an object has that was stored in parts; their numbers begin with 1. */
    long partSize(String key, int number);

    /**
     * Has the server copy an object with all that belongs to it.
     *
     * @param tag only if it still has this tag; empty for whatever it is
     */
    void copy(String fromBucket, String fromKey, String tag, String toKey);

    /** Begins an upload in parts and returns its number. */
    String begin(String key, NewObject object);

    /**
     * Stores a part.
     *
     * @param object as the upload was begun
     */
    Part putPart(String key, String upload, int number, Piece content, NewObject object);

    /** Makes an object of the parts; {@code If-None-Match} belongs to this request and to no other of the upload. */
    void complete(String key, String upload, List<Part> parts, boolean createOnly);

    void abort(String key, String upload);

    /**
     * A page of unfinished uploads.
     *
     * @param afterKey begin behind this key and upload
     */
    UploadPage uploads(String prefix, @Nullable String afterKey, @Nullable String afterUpload);

    @Override
    void close();
}
