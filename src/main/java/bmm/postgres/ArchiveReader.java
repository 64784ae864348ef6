package bmm.postgres;

import bmm.postgres.TableOfContents.BlockCompression;
import bmm.postgres.TableOfContents.Entry;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a whole custom-format archive from a stream, every byte of it, and counts and hashes the rows of each table on
 * the way (source of the format: PostgreSQL's pg_backup_custom.c). Unlike {@code pg_restore --list}, which reads the
 * table of contents only, it fails on whatever is cut or damaged, and on data that the table of contents announces and
 * that never comes.
 */
public final class ArchiveReader {
    private static final int DATA_BLOCK = 1;
    private static final int LARGE_OBJECT_BLOCK = 3;
    private static final int BUFFER = 128 * 1024;
    private static final int LONGEST_LINE = 1024;
    private static final int MOST_DIGITS = 18;

    /** Opens a stream that was compressed with zstd; PostgreSQL 16 and later can compress inside the archive. */
    public interface ZstdDecoder {
        InputStream decode(InputStream in) throws IOException;
    }

    private final @Nullable ContentHash hash;
    private final ZstdDecoder zstd;
    private final byte[] buffer = new byte[BUFFER];
    private final Map<TableName, TableContent> tables = new HashMap<>();
    private final LargeObjectHash largeObjects;
    private final long mostBytes;
    private long bytes;

    /**
     * @param hash how rows are hashed, or null to count them only
     * @param mostBytes of data, decompressed; more is an error
     */
    public ArchiveReader(@Nullable ContentHash hash, ZstdDecoder zstd, long mostBytes) {
        this.hash = hash;
        this.zstd = zstd;
        this.mostBytes = mostBytes;
        this.largeObjects = new LargeObjectHash(hash == null ? null : hash.algorithm());
    }

    /**
     * Reads a custom-format archive to its end.
     *
     * @throws IOException if it is damaged, with a message that says how
     */
    public ArchiveContent readCustom(InputStream stream) throws IOException {
        InputStream in = new Buffered(stream);
        TableOfContents contents = TableOfContents.read(in);
        Map<Integer, Entry> awaited = new HashMap<>();
        contents.entries.stream().filter(Entry::hasData).forEach(entry -> awaited.put(entry.id(), entry));
        for (int type = in.read(); type >= 0; type = in.read()) {
            Entry entry = awaited.remove(contents.readInt());
            if (entry == null) {
                throw new IOException("data that the table of contents does not know");
            }
            if (type == DATA_BLOCK && entry.isTableData()) {
                try (InputStream data = decompressed(new Chunks(contents, in), contents.compression)) {
                    readTable(entry, data);
                }
            } else if (type == LARGE_OBJECT_BLOCK && entry.isLargeObjects()) {
                readLargeObjects(contents, in);
            } else {
                throw new IOException("block of unknown type " + type);
            }
        }
        if (!awaited.isEmpty()) {
            throw new EOFException(awaited.size() + " of its tables have no data, the first is "
                    + awaited.values().iterator().next().table());
        }
        return content(contents);
    }

    /** The files of a directory-format archive, in any order but with {@code toc.dat} first. */
    public interface ArchiveFiles {
        /** Moves to the next file and returns its name without directories, or null at the end. */
        @Nullable
        String next() throws IOException;

        /** The content of the current file. */
        InputStream content() throws IOException;
    }

    /**
     * Reads a directory-format archive to its end.
     *
     * @throws IOException if it is damaged, with a message that says how
     */
    public ArchiveContent readDirectory(ArchiveFiles files) throws IOException {
        if (!"toc.dat".equals(files.next())) {
            throw new IOException("no table of contents (toc.dat) at its beginning");
        }
        TableOfContents contents = TableOfContents.read(new Buffered(files.content()));
        Map<String, Entry> awaited = new HashMap<>();
        contents.entries.stream().filter(Entry::hasData).forEach(entry -> awaited.put(entry.fileName(), entry));
        Set<String> lists = contents.entries.stream()
                .filter(Entry::isLargeObjects)
                .map(Entry::fileName)
                .collect(Collectors.toSet());
        Set<String> listed = new HashSet<>();
        Set<String> found = new HashSet<>();
        for (String name = files.next(); name != null; name = files.next()) {
            if (lists.contains(name) || (name.startsWith("blobs") && name.endsWith(".toc"))) {
                awaited.remove(name);
                // pg_dump -Ft announces a file of its own for them, which it never writes.
                awaited.values()
                        .removeIf(entry ->
                                entry.isLargeObjects() && !entry.fileName().endsWith(".toc"));
                listed.addAll(largeObjectFiles(files.content()));
                continue;
            }
            String plainName = withoutSuffix(name, contents.compression);
            Entry entry = awaited.remove(plainName);
            try (InputStream data = decompressedFile(files.content(), name, contents.compression)) {
                if (entry != null && entry.isTableData()) {
                    readTable(entry, data);
                } else if (plainName.startsWith("blob_") && found.add(plainName)) {
                    readLargeObject(largeObject(plainName), data);
                } else {
                    throw new IOException("file " + name + " that the table of contents does not know");
                }
            }
        }
        if (!listed.equals(found)) {
            throw new EOFException(listed.size() + " large objects are listed, " + found.size() + " are there");
        }
        if (!awaited.isEmpty()) {
            throw new EOFException(awaited.size() + " of its files are missing, the first is "
                    + awaited.keySet().iterator().next());
        }
        return content(contents);
    }

    /** A list of large objects: a number and a file name in each line. */
    private static Set<String> largeObjectFiles(InputStream list) throws IOException {
        Set<String> files = new HashSet<>();
        InputStream in = new Buffered(list);
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b != '\n') {
                if (line.length() == LONGEST_LINE) {
                    throw new IOException("damaged archive: a line of its list of large objects is too long");
                }
                line.append((char) b);
                continue;
            }
            int space = line.indexOf(" ");
            if (space > 0) {
                files.add(line.substring(space + 1).strip());
            }
            line.setLength(0);
        }
        return files;
    }

    /** The number in {@code blob_16390.dat}. */
    private static long largeObject(String name) throws IOException {
        String digits = name.replaceAll("\\D", "");
        if (digits.isEmpty() || digits.length() > MOST_DIGITS) {
            throw new IOException("damaged archive: file " + name + " is of no large object");
        }
        return Long.parseLong(digits);
    }

    private static String withoutSuffix(String name, BlockCompression compression) {
        return !compression.suffix.isEmpty() && name.endsWith(compression.suffix)
                ? name.substring(0, name.length() - compression.suffix.length())
                : name;
    }

    private ArchiveContent content(TableOfContents contents) throws IOException {
        return new ArchiveContent(
                contents.serverVersion,
                contents.toolVersion,
                new TreeMap<>(tables),
                contents.sequences(),
                largeObjects.content(),
                contents.countByKind(),
                bytes);
    }

    private void count(int some) throws IOException {
        bytes += some;
        if (bytes > mostBytes) {
            throw new IOException("it holds more than the " + mostBytes + " bytes of data that it may");
        }
    }

    private void readTable(Entry entry, InputStream data) throws IOException {
        CopyRows rows = CopyRows.withDigest(hash == null ? null : hash.hasher(entry.table(), entry.hasColumns()));
        for (int count = data.read(buffer); count >= 0; count = data.read(buffer)) {
            count(count);
            rows.accept(buffer, 0, count);
        }
        if (!rows.isComplete()) {
            throw new EOFException("the data of table " + entry.table() + " ends too early");
        }
        if (tables.put(entry.table(), rows.content()) != null) {
            throw new IOException("table " + entry.table() + " is in it twice");
        }
    }

    private void readLargeObjects(TableOfContents contents, InputStream in) throws IOException {
        for (int oid = contents.readInt(); oid != 0; oid = contents.readInt()) {
            try (InputStream data = decompressed(new Chunks(contents, in), contents.compression)) {
                readLargeObject(Integer.toUnsignedLong(oid), data);
            }
        }
    }

    private void readLargeObject(long oid, InputStream data) throws IOException {
        largeObjects.begin(oid);
        for (int count = data.read(buffer); count >= 0; count = data.read(buffer)) {
            count(count);
            largeObjects.accept(buffer, count);
        }
        largeObjects.end();
    }

    private InputStream decompressed(Chunks chunks, BlockCompression compression) throws IOException {
        return switch (compression) {
            case NONE -> chunks;
            case GZIP -> new WholeStream(new InflaterInputStream(chunks), chunks);
            case ZSTD -> new WholeStream(zstd.decode(chunks), chunks);
            case LZ4 -> throw new IOException("compressed with lz4, which bmm does not decode");
        };
    }

    private InputStream decompressedFile(InputStream in, String name, BlockCompression compression) throws IOException {
        if (compression == BlockCompression.NONE || !name.endsWith(compression.suffix)) {
            return in;
        }
        return switch (compression) {
            case NONE -> in;
            case GZIP -> new GZIPInputStream(in, BUFFER);
            case ZSTD -> zstd.decode(in);
            case LZ4 -> throw new IOException("compressed with lz4, which bmm does not decode");
        };
    }

    /** The data of one block: pieces with their lengths in front, the last of length 0. */
    private static final class Chunks extends InputStream {
        private final TableOfContents numbers;
        private final InputStream in;
        private int left;
        private boolean atEnd;

        Chunks(TableOfContents numbers, InputStream in) {
            this.numbers = numbers;
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int total = 0;
            // pg_dump -Z0 writes a piece per row: fill the buffer rather than return each.
            while (total < length && !atEnd) {
                if (left == 0) {
                    left = numbers.readInt();
                    if (left < 0) {
                        throw new IOException("damaged archive: impossible length");
                    }
                    atEnd = left == 0;
                    continue;
                }
                int count = in.read(bytes, offset + total, Math.min(length - total, left));
                if (count < 0) {
                    throw new EOFException("archive ends too early");
                }
                left -= count;
                total += count;
            }
            return total == 0 && length > 0 ? -1 : total;
        }
    }

    /** A decompressed block; when it ends, what is left of the block must be nothing. */
    private static final class WholeStream extends InputStream {
        private final InputStream decoded;
        private final Chunks chunks;

        WholeStream(InputStream decoded, Chunks chunks) {
            this.decoded = decoded;
            this.chunks = chunks;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = decoded.read(bytes, offset, length);
            if (count < 0 && chunks.read() >= 0) {
                throw new IOException("damaged archive: bytes after the end of a compressed block");
            }
            return count;
        }
    }
}
