package bmm.postgres;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How the content of a database's tables is hashed.
 *
 * @param plans what the algorithm does with the columns of each table, where they are known
 */
public record ContentHash(RowHash algorithm, SortedMap<TableName, ColumnPlan> plans) {
    /** For a dump that comes without a manifest: it need only be compared with what is restored from it. */
    public static final ContentHash OF_UNKNOWN_TABLES = new ContentHash(RowHash.COLUMNS, new TreeMap<>());

    public ContentHash(RowHash algorithm, Map<TableName, ColumnPlan> plans) {
        this(algorithm, new TreeMap<>(plans));
    }

    /** The plan for a table. */
    public ColumnPlan plan(TableName table) {
        return plans.getOrDefault(table, ColumnPlan.UNKNOWN);
    }

    RowHasher hasher(TableName table, boolean hasColumns) {
        return new RowHasher(algorithm, plan(table), hasColumns);
    }
}
