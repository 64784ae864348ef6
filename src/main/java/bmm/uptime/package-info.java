/**
 * Looking at things from outside, as their users do: probes of every kind, side by side under one deadline, and what they
 * saw. Raises no alarm itself: it returns observations.
 */
@NullMarked
package bmm.uptime;

import org.jspecify.annotations.NullMarked;
