package bmm.restore;

import bmm.catalog.Manifest;
import bmm.dump.DumpForm;
import bmm.dump.FetchedDump;

/** How a drill keeps several processors busy (decision 0028). */
enum RestorePace {
    /** It does not: pg_restore alone, in one piece. */
    ALONE,

    /** pg_restore with workers, each at a table of its own. */
    TABLE_BY_TABLE,

    /** Each table by its owner, one after the other, the rows of large ones given to several sessions in turns. */
    BY_OWNERS;

    private static final double MOST_IN_ONE = 0.6;

    static RestorePace of(FetchedDump dump, DrillTargets targets) {
        if (targets.areThrownAway()) {
            return BY_OWNERS;
        }
        Manifest manifest = dump.found().manifest();
        if (targets.jobs() == 1 || dump.form().archive() == DumpForm.Archive.PLAIN) {
            return ALONE;
        }
        return manifest != null && isMostlyOneTable(manifest.fingerprint()) ? ALONE : TABLE_BY_TABLE;
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
