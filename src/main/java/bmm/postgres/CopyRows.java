package bmm.postgres;

import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Counts and hashes the rows in a stream of COPY text (PostgreSQL manual, COPY, "Text Format"). */
final class CopyRows {
    /** Bits of what is seen in a field: what a row would quote, double or COPY has escaped. */
    static final int QUOTED = 1;

    static final int DOUBLED = 2;
    static final int ESCAPED = 4;
    private static final int FIELD_END = 16;
    private static final int LINE_END = 32;
    private static final byte[] KIND = kinds();

    private final @Nullable RowHasher hasher;
    private final CopyDigest.@Nullable Builder digest;
    private byte[] carried = new byte[0];
    private int carriedLength;
    private long rows;
    private long sumLow;
    private long sumHigh;
    private boolean ended;

    /**
     * @param hasher how to hash rows, or null to count them only
     */
    CopyRows(@Nullable RowHasher hasher) {
        this(hasher, null);
    }

    private CopyRows(@Nullable RowHasher hasher, CopyDigest.@Nullable Builder digest) {
        this.hasher = hasher;
        this.digest = digest;
    }

    /** The same with a digest of the bytes, by which an archive is compared with its source. */
    static CopyRows withDigest(@Nullable RowHasher hasher) {
        return new CopyRows(hasher, new CopyDigest.Builder());
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
            if (!ended) {
                digest(carried, 0, lineLength);
            }
            at = lineEnd + 1;
        }
        int from = at;
        while (at < end && !ended) {
            int next = line(bytes, at, end);
            if (next < 0) {
                carry(bytes, at, end);
                break;
            }
            if (!ended) {
                at = next;
            }
        }
        digest(bytes, from, at);
    }

    private void digest(byte[] bytes, int from, int to) {
        if (digest != null) {
            digest.accept(bytes, from, to - from);
        }
    }

    /** Whether the line that ends the data was seen. */
    boolean isComplete() {
        return ended;
    }

    TableContent content() {
        return new TableContent(rows, hasher == null ? null : sum(), digest == null ? null : digest.digest());
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

    static int grown(int length, int needed) {
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
        if (hasher == null || bytes[from] == '\\') {
            int end = indexOfNewline(bytes, from, to);
            if (end < 0) {
                return -1;
            }
            if (end - from == 2 && bytes[from] == '\\' && bytes[from + 1] == '.') {
                ended = true;
                return end + 1;
            }
            if (hasher == null) {
                rows++;
                return end + 1;
            }
        }
        return hashedLine(hasher, bytes, from, to);
    }

    private int hashedLine(RowHasher row, byte[] bytes, int from, int to) {
        byte[] kind = KIND;
        int at = from;
        row.begin();
        while (true) {
            int start = at;
            int seen = 0;
            int here = 0;
            if (!row.hasRest()) {
                // What a row would quote does not matter then; most text is skipped eight bytes at a time.
                at = EightBytes.skipPlain(bytes, at, to);
            }
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
            row.field(bytes, start, at, seen);
            at++;
            if (here == LINE_END) {
                break;
            }
        }
        add(row.end());
        return at;
    }

    private void add(long value) {
        long before = sumLow;
        sumLow += value;
        sumHigh += (value >> 63) + (Long.compareUnsigned(sumLow, before) < 0 ? 1 : 0);
        rows++;
    }

    /** Whether a field with an escape in it is NULL. */
    static boolean isNull(byte[] bytes, int from, int to) {
        return to - from == 2 && bytes[from] == '\\' && bytes[from + 1] == 'N';
    }

    /** 0, or one of the bits above. */
    static int kind(byte b) {
        return KIND[b & 0xff];
    }

    /** The byte that a backslash and this one stand for. */
    static byte unescaped(byte b) {
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
