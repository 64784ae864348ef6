/**
 * Starting other programs, reading what they say, and stopping them. The only package that knows {@link ProcessBuilder}.
 */
@NullMarked
package bmm.process;

import org.jspecify.annotations.NullMarked;
