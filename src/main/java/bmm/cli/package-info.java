/**
 * The command line: picocli, stdout, exit, environment and clock. Command classes parse and print; the work is done below.
 */
@NullMarked
package bmm.cli;

import org.jspecify.annotations.NullMarked;
