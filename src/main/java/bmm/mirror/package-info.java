/**
 * Copies of buckets and folders that a broken or hostile source cannot destroy: nothing is replaced or deleted unless
 * that was asked for and a complete plan passed the guards. May use every mechanism.
 */
@NullMarked
package bmm.mirror;

import org.jspecify.annotations.NullMarked;
