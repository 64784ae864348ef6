/**
 * Bytes on their way: measured, compressed, encrypted, and back. Knows nothing of databases or stores.
 */
@NullMarked
package bmm.stream;

import org.jspecify.annotations.NullMarked;
