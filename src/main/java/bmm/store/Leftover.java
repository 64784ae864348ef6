package bmm.store;

import java.time.Instant;

/**
 * Something that was never finished: a file under its temporary name, an upload in parts, a claim. It is never visible
 * as an object, but costs space.
 *
 * @param key what it was to become, where that is known; otherwise its own name
 * @param id by which the store finds it again
 * @param size in bytes; -1 where the store does not tell
 * @param since its last change, or where the store does not tell that its beginning; by the store's clock
 */
public record Leftover(String key, String id, long size, Instant since) {}
