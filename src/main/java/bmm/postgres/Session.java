package bmm.postgres;

import bmm.base.Stopping;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to one database, under the settings of {@link Pins}.
 *
 * <p>Whoever reads a table with {@code SELECT} runs what its owner made: the planner evaluates immutable functions in index
 * expressions, predicates, statistics and constraints as the role that asks. So bmm reads an owner's relations only with
 * {@code COPY relation TO}, which is not planned, refuses anything but a table, and calls nothing but the output functions of
 * types, which only superusers can make; with {@code SELECT} it reads PostgreSQL's own catalog.
 */
final class Session implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private final Connection connection;
    private final @Nullable CopyTap tap;
    private final Stopping.Registration registration;

    /** Behind a pooler that does not pass on the startup packet each transaction may be at another server process. */
    private final boolean pooled;

    private boolean inTransaction;

    /**
     * Pins the settings.
     *
     * @param tap where rows can be taken from, if anywhere but from the driver
     */
    Session(Connection connection, @Nullable CopyTap tap) throws SQLException {
        this(connection, tap, true);
    }

    private Session(Connection connection, @Nullable CopyTap tap, boolean stoppable) throws SQLException {
        this.connection = connection;
        this.tap = tap;
        this.registration = stoppable ? Stopping.register(this::cancel) : () -> {};
        boolean pinned = false;
        try {
            this.pooled = !Pins.set(connection);
            pinned = true;
        } finally {
            if (!pinned) {
                close();
            }
        }
    }

    /** A session that works while bmm is being stopped, too. */
    static Session forCleaningUp(Connection connection) throws SQLException {
        return new Session(connection, null, false);
    }

    /** Begins a transaction; {@code modes} as in {@code BEGIN}. */
    void begin(String modes) throws SQLException {
        begin(modes, null);
    }

    /** The same in an exported snapshot, which must be named before anything is read. */
    void begin(String modes, @Nullable String snapshotId) throws SQLException {
        execute("BEGIN " + modes);
        inTransaction = true;
        if (snapshotId != null) {
            execute("SET TRANSACTION SNAPSHOT '" + snapshotId + "'");
        }
        if (pooled) {
            Pins.set(connection);
        }
    }

    /** Ends the transaction with COMMIT. */
    void commit() throws SQLException {
        end("COMMIT");
    }

    /** Ends the transaction with ROLLBACK. */
    void rollback() throws SQLException {
        end("ROLLBACK");
    }

    private void end(String how) throws SQLException {
        inTransaction = false;
        execute(how);
    }

    /** A statement without expressions: those of a query are evaluated, and belong into {@link #query}. */
    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** One row of a result. */
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Reads the catalog. */
    <T> List<T> query(String sql, RowReader<T> reader) throws SQLException {
        if (!pooled || inTransaction) {
            return rows(sql, reader);
        }
        begin("");
        try {
            List<T> rows = rows(sql, reader);
            commit();
            return rows;
        } catch (SQLException e) {
            try {
                rollback();
            } catch (SQLException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    private <T> List<T> rows(String sql, RowReader<T> reader) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<T> read = new ArrayList<>();
            while (rows.next()) {
                read.add(reader.read(rows));
            }
            return read;
        }
    }

    <T> T queryOne(String sql, RowReader<T> reader) throws SQLException {
        return query(sql, reader).getFirst();
    }

    /** Takes what a COPY sends, a row after the other, each in one piece or several. */
    interface CopyReader {
        /**
         * Takes the next bytes.
         *
         * @param endsRow whether the row ends with these bytes, which are the reader's only until it returns
         */
        void accept(byte[] bytes, int offset, int count, boolean endsRow);
    }

    /** Runs {@code COPY … TO STDOUT}. */
    void copy(String statement, CopyReader reader) throws SQLException {
        if (tap != null) {
            tap.divert(reader);
        }
        try {
            CopyOut copy = driver().getCopyAPI().copyOut(statement);
            for (byte[] row = copy.readFromCopy(); row != null; row = copy.readFromCopy()) {
                reader.accept(row, 0, row.length, true);
            }
        } finally {
            if (tap != null) {
                tap.end();
            }
        }
    }

    /** The driver's own connection, for what JDBC has no words for. */
    PGConnection driver() throws SQLException {
        return connection.unwrap(PGConnection.class);
    }

    /** Breaks off whatever this session is doing, from another thread; it can do nothing more afterwards. */
    void cancel() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.atDebug().log("a session that is being closed anyway: {}", SqlFailure.message(e));
        }
    }

    @Override
    public void close() {
        registration.close();
        try {
            connection.close();
        } catch (SQLException e) {
            // The server ends the session, and with it the snapshot and its locks, when the connection is gone.
            LOG.atDebug().log("closing a session: {}", SqlFailure.message(e));
        }
    }
}
