package bmm.postgres;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a dump in SQL text to its end and counts and hashes the rows of each COPY block in it. A dump that was cut is
 * recognised by its missing last line.
 */
public final class PlainDumpReader {
    private static final String TRAILER = "-- PostgreSQL database dump complete";
    private static final String TABLE_DATA = "; Type: TABLE DATA;";
    private static final int LONGEST_STATEMENT = 1 << 20;
    private static final String IDENTIFIER = "(\"(?:[^\"]|\"\")*\"|[^\"\\s.(]+)";
    private static final Pattern COPY =
            Pattern.compile("COPY " + IDENTIFIER + "\\." + IDENTIFIER + " (?:\\((?s:.*)\\))? ?FROM stdin;");
    private static final Pattern SETVAL =
            Pattern.compile("SELECT pg_catalog\\.setval\\('((?s:.*))', (-?\\d+), (true|false)\\);");
    private static final Pattern QUALIFIED = Pattern.compile(IDENTIFIER + "\\." + IDENTIFIER);
    private static final Pattern LARGE_OBJECT = Pattern.compile("SELECT pg_catalog\\.lo_open\\('(\\d+)', 131072\\);");
    private static final Pattern LARGE_OBJECT_DATA =
            Pattern.compile("SELECT pg_catalog\\.lowrite\\(0, '\\\\x([0-9a-f]*)'\\);");
    private static final Pattern VERSION = Pattern.compile("-- Dumped (from database|by pg_dump) version (.*)");

    private final @Nullable ContentHash hash;
    private final TreeMap<TableName, TableContent> tables = new TreeMap<>();
    private final TreeMap<TableName, SequenceState> sequences = new TreeMap<>();
    private final LargeObjectHash largeObjects;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private String serverVersion = "";
    private String toolVersion = "";
    private boolean complete;
    private long bytes;
    private String heading = "";
    private Charset charset = StandardCharsets.UTF_8;

    /**
     * @param hash how rows are hashed, or null to count them only
     */
    public PlainDumpReader(@Nullable ContentHash hash) {
        this.hash = hash;
        this.largeObjects = new LargeObjectHash(hash == null ? null : hash.algorithm());
    }

    /**
     * Reads to the end.
     *
     * @throws IOException if the dump is cut or damaged
     */
    public ArchiveContent read(InputStream stream) throws IOException {
        InputStream in = new Buffered(stream);
        while (readLine(in)) {
            statement(whole(line.toString(charset), in), in);
        }
        if (!complete) {
            throw new EOFException("its last line is missing: " + TRAILER);
        }
        return new ArchiveContent(
                serverVersion, toolVersion, tables, sequences, largeObjects.content(), Map.of(), bytes);
    }

    /** A name with a line break in it makes a statement of several lines. */
    private String whole(String first, InputStream in) throws IOException {
        String end = first.startsWith("COPY ") && heading.contains(TABLE_DATA)
                ? " FROM stdin;"
                : first.startsWith("SELECT pg_catalog.setval('") ? ");" : "";
        StringBuilder statement = new StringBuilder(first);
        while (!statement.toString().endsWith(end) && statement.length() < LONGEST_STATEMENT && readLine(in)) {
            statement.append('\n').append(line.toString(charset));
        }
        return statement.toString();
    }

    private boolean readLine(InputStream in) throws IOException {
        line.reset();
        int b = in.read();
        if (b < 0) {
            return false;
        }
        while (b >= 0 && b != '\n') {
            line.write(b);
            b = in.read();
        }
        return true;
    }

    private void statement(String text, InputStream in) throws IOException {
        if (text.startsWith("COPY ") && heading.contains(TABLE_DATA)) {
            Matcher copy = COPY.matcher(text);
            if (copy.matches()) {
                TableName table = new TableName(unquote(copy.group(1)), unquote(copy.group(2)));
                copyBlock(table, text.contains(") FROM stdin;"), in);
            }
        } else if (text.startsWith("-- ")) {
            comment(text);
        } else if (ServerEncoding.isSet(text)) {
            charset = ServerEncoding.of(text);
        } else if (text.startsWith("SELECT pg_catalog.")) {
            call(text);
        }
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
        heading = text;
    }

    private void call(String text) throws IOException {
        Matcher setval = SETVAL.matcher(text);
        Matcher object = LARGE_OBJECT.matcher(text);
        Matcher data = LARGE_OBJECT_DATA.matcher(text);
        if (setval.matches()) {
            Matcher name = QUALIFIED.matcher(setval.group(1).replace("''", "'"));
            if (name.matches()) {
                sequences.put(
                        new TableName(unquote(name.group(1)), unquote(name.group(2))),
                        new SequenceState(
                                Long.parseLong(setval.group(2)), setval.group(3).equals("true")));
            }
        } else if (object.matches()) {
            largeObjects.begin(Long.parseLong(object.group(1)));
        } else if (data.matches()) {
            byte[] content = HexFormat.of().parseHex(data.group(1));
            bytes += content.length;
            largeObjects.accept(content, content.length);
        } else if (text.equals("SELECT pg_catalog.lo_close(0);")) {
            largeObjects.end();
        }
    }

    private void copyBlock(TableName table, boolean hasColumns, InputStream in) throws IOException {
        CopyRows rows = CopyRows.withDigest(hash == null ? null : hash.hasher(table, hasColumns));
        while (!rows.isComplete()) {
            if (!readLine(in)) {
                throw new EOFException("the data of table " + table + " ends too early");
            }
            line.write('\n');
            bytes += line.size();
            rows.accept(line.toByteArray(), 0, line.size());
        }
        if (tables.put(table, rows.content()) != null) {
            throw new IOException("table " + table + " is in it twice");
        }
    }

    private static String unquote(String identifier) {
        return identifier.startsWith("\"")
                ? identifier.substring(1, identifier.length() - 1).replace("\"\"", "\"")
                : identifier;
    }
}
