package bmm.postgres;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Writes large objects, from pieces of a dump, through one session in larger pieces. */
final class LargeObjectWriter {
    /** INV_WRITE, as pg_dump opens them. */
    private static final int TO_WRITE = 131_072;

    private static final int PIECE = 1 << 20;

    private final RestoreSession session;
    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private int descriptor = -1;
    private boolean transaction;

    LargeObjectWriter(RestoreSession session) {
        this.session = session;
    }

    void open(long oid) throws SQLException {
        // A descriptor lives in its transaction.
        transaction = !session.inTransaction();
        if (transaction) {
            session.execute("BEGIN");
        }
        waiting.reset();
        descriptor = Integer.parseInt(session.queryOne("SELECT pg_catalog.lo_open(" + oid + ", " + TO_WRITE + ")"));
    }

    void write(byte[] content) throws SQLException, IOException {
        if (descriptor < 0) {
            throw new IOException("content of a large object, but of which");
        }
        waiting.write(content);
        if (waiting.size() >= PIECE) {
            flush();
        }
    }

    private void flush() throws SQLException {
        try (PreparedStatement write = session.prepare("SELECT pg_catalog.lowrite(?, ?)")) {
            write.setInt(1, descriptor);
            write.setBytes(2, waiting.toByteArray());
            write.execute();
        }
        waiting.reset();
    }

    void close() throws SQLException {
        if (waiting.size() > 0) {
            flush();
        }
        String closed = session.queryOne("SELECT pg_catalog.lo_close(" + descriptor + ")");
        if (!closed.equals("0")) {
            throw new SQLException("a large object cannot be closed");
        }
        if (transaction) {
            session.execute("COMMIT");
        }
        descriptor = -1;
    }

    /** Gives up the one that is open. */
    void abandon() throws SQLException {
        if (descriptor >= 0 && transaction) {
            session.execute("ROLLBACK");
        }
        descriptor = -1;
    }
}
