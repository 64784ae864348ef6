/**
 * SQL text as PostgreSQL itself reads it: where a statement begins and ends, and what the few statements say that bmm
 * reads in a dump. Text comes in as bytes and nothing here runs any of it; JDK only.
 */
@NullMarked
package bmm.postgres.sql;

import org.jspecify.annotations.NullMarked;
