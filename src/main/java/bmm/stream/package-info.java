/**
 * Bytes on their way: measured, compressed, decompressed. Knows nothing of databases or stores.
 */
@NullMarked
package bmm.stream;

import org.jspecify.annotations.NullMarked;
