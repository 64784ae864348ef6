package bmm.store;

import java.time.Instant;

/**
 * What a store says about an object.
 *
 * @param key its full key below the store's root
 * @param size in bytes
 * @param modified when it was stored, by the store's clock
 * @param tag S3's entity tag without its quotes; empty where the store has none. Of an object that came in one piece and
 *     is not encrypted with KMS it is the MD5 of the content
 */
public record ObjectInfo(String key, long size, Instant modified, String tag) {
    public ObjectInfo(String key, long size, Instant modified) {
        this(key, size, modified, "");
    }
}
