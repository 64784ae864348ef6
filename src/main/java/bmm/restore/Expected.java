package bmm.restore;

import bmm.catalog.Manifest;
import bmm.postgres.ArchiveContent;
import bmm.postgres.SequenceState;
import bmm.postgres.TableContent;
import bmm.postgres.TableName;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What must be in the restored database.
 *
 * @param source {@code manifest} or {@code archive}, for people
 */
record Expected(
        String source,
        SortedMap<TableName, TableContent> tables,
        SortedMap<TableName, SequenceState> sequences,
        TableContent largeObjects) {
    static Expected of(Manifest manifest) {
        Manifest.Fingerprint recorded = manifest.fingerprint();
        SortedMap<TableName, TableContent> tables = new TreeMap<>();
        recorded.tables()
                .forEach(table -> tables.put(
                        new TableName(table.schema(), table.name()), new TableContent(table.rows(), table.hash())));
        SortedMap<TableName, SequenceState> sequences = new TreeMap<>();
        recorded.sequences()
                .forEach(one -> sequences.put(
                        new TableName(one.schema(), one.name()), new SequenceState(one.lastValue(), one.called())));
        return new Expected(
                "manifest",
                tables,
                sequences,
                new TableContent(
                        recorded.largeObjects().count(), recorded.largeObjects().hash()));
    }

    static Expected of(ArchiveContent archive) {
        return new Expected("archive", archive.tables(), archive.sequences(), archive.largeObjects());
    }

    long rows() {
        return tables.values().stream().mapToLong(TableContent::rows).sum();
    }

    /** Whether content, and not only numbers of rows, can be compared. */
    boolean hasContent() {
        return tables.values().stream().anyMatch(table -> table.hash() != null) || tables.isEmpty();
    }
}
