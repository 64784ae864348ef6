/**
 * Places for bytes behind one small interface: folders here and on other hosts, buckets, rclone's remotes. May use base,
 * process, and the AWS SDK and minio-java, whose types never leave it.
 */
@NullMarked
package bmm.store;

import org.jspecify.annotations.NullMarked;
