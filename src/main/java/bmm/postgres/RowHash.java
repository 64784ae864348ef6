package bmm.postgres;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The hash of one row's text, computed alike by the server and here. A table's content hash is the sum over its rows, so
 * it does not depend on their order, and a row that is there twice counts twice.
 */
public enum RowHash {
    /**
     * Bob Jenkins' lookup3 as PostgreSQL has it in {@code hashtextextended(…, 0)} since version 11. Not promised to stay
     * as it is, so a run compares one known value with the server first and falls back to {@link #SHA256}.
     */
    LOOKUP3("row-text-lookup3") {
        @Override
        String sql(String rowText) {
            return "hashtextextended(" + rowText + " COLLATE \"C\", 0)";
        }

        @Override
        long hash(byte[] text, int offset, int length) {
            return lookup3(text, offset, length);
        }
    },

    /** The first eight bytes of SHA-256, about twice the work. */
    SHA256("row-text-sha256") {
        @Override
        String sql(String rowText) {
            return "('x' || encode(substring(sha256(convert_to(" + rowText
                    + ", getdatabaseencoding())) for 8), 'hex'))::bit(64)::bigint";
        }

        @Override
        long hash(byte[] text, int offset, int length) {
            MessageDigest digest = newSha256();
            digest.update(text, offset, length);
            return (long) BIG_ENDIAN_LONG.get(digest.digest(), 0);
        }
    };

    private static final VarHandle LITTLE_ENDIAN_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final String label;

    RowHash(String label) {
        this.label = label;
    }

    /** The name in a manifest. */
    public String label() {
        return label;
    }

    /** The algorithm that a manifest names, or null if this build does not know it. */
    public static RowHash of(String label) {
        for (RowHash hash : values()) {
            if (hash.label.equals(label)) {
                return hash;
            }
        }
        throw new IllegalArgumentException("unknown row hash " + label);
    }

    /** An SQL expression of type bigint over an expression of type text. */
    abstract String sql(String rowText);

    /** The same value for the same bytes in the database's encoding. */
    abstract long hash(byte[] text, int offset, int length);

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static long lookup3(byte[] key, int offset, int length) {
        int a = 0x9e3779b9 + length + 3923095;
        int b = a;
        int c = a;
        int at = offset;
        int left = length;
        while (left >= 12) {
            a += (int) LITTLE_ENDIAN_INT.get(key, at);
            b += (int) LITTLE_ENDIAN_INT.get(key, at + 4);
            c += (int) LITTLE_ENDIAN_INT.get(key, at + 8);
            a = (a - c) ^ Integer.rotateLeft(c, 4);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 6);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 8);
            b += a;
            a = (a - c) ^ Integer.rotateLeft(c, 16);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 19);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 4);
            b += a;
            at += 12;
            left -= 12;
        }
        // The last bytes fill a, b and the upper three bytes of c; the lowest byte of c is left out.
        for (int i = 0; i < left; i++) {
            int value = key[at + i] & 0xff;
            if (i < 4) {
                a += value << (8 * i);
            } else if (i < 8) {
                b += value << (8 * (i - 4));
            } else {
                c += value << (8 * (i - 7));
            }
        }
        c = (c ^ b) - Integer.rotateLeft(b, 14);
        a = (a ^ c) - Integer.rotateLeft(c, 11);
        b = (b ^ a) - Integer.rotateLeft(a, 25);
        c = (c ^ b) - Integer.rotateLeft(b, 16);
        a = (a ^ c) - Integer.rotateLeft(c, 4);
        b = (b ^ a) - Integer.rotateLeft(a, 14);
        c = (c ^ b) - Integer.rotateLeft(b, 24);
        return ((long) b << 32) | (c & 0xffffffffL);
    }
}
