package bmm.postgres;

import bmm.postgres.sql.DumpStatement;
import bmm.postgres.sql.QualifiedName;
import bmm.postgres.sql.SqlScript;
import bmm.postgres.sql.SqlStatement;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a dump in SQL text to its end and counts and hashes the rows of each COPY block in it. A dump that was cut is
 * recognised by its missing last line. Statements are told apart as they are when it is restored.
 */
public final class PlainDumpReader {
    private static final String TRAILER = "-- PostgreSQL database dump complete";
    private static final Pattern VERSION = Pattern.compile("-- Dumped (from database|by pg_dump) version (.*)");
    private static final byte[] END_OF_ROWS = "\\.\n".getBytes(StandardCharsets.US_ASCII);

    private final @Nullable ContentHash hash;
    private final TreeMap<TableName, TableContent> tables = new TreeMap<>();
    private final TreeMap<TableName, SequenceState> sequences = new TreeMap<>();
    private final LargeObjectHash largeObjects;
    private String serverVersion = "";
    private String toolVersion = "";
    private final long mostBytes;
    private boolean complete;
    private long bytes;

    /**
     * @param hash how rows are hashed, or null to count them only
     * @param mostBytes of rows and large objects; more is an error
     */
    public PlainDumpReader(@Nullable ContentHash hash, long mostBytes) {
        this.hash = hash;
        this.mostBytes = mostBytes;
        this.largeObjects = new LargeObjectHash(hash == null ? null : hash.algorithm());
    }

    /**
     * Reads to the end.
     *
     * @throws IOException if the dump is cut or damaged, or holds what is not run when it is restored
     */
    public ArchiveContent read(InputStream stream) throws IOException {
        SqlScript script = new SqlScript(stream, this::comment);
        for (SqlStatement statement = script.next(); statement != null; statement = script.next()) {
            complete = false;
            take(statement.inUtf8(ServerEncoding::decodeLeniently), script);
        }
        if (!complete) {
            throw new EOFException("it was cut: its last line is missing: " + TRAILER);
        }
        return new ArchiveContent(
                serverVersion, toolVersion, tables, sequences, largeObjects.content(), Map.of(), bytes);
    }

    private void comment(String text) {
        Matcher version = VERSION.matcher(text);
        if (version.matches()) {
            if (version.group(1).startsWith("by")) {
                toolVersion = version.group(2);
            } else {
                serverVersion = version.group(2);
            }
        }
        complete = complete || text.equals(TRAILER);
    }

    private void take(SqlStatement statement, SqlScript script) throws IOException {
        switch (DumpStatement.of(statement)) {
            case DumpStatement.Copy copy -> copyBlock(name(copy.table()), copy.listsColumns(), script);
            case DumpStatement.SetSequence set ->
                sequences.put(name(set.sequence()), new SequenceState(set.value(), set.called()));
            case DumpStatement.OpenLargeObject open -> largeObjects.begin(open.oid());
            case DumpStatement.WriteLargeObject write -> {
                count(write.content().length);
                largeObjects.accept(write.content(), write.content().length);
            }
            case DumpStatement.CloseLargeObject close -> largeObjects.end();
            default -> {
                // It makes something, or frames what does.
            }
        }
    }

    private static TableName name(QualifiedName name) {
        return new TableName(name.schema(), name.name());
    }

    private void copyBlock(TableName table, boolean hasColumns, SqlScript script) throws IOException {
        CopyRows rows = CopyRows.withDigest(hash == null ? null : hash.hasher(table, hasColumns));
        try {
            script.rows((lines, continued) -> {
                count(lines.length);
                rows.accept(lines, 0, lines.length);
            });
        } catch (InterruptedException e) {
            throw new IllegalStateException("nothing waits here", e);
        }
        count(END_OF_ROWS.length);
        rows.accept(END_OF_ROWS, 0, END_OF_ROWS.length);
        if (tables.put(table, rows.content()) != null) {
            throw new IOException("table " + table + " is in it twice");
        }
    }

    private void count(int some) throws IOException {
        bytes += some;
        if (bytes > mostBytes) {
            throw new IOException("it holds more than the " + mostBytes + " bytes of data that it may");
        }
    }
}
