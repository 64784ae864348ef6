/**
 * Settings, failures, exit codes, secrets, locks and durable files: what every other package stands on. May use the JDK only.
 */
@NullMarked
package bmm.base;

import org.jspecify.annotations.NullMarked;
