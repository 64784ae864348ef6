/**
 * A dump as it is stored: its kinds, and how the whole of one is read. What the use cases that write dumps and those that
 * read them share; it stands on the mechanisms and knows no use case.
 */
@NullMarked
package bmm.dump;

import org.jspecify.annotations.NullMarked;
