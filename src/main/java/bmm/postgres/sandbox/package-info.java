/**
 * Where programs run that execute other people's code: as which system user, with what of the machine in sight. Knows
 * PostgreSQL only as programs with libraries and a directory to work in.
 */
@NullMarked
package bmm.postgres.sandbox;

import org.jspecify.annotations.NullMarked;
