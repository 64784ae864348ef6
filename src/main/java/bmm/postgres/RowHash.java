package bmm.postgres;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The hash of one row, computed from its fields in COPY text, be they from a server or from an archive. A table's content
 * hash is the sum over its rows, so it does not depend on their order, and a row that is there twice counts twice.
 */
public enum RowHash {
    /**
     * Every column is hashed as its {@link ColumnKind} says, with its position as the seed; the results are combined with
     * XOR and hashed once more, so that values that change places between rows do not go unnoticed in the sum.
     */
    COLUMNS("column-lookup3") {
        @Override
        long text(byte[] text, int offset, int length) {
            return Lookup3.bytes(text, offset, length, 0);
        }
    },

    /**
     * The first eight bytes of SHA-256 over the text of the whole row. Backups before 0.2 have it where a server's own hash
     * functions were not as expected.
     */
    SHA256("row-text-sha256") {
        @Override
        long text(byte[] text, int offset, int length) {
            MessageDigest digest = newSha256();
            digest.update(text, offset, length);
            return (long) BIG_ENDIAN_LONG.get(digest.digest(), 0);
        }
    };

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

    /**
     * The algorithm that a manifest names.
     *
     * @throws IllegalArgumentException if this build does not know it
     */
    public static RowHash of(String label) {
        for (RowHash hash : values()) {
            if (hash.label.equals(label)) {
                return hash;
            }
        }
        throw new IllegalArgumentException("unknown row hash " + label);
    }

    /** The hash of some text, as bytes in the database's encoding. */
    abstract long text(byte[] text, int offset, int length);

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
