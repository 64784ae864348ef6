package bmm.postgres;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The content hash of large objects: each is cut into pieces of 1 MiB, and each piece is a row (number of the object,
 * number of the piece, MD5 of its bytes). An empty object is one empty piece.
 */
final class LargeObjectHash {
    static final int PIECE = 1 << 20;

    /** The same over all objects of a database: one row with the number of objects and the sum. */
    static String sql(@Nullable RowHash hash) {
        if (hash == null) {
            return "SELECT count(*), NULL::numeric FROM pg_catalog.pg_largeobject_metadata";
        }
        return """
                WITH sized AS MATERIALIZED (
                    SELECT oid, pg_catalog.lo_lseek64(pg_catalog.lo_open(oid, 262144), 0, 2) AS size
                    FROM pg_catalog.pg_largeobject_metadata
                ), pieces AS (
                    SELECT oid, n, pg_catalog.md5(pg_catalog.lo_get(oid, n * 1048576, 1048576)) AS md5
                    FROM sized, pg_catalog.generate_series(0, greatest((size + 1048575) / 1048576 - 1, 0)) AS n
                )
                SELECT count(DISTINCT oid), sum(%s) FROM pieces
                """.formatted(hash.textSql("ROW(oid, n, md5)::text"));
    }

    private final @Nullable RowHash hash;
    private long objects;
    private BigInteger sum = BigInteger.ZERO;
    private long oid;
    private long piece;
    private int inPiece;
    private final MessageDigest digest;

    LargeObjectHash(@Nullable RowHash hash) {
        this.hash = hash;
        try {
            digest = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }

    void begin(long objectId) {
        oid = objectId;
        piece = 0;
        inPiece = 0;
        objects++;
    }

    void accept(byte[] bytes, int count) {
        if (hash == null) {
            return;
        }
        int at = 0;
        while (at < count) {
            if (inPiece == PIECE) {
                endPiece(hash);
            }
            int some = Math.min(count - at, PIECE - inPiece);
            digest.update(bytes, at, some);
            inPiece += some;
            at += some;
        }
    }

    void end() {
        if (hash != null) {
            endPiece(hash);
        }
    }

    private void endPiece(RowHash rowHash) {
        String row = "(" + oid + "," + piece + "," + HexFormat.of().formatHex(digest.digest()) + ")";
        byte[] text = row.getBytes(StandardCharsets.US_ASCII);
        sum = sum.add(BigInteger.valueOf(rowHash.text(text, 0, text.length)));
        piece++;
        inPiece = 0;
    }

    TableContent content() {
        return new TableContent(objects, hash == null ? null : sum);
    }
}
