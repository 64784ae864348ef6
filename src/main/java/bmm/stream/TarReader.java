package bmm.stream;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tars that hold a dump: plain files with plain names, as pg_dump -Ft, bmm, GNU tar and bsdtar write them (POSIX.1
 * ustar, pax with {@code path} and {@code size}, GNU long names and sizes). Links, devices, sparse files and whatever else a
 * tar could hold are refused; what describes a file is bounded, so that a header cannot fill memory.
 *
 * @see <a href="https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html">pax: ustar and pax formats</a>
 */
final class TarReader extends InputStream {
    private static final int BLOCK = 512;
    private static final int MOST_DESCRIPTION = 1 << 16;
    private static final int MOST_FILES = 5_000_000;

    /** What pg_dump calls its files: toc.dat, 3457.dat.gz, blob_16390.dat, restore.sql. */
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}");

    private final InputStream in;
    private final byte[] block = new byte[BLOCK];
    private long left;
    private int padding;
    private int files;

    /** What an entry in front of a file says of it. */
    private record Described(
            @Nullable String name, @Nullable Long size) {
        static final Described NOTHING = new Described(null, null);
    }

    TarReader(InputStream in) {
        this.in = in;
    }

    /**
     * Moves to the next file and returns its name, or null at the end.
     *
     * @throws IOException if it is cut, damaged, or holds what no dump has
     */
    @Nullable
    String next() throws IOException {
        skipRest();
        Described described = Described.NOTHING;
        while (readBlock()) {
            char type = (char) (block[156] & 0xff);
            long size = number(124, 12);
            switch (type) {
                case 'L' -> described = new Described(text(description(size)), described.size());
                case 'x' -> described = pax(description(size), described);
                case 'g' -> {
                    byte[] unused = description(size);
                }
                case '5' -> {
                    String name = name(described);
                    if (size != 0 || !(name.isEmpty() || name.equals("."))) {
                        throw foreign(name);
                    }
                    described = Described.NOTHING;
                }
                case '0', '\0' -> {
                    String name = name(described);
                    if (!PLAIN_NAME.matcher(name).matches()) {
                        throw foreign(name);
                    }
                    if (++files > MOST_FILES) {
                        throw new IOException("the tar holds more than " + MOST_FILES + " files");
                    }
                    begin(described.size() == null ? size : described.size());
                    return name;
                }
                default -> throw foreign(name(described));
            }
        }
        return null;
    }

    private static IOException foreign(String name) {
        return new IOException("the tar holds something that no dump has: " + name);
    }

    private String name(Described described) throws IOException {
        String name = described.name();
        if (name == null) {
            String prefix = isUstar() ? field(345, 155) : "";
            name = (prefix.isEmpty() ? "" : prefix + "/") + field(0, 100);
        }
        name = name.startsWith("./") ? name.substring(2) : name;
        return name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    }

    /** GNU's own format has other things where POSIX has the beginning of the name. */
    private boolean isUstar() {
        return block[257] == 'u' && block[262] == 0;
    }

    private void begin(long size) throws IOException {
        if (size < 0) {
            throw damaged();
        }
        left = size;
        padding = (int) ((BLOCK - size % BLOCK) % BLOCK);
    }

    private void skipRest() throws IOException {
        long rest = left + padding;
        while (rest > 0) {
            int count = in.read(block, 0, (int) Math.min(BLOCK, rest));
            if (count < 0) {
                throw cut();
            }
            rest -= count;
        }
        left = 0;
        padding = 0;
    }

    /** Returns false at the end, which two blocks of zeros are; some writers leave out one of them, or both. */
    private boolean readBlock() throws IOException {
        int count = in.readNBytes(block, 0, BLOCK);
        if (count == 0) {
            return false;
        }
        if (count < BLOCK) {
            throw cut();
        }
        long sum = 0;
        boolean empty = true;
        for (int i = 0; i < BLOCK; i++) {
            empty &= block[i] == 0;
            sum += i >= 148 && i < 156 ? ' ' : block[i] & 0xff;
        }
        if (empty) {
            return false;
        }
        if (sum != number(148, 8)) {
            throw damaged();
        }
        return true;
    }

    private byte[] description(long size) throws IOException {
        if (size < 0 || size > MOST_DESCRIPTION) {
            throw new IOException("damaged tar: a description of " + size + " bytes");
        }
        byte[] bytes = in.readNBytes((int) size);
        begin(size);
        left = 0;
        skipRest();
        if (bytes.length < size) {
            throw cut();
        }
        return bytes;
    }

    /** Lines of a length, a blank, {@code key=value} and a line break. */
    private static Described pax(byte[] records, Described before) throws IOException {
        String name = before.name();
        Long size = before.size();
        int at = 0;
        while (at < records.length) {
            int blank = at;
            while (blank < records.length && records[blank] >= '0' && records[blank] <= '9' && blank - at < 6) {
                blank++;
            }
            if (blank == at || blank == records.length || records[blank] != ' ') {
                throw damaged();
            }
            int end = at + Integer.parseInt(new String(records, at, blank - at, StandardCharsets.US_ASCII));
            if (end <= blank + 1 || end > records.length || records[end - 1] != '\n') {
                throw damaged();
            }
            String record = new String(records, blank + 1, end - blank - 2, StandardCharsets.UTF_8);
            if (record.startsWith("path=")) {
                name = record.substring("path=".length());
            } else if (record.startsWith("size=")) {
                size = decimal(record.substring("size=".length()));
            } else if (record.startsWith("GNU.sparse.")) {
                throw foreign("a sparse file");
            }
            at = end;
        }
        return new Described(name, size);
    }

    private static long decimal(String digits) throws IOException {
        if (!digits.matches("\\d{1,18}")) {
            throw damaged();
        }
        return Long.parseLong(digits);
    }

    private static String text(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    private String field(int offset, int length) {
        int end = offset;
        while (end < offset + length && block[end] != 0) {
            end++;
        }
        return new String(block, offset, end - offset, StandardCharsets.UTF_8);
    }

    /** Octal digits; or GNU's binary numbers, whose first byte has its highest bit set. */
    private long number(int offset, int length) throws IOException {
        long value = 0;
        if ((block[offset] & 0x80) != 0) {
            for (int i = offset; i < offset + length; i++) {
                int bits = i == offset ? block[i] & 0x7f : block[i] & 0xff;
                if (value > Long.MAX_VALUE >> 8) {
                    throw damaged();
                }
                value = value << 8 | bits;
            }
            return value;
        }
        String digits = field(offset, length).strip();
        if (!digits.matches("[0-7]{0,12}")) {
            throw damaged();
        }
        return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    }

    private static IOException damaged() {
        return new IOException("damaged tar");
    }

    private static IOException cut() {
        return new EOFException("the tar ends too early");
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        int count = in.read(bytes, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw cut();
        }
        left -= count;
        return count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
