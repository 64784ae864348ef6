/**
 * The backup, from the lock to the last manifest, and everything that reads stored backups again: verify and prune.
 */
@NullMarked
package bmm.backup;

import org.jspecify.annotations.NullMarked;
