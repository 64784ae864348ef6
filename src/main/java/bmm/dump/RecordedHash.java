package bmm.dump;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.catalog.Manifest;
import bmm.postgres.ColumnPlan;
import bmm.postgres.ContentHash;
import bmm.postgres.RowHash;
import bmm.postgres.TableName;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How a manifest says that the content of its backup is hashed. */
public final class RecordedHash {
    private RecordedHash() {}

    /**
     * For reading the dump, or a database that was restored from it.
     *
     * @return null if rows can only be counted, as without a manifest, or where the server alone could hash them
     * @throws Failure {@link ExitCode#VERIFICATION} if this bmm does not know the algorithm
     */
    public static @Nullable ContentHash of(@Nullable Manifest manifest) {
        if (manifest == null || !manifest.fingerprint().inArchive()) {
            return null;
        }
        String label = manifest.fingerprint().hash();
        if (label == null) {
            return null;
        }
        try {
            Map<TableName, ColumnPlan> plans = new TreeMap<>();
            for (Manifest.Table table : manifest.fingerprint().tables()) {
                plans.put(
                        new TableName(table.schema(), table.name()),
                        ColumnPlan.parse(table.columns() == null ? "" : table.columns()));
            }
            return new ContentHash(RowHash.of(label), plans);
        } catch (IllegalArgumentException e) {
            throw new Failure(
                    ExitCode.VERIFICATION,
                    "the manifest hashes rows with " + label + " in a way that this bmm does not know: "
                            + e.getMessage(),
                    "a newer bmm wrote it, or someone changed it: verify with that bmm, or a copy of this file alone",
                    e);
        }
    }
}
