package bmm.store;

import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The requests of the S3 protocol that bmm makes, each made one time; several libraries can send them. Keys are full
 * ones, below the bucket.
 *
 * <p>Every method throws {@link S3Refusal} for an answer that is an error and {@link S3Breakage} where there is none.
 */
interface BucketClient extends AutoCloseable {
    /** An object's head. Names of metadata are in lower case. */
    record Found(long size, Instant modified, Map<String, String> metadata) {}

    /** An object's content as it arrives. */
    interface Content {
        InputStream stream();

        /** Bytes that are announced. */
        long length();

        /** The entity tag, quotes included. */
        String tag();

        /** {@code Content-Range}, if the answer has one. */
        @Nullable
        String range();

        /** Gives up the connection without reading the rest. */
        void abort();
    }

    /**
     * One page of a listing.
     *
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

    void delete(String key);

    /**
     * Stores an object in one request.
     *
     * @param createOnly sends {@code If-None-Match: *}
     */
    void put(String key, Source source, Map<String, String> metadata, boolean createOnly);

    /** Begins an upload in parts and returns its number. */
    String begin(String key, Map<String, String> metadata);

    Part putPart(String key, String upload, int number, Source source, long offset, long length);

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
