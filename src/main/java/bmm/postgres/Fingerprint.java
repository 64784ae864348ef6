package bmm.postgres;

import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The content of one database in one snapshot.
 *
 * @param hash how rows were hashed; null where they were only counted
 * @param tables every table whose data a dump holds
 * @param largeObjects number of large objects and their content hash
 */
public record Fingerprint(
        @Nullable ContentHash hash, SortedMap<TableName, TableContent> tables, TableContent largeObjects) {
    /** Number of rows in all tables. */
    public long rows() {
        return tables.values().stream().mapToLong(TableContent::rows).sum();
    }
}
