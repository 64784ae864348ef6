/**
 * What is failing now, and telling it: incidents that open and resolve, an outbox that is written before anything is sent,
 * and the pings that outside watchdogs wait for. May use {@code notify}.
 */
@NullMarked
package bmm.alert;

import org.jspecify.annotations.NullMarked;
