package bmm.postgres;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The header and table of contents at the beginning of a custom or directory archive, as pg_dump 11 to 18 writes it
 * (archive versions 1.13 to 1.16; source: PostgreSQL's pg_backup_archiver.c, functions ReadHead and ReadToc).
 */
final class TableOfContents {
    static final int CUSTOM = 1;
    /** pg_dump writes the number of its tar format into directories, so that one reader serves both. */
    static final int DIRECTORY = 3;

    private static final int OLDEST = 13;
    private static final int NEWEST = 16;
    private static final int LONGEST_STRING = 1 << 30;

    /** Bytes of objects that an entry takes beside its texts. */
    private static final int ENTRY = 200;

    /** Part of the heap that it may take: its texts are twice in it while they are decoded. */
    private static final int SHARE_OF_HEAP = 4;

    private static final Pattern SETVAL =
            Pattern.compile("SELECT pg_catalog\\.setval\\('(?s:.*)', (-?\\d+), (true|false)\\);\\s*");

    /** How data blocks are compressed inside the archive. */
    enum BlockCompression {
        NONE(""),
        GZIP(".gz"),
        LZ4(".lz4"),
        ZSTD(".zst");

        final String suffix;

        BlockCompression(String suffix) {
            this.suffix = suffix;
        }
    }

    /**
     * One entry.
     *
     * @param owner of the object, empty where it has none
     * @param dependencies ids of other entries
     * @param fileName in directory archives the file that holds the data, else empty
     */
    record Entry(
            int id,
            boolean hasData,
            String tag,
            String kind,
            String definition,
            String copyStatement,
            String namespace,
            String owner,
            List<Integer> dependencies,
            String fileName) {
        /** The same, its text read in the encoding of the database. */
        Entry in(Charset charset) {
            return new Entry(
                    id,
                    hasData,
                    decoded(tag, charset),
                    kind,
                    decoded(definition, charset),
                    decoded(copyStatement, charset),
                    decoded(namespace, charset),
                    decoded(owner, charset),
                    dependencies,
                    fileName);
        }

        private static String decoded(String bytes, Charset charset) {
            return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), charset);
        }

        boolean isTableData() {
            return hasData && kind.equals("TABLE DATA");
        }

        boolean isLargeObjects() {
            return hasData && kind.equals("BLOBS");
        }

        TableName table() {
            return new TableName(namespace, tag);
        }

        /** Whether the table has columns to copy at all. */
        boolean hasColumns() {
            return copyStatement.contains(") FROM stdin");
        }
    }

    final int format;
    final BlockCompression compression;
    final String serverVersion;
    final String toolVersion;
    final List<Entry> entries;

    private final InputStream in;
    private final int version;
    private final int intSize;
    private long room = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;

    private TableOfContents(InputStream in) throws IOException {
        this.in = in;
        if (!new String(in.readNBytes(5), StandardCharsets.US_ASCII).equals("PGDMP")) {
            throw new IOException("not a pg_dump archive");
        }
        int major = readByte();
        version = readByte();
        readByte();
        if (major != 1 || version < OLDEST || version > NEWEST) {
            throw new UnknownArchiveVersion(major + "." + version);
        }
        intSize = readByte();
        int offsetSize = readByte();
        format = readByte();
        if (intSize < 4
                || intSize > 8
                || offsetSize < 4
                || offsetSize > 8
                || (format != CUSTOM && format != DIRECTORY)) {
            throw new IOException("damaged header");
        }
        compression = readCompression();
        for (int i = 0; i < 7; i++) {
            readInt(); // the time of the dump, field by field
        }
        readString(); // the database
        serverVersion = text(readString());
        toolVersion = text(readString());
        int count = readInt();
        List<Entry> read = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            take(ENTRY);
            read.add(readEntry(offsetSize));
        }
        Charset charset = read.stream()
                .filter(entry -> entry.kind().equals("ENCODING"))
                .findFirst()
                .map(entry -> ServerEncoding.of(entry.definition()))
                .orElse(StandardCharsets.UTF_8);
        entries = read.stream().map(entry -> entry.in(charset)).toList();
    }

    /** Reads up to the end of the table of contents and no further. */
    static TableOfContents read(InputStream in) throws IOException {
        return new TableOfContents(in);
    }

    private BlockCompression readCompression() throws IOException {
        if (version < 15) {
            return readInt() == 0 ? BlockCompression.NONE : BlockCompression.GZIP;
        }
        int algorithm = readByte();
        if (algorithm >= BlockCompression.values().length) {
            throw new IOException("damaged header: compression " + algorithm);
        }
        return BlockCompression.values()[algorithm];
    }

    private Entry readEntry(int offsetSize) throws IOException {
        final int id = readInt();
        final boolean hasData = readInt() != 0;
        readString(); // table oid
        readString(); // oid
        final String tag = text(readString());
        final String kind = text(readString());
        readInt(); // section
        final String definition = text(readString());
        readString(); // drop statement
        final String copyStatement = text(readString());
        final String namespace = text(readString());
        readString(); // tablespace
        if (version >= 14) {
            readString(); // table access method
        }
        if (version >= 16) {
            readInt(); // relkind
        }
        final String owner = text(readString());
        readString(); // with oids
        List<Integer> dependencies = readDependencies();
        String fileName = "";
        if (format == CUSTOM) {
            in.readNBytes(1 + offsetSize); // where the data begins, for seeking readers
        } else {
            fileName = text(readString());
        }
        return new Entry(id, hasData, tag, kind, definition, copyStatement, namespace, owner, dependencies, fileName);
    }

    private List<Integer> readDependencies() throws IOException {
        List<Integer> dependencies = new ArrayList<>();
        for (String id = readString(); id != null; id = readString()) {
            take(Integer.BYTES);
            try {
                dependencies.add(Integer.valueOf(id));
            } catch (NumberFormatException e) {
                throw new IOException("damaged archive: impossible number", e);
            }
        }
        return List.copyOf(dependencies);
    }

    int readByte() throws IOException {
        int b = in.read();
        if (b < 0) {
            throw new EOFException("archive ends too early");
        }
        return b;
    }

    int readInt() throws IOException {
        boolean negative = readByte() != 0;
        long value = 0;
        for (int i = 0; i < intSize; i++) {
            value |= (long) readByte() << (8 * i);
        }
        if (value < 0 || value > Integer.MAX_VALUE) {
            // Large object numbers are unsigned.
            if (value < 0 || value > 0xffff_ffffL) {
                throw new IOException("damaged archive: impossible number");
            }
        }
        return (int) (negative ? -value : value);
    }

    private @Nullable String readString() throws IOException {
        int length = readInt();
        if (length < 0) {
            return null;
        }
        if (length > LONGEST_STRING) {
            throw new IOException("damaged archive: impossible length");
        }
        take(length);
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("archive ends too early");
        }
        // One character a byte, until the encoding is known.
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Whoever made the archive can announce anything; what is kept of it must fit into memory. */
    private void take(int bytes) throws IOException {
        room -= bytes;
        if (room < 0) {
            throw new IOException("its table of contents is larger than what this bmm can hold in memory"
                    + " (BMM_JAVA_OPTS=-Xmx4g gives it more)");
        }
    }

    private static String text(@Nullable String string) {
        return string == null ? "" : string;
    }

    Map<String, Integer> countByKind() {
        Map<String, Integer> counts = new TreeMap<>();
        entries.forEach(entry -> counts.merge(entry.kind(), 1, Integer::sum));
        return counts;
    }

    SortedMap<TableName, SequenceState> sequences() throws IOException {
        SortedMap<TableName, SequenceState> sequences = new TreeMap<>();
        for (Entry entry : entries) {
            if (entry.kind().equals("SEQUENCE SET")) {
                Matcher setval = SETVAL.matcher(entry.definition());
                if (!setval.matches()) {
                    throw new IOException("sequence " + entry.table() + ": no value in the archive");
                }
                sequences.put(entry.table(), SequenceState.parse(setval.group(1), setval.group(2)));
            }
        }
        return sequences;
    }

    /** An archive written by a pg_dump that is newer, or much older, than this reader. */
    static final class UnknownArchiveVersion extends IOException {
        UnknownArchiveVersion(String version) {
            super("archive version " + version + " is not one that bmm can decode");
        }
    }
}
