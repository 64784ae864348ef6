/**
 * The use cases that bring backups back: for real, and every night to see whether they come back equal.
 */
@NullMarked
package bmm.restore;

import org.jspecify.annotations.NullMarked;
