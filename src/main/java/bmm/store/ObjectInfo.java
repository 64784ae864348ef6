package bmm.store;

import java.time.Instant;

/**
 * What a store says about an object.
 *
 * @param key its full key below the store's root
 * @param size in bytes
 * @param modified when it was stored, by the store's clock
 */
public record ObjectInfo(String key, long size, Instant modified) {}
