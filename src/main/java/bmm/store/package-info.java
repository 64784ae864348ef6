/**
 * Places for bytes behind one small interface. Types of the AWS SDK never leave this package.
 */
@NullMarked
package bmm.store;

import org.jspecify.annotations.NullMarked;
