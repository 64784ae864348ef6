package bmm.store;

/**
 * Which version of an object is the one that is read.
 *
 * @param key below the store's root
 * @param tag of that version, as in {@link ObjectInfo}
 * @param version the store's own name for it
 */
public record ObjectVersion(String key, String tag, String version) {}
