/**
 * Places for bytes behind one small interface: folders and S3 buckets. May use base, process and the AWS SDK, whose types
 * never leave it.
 */
@NullMarked
package bmm.store;

import org.jspecify.annotations.NullMarked;
