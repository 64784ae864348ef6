/**
 * The use case that looks before anything goes wrong: at this machine, and at what each store really does. May use the
 * mechanisms, and changes nothing but throwaway keys, store profiles and, when told to, lifecycle rules.
 */
@NullMarked
package bmm.doctor;

import org.jspecify.annotations.NullMarked;
