package bmm.postgres;

import java.util.Map;
import java.util.SortedMap;

/**
 * What was found in a dump when all of it was decoded.
 *
 * @param serverVersion of the server that was dumped, as the archive says; empty for plain dumps that do not say
 * @param toolVersion of the pg_dump that wrote it
 * @param tables content of every table with data in the dump
 * @param sequences the values that a restore sets
 * @param largeObjects number of large objects, and their content hash
 * @param objects how many of each kind of object there are, by pg_dump's names ({@code TABLE}, {@code INDEX} …); empty
 *     for plain dumps
 * @param bytes of table data and large objects, decompressed
 */
public record ArchiveContent(
        String serverVersion,
        String toolVersion,
        SortedMap<TableName, TableContent> tables,
        SortedMap<TableName, SequenceState> sequences,
        TableContent largeObjects,
        Map<String, Integer> objects,
        long bytes) {
    /** Number of rows in all tables. */
    public long rows() {
        return tables.values().stream().mapToLong(TableContent::rows).sum();
    }
}
