package bmm.restore;

import bmm.catalog.Manifest;
import bmm.dump.DumpForm;
import bmm.dump.FetchedDump;
import bmm.postgres.ArchiveHeader;

/** How a drill keeps several processors busy (decision 0028). */
enum RestorePace {
    /** It does not: pg_restore alone, in one piece. */
    ALONE,

    /** pg_restore with workers, each at a table of its own. */
    TABLE_BY_TABLE,

    /** One table after the other, its rows given to several sessions in turns. */
    SHARED_TABLES;

    private static final String UTF8 = "UTF8";
    private static final double MOST_IN_ONE = 0.6;

    static RestorePace of(FetchedDump dump, DrillTargets targets) {
        Manifest manifest = dump.found().manifest();
        if (targets.jobs() == 1) {
            return ALONE;
        }
        if (manifest == null) {
            return TABLE_BY_TABLE;
        }
        if (targets.areScratch() && canShare(manifest) && dump.form().archive() != DumpForm.Archive.PLAIN) {
            return SHARED_TABLES;
        }
        return isMostlyOneTable(manifest.fingerprint()) ? ALONE : TABLE_BY_TABLE;
    }

    /** The same, unless the archive's text turns out to be of another encoding than its database was. */
    RestorePace in(ArchiveHeader header) {
        return this == SHARED_TABLES && !UTF8.equals(header.encoding()) ? ALONE : this;
    }

    /**
     * The driver speaks nothing but UTF-8 to COPY, large objects would go through psql statement by statement, and without
     * globals the roles have to be made up, in several attempts.
     */
    private static boolean canShare(Manifest manifest) {
        return UTF8.equals(manifest.database().encoding())
                && manifest.fingerprint().largeObjects().count() == 0
                && manifest.globals() != null;
    }

    /** Of pg_restore's workers one would work, and the others cost more than they bring. */
    private static boolean isMostlyOneTable(Manifest.Fingerprint fingerprint) {
        long largest = fingerprint.tables().stream()
                .mapToLong(Manifest.Table::rows)
                .max()
                .orElse(0);
        return largest > fingerprint.rows() * MOST_IN_ONE;
    }
}
