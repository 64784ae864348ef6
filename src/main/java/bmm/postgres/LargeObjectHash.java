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

    /** Sends a line for each piece: number of the object, number of the piece, MD5. */
    static final String COPY_PIECES = """
            COPY (
                WITH sized AS MATERIALIZED (
                    SELECT oid, pg_catalog.lo_lseek64(pg_catalog.lo_open(oid, 262144), 0, 2) AS size
                    FROM pg_catalog.pg_largeobject_metadata
                )
                SELECT oid, n, pg_catalog.md5(pg_catalog.lo_get(oid, n * 1048576, 1048576))
                FROM sized, pg_catalog.generate_series(0, greatest((size + 1048575) / 1048576 - 1, 0)) AS n
            ) TO STDOUT""";

    private final @Nullable RowHash hash;
    private long objects;
    private BigInteger sum = BigInteger.ZERO;
    private long oid;
    private long piece;
    private int inPiece;
    private final MessageDigest digest;
    private final StringBuilder line = new StringBuilder();

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
        add(rowHash, oid + "," + piece + "," + HexFormat.of().formatHex(digest.digest()));
        piece++;
        inPiece = 0;
    }

    private void add(RowHash rowHash, String fields) {
        byte[] text = ("(" + fields + ")").getBytes(StandardCharsets.US_ASCII);
        sum = sum.add(BigInteger.valueOf(rowHash.text(text, 0, text.length)));
    }

    /** Takes a line of {@link #COPY_PIECES}, in one piece or several. */
    void acceptPiece(byte[] bytes, int offset, int count, boolean endsLine) {
        line.append(new String(bytes, offset, count, StandardCharsets.US_ASCII));
        if (endsLine) {
            acceptLine(line.toString().stripTrailing().replace('\t', ','));
            line.setLength(0);
        }
    }

    private void acceptLine(String fields) {
        if (fields.contains(",0,")) {
            objects++;
        }
        if (hash != null) {
            add(hash, fields);
        }
    }

    TableContent content() {
        return new TableContent(objects, hash == null ? null : sum);
    }
}
