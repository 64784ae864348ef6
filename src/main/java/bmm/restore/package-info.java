/**
 * Bringing a backup back, and proving that it can be. The use cases of this package stand on the mechanisms and on {@code
 * dump}; they know no other use case, and print nothing.
 */
@NullMarked
package bmm.restore;

import org.jspecify.annotations.NullMarked;
