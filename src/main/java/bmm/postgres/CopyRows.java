package bmm.postgres;

import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Counts and hashes the rows in a stream of COPY text (PostgreSQL manual, COPY, "Text Format"). For the hash every line
 * becomes the text that {@code ROW(…)::text} has on the server: the fields in parentheses, separated by commas, NULL as
 * nothing, and in quotes what is empty or holds a quote, backslash, parenthesis, comma or white space (manual, "Composite
 * Type Input and Output Syntax").
 */
final class CopyRows {
    private static final int FIELD_END = 16;
    private static final int LINE_END = 32;
    private static final int QUOTED = 1;
    private static final int DOUBLED = 2;
    private static final int ESCAPED = 4;
    private static final byte[] KIND = kinds();

    private final @Nullable RowHash hash;
    private final boolean hasColumns;
    private byte[] carried = new byte[0];
    private int carriedLength;
    private byte[] text = new byte[1024];
    private int length;
    private long rows;
    private long sumLow;
    private long sumHigh;
    private boolean ended;

    /**
     * @param hash how to hash rows, or null to count them only
     * @param hasColumns false for a table without columns, whose rows are empty lines
     */
    CopyRows(@Nullable RowHash hash, boolean hasColumns) {
        this.hash = hash;
        this.hasColumns = hasColumns;
    }

    /** Takes the next bytes of the stream, which may end anywhere in a line. */
    void accept(byte[] bytes, int offset, int count) {
        int at = offset;
        int end = offset + count;
        if (carriedLength > 0 && !ended) {
            int lineEnd = indexOfNewline(bytes, at, end);
            if (lineEnd < 0) {
                carry(bytes, at, end);
                return;
            }
            carry(bytes, at, lineEnd + 1);
            int lineLength = carriedLength;
            carriedLength = 0;
            line(carried, 0, lineLength);
            at = lineEnd + 1;
        }
        while (at < end && !ended) {
            int next = line(bytes, at, end);
            if (next < 0) {
                carry(bytes, at, end);
                return;
            }
            at = next;
        }
    }

    /** Whether the line that ends the data was seen. */
    boolean isComplete() {
        return ended;
    }

    TableContent content() {
        return new TableContent(rows, hash == null ? null : sum());
    }

    private BigInteger sum() {
        return BigInteger.valueOf(sumHigh).shiftLeft(64).add(new BigInteger(Long.toUnsignedString(sumLow)));
    }

    private void carry(byte[] bytes, int from, int to) {
        int needed = Math.addExact(carriedLength, to - from);
        if (needed > carried.length) {
            carried = Arrays.copyOf(carried, grown(carried.length, needed));
        }
        System.arraycopy(bytes, from, carried, carriedLength, to - from);
        carriedLength = needed;
    }

    private static int grown(int length, int needed) {
        return (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, length * 3L / 2 + 1024));
    }

    private static int indexOfNewline(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    /** Reads one line and returns where the next begins, or -1 if the line is not complete yet. */
    private int line(byte[] bytes, int from, int to) {
        if (hash == null || bytes[from] == '\\') {
            int end = indexOfNewline(bytes, from, to);
            if (end < 0) {
                return -1;
            }
            if (end - from == 2 && bytes[from] == '\\' && bytes[from + 1] == '.') {
                ended = true;
                return end + 1;
            }
            if (hash == null) {
                rows++;
                return end + 1;
            }
        }
        return hashedLine(hash, bytes, from, to);
    }

    private int hashedLine(RowHash rowHash, byte[] bytes, int from, int to) {
        byte[] kind = KIND;
        int at = from;
        length = 0;
        put('(');
        while (true) {
            int start = at;
            int seen = 0;
            int here = 0;
            while (at < to) {
                here = kind[bytes[at] & 0xff];
                if (here >= FIELD_END) {
                    break;
                }
                seen |= here;
                at++;
            }
            if (at == to) {
                return -1;
            }
            field(bytes, start, at, seen);
            at++;
            if (here == LINE_END) {
                break;
            }
            put(',');
        }
        put(')');
        add(rowHash.hash(text, 0, length));
        return at;
    }

    private void add(long value) {
        long before = sumLow;
        sumLow += value;
        sumHigh += (value >> 63) + (Long.compareUnsigned(sumLow, before) < 0 ? 1 : 0);
        rows++;
    }

    private void field(byte[] bytes, int from, int to, int seen) {
        int size = to - from;
        if ((seen & (DOUBLED | ESCAPED)) == 0) {
            room(size + 2);
            boolean quoted = seen != 0 || (size == 0 && hasColumns);
            if (quoted) {
                text[length++] = '"';
            }
            System.arraycopy(bytes, from, text, length, size);
            length += size;
            if (quoted) {
                text[length++] = '"';
            }
        } else if (size != 2 || bytes[from] != '\\' || bytes[from + 1] != 'N') {
            awkwardField(bytes, from, to);
        }
    }

    /** A field with escapes or quotes in it; the caller has dealt with NULL. */
    private void awkwardField(byte[] bytes, int from, int to) {
        room(Math.addExact(Math.multiplyExact(to - from, 2), 2));
        int start = length;
        boolean quoted = false;
        text[length++] = '"';
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (b == '\\' && i + 1 < to) {
                i++;
                b = unescaped(bytes[i]);
            }
            if (b == '"' || b == '\\') {
                text[length++] = b;
                quoted = true;
            } else if (KIND[b & 0xff] != 0) {
                quoted = true;
            }
            text[length++] = b;
        }
        if (quoted) {
            text[length++] = '"';
        } else {
            // Only a backspace is escaped in COPY and not quoted in a row.
            length--;
            System.arraycopy(text, start + 1, text, start, length - start);
        }
    }

    private static byte unescaped(byte b) {
        return switch (b) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> 0x0b;
            default -> b;
        };
    }

    private void put(char c) {
        room(1);
        text[length++] = (byte) c;
    }

    private void room(int more) {
        int needed = Math.addExact(length, more);
        if (needed > text.length) {
            text = Arrays.copyOf(text, grown(text.length, needed));
        }
    }

    private static byte[] kinds() {
        byte[] kinds = new byte[256];
        for (char c : " (),\r\f\u000b".toCharArray()) {
            kinds[c] = QUOTED;
        }
        kinds['"'] = DOUBLED;
        kinds['\\'] = ESCAPED;
        kinds['\t'] = FIELD_END;
        kinds['\n'] = LINE_END;
        return kinds;
    }
}
