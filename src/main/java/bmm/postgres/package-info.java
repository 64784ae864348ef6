/**
 * PostgreSQL: connections, snapshots, fingerprints, its own tools and the archives they write. JDBC types never leave this package.
 */
@NullMarked
package bmm.postgres;

import org.jspecify.annotations.NullMarked;
