package bmm.postgres;

import bmm.base.Stopping;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;

/** One connection to one database, with every setting pinned that changes how values look as text. */
final class Session implements AutoCloseable {
    /**
     * What both pg_dump and fingerprints run under. pg_dump itself pins DateStyle, IntervalStyle, extra_float_digits and
     * search_path; the others would change the text of values from one run to the next.
     */
    static final List<String> PINNED = List.of(
            "DateStyle=ISO",
            "IntervalStyle=postgres",
            "TimeZone=UTC",
            "extra_float_digits=3",
            "bytea_output=hex",
            "search_path=",
            "row_security=off",
            "quote_all_identifiers=off",
            "statement_timeout=0",
            "idle_in_transaction_session_timeout=0");

    private final Connection connection;
    private final Stopping.Registration registration;
    private volatile boolean cancelled;

    Session(Connection connection) throws SQLException {
        this(connection, true);
    }

    private Session(Connection connection, boolean stoppable) throws SQLException {
        this.connection = connection;
        this.registration = stoppable ? Stopping.register(this::cancel) : () -> {};
        try (Statement statement = connection.createStatement()) {
            // Servers know it from 17 on; a default of the role's would end the snapshot in mid-dump.
            statement.execute("SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings"
                    + " WHERE name = 'transaction_timeout'");
            for (String pinned : PINNED) {
                int equals = pinned.indexOf('=');
                String value = pinned.substring(equals + 1);
                statement.execute("SET " + pinned.substring(0, equals) + " = '" + value + "'");
            }
        }
    }

    /** A session that works while bmm is being stopped, too. */
    static Session forCleaningUp(Connection connection) throws SQLException {
        return new Session(connection, false);
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** One row of a result. */
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Something that is done with a statement. */
    interface StatementUse<T> {
        T use(Statement statement) throws SQLException;
    }

    <T> T with(StatementUse<T> use) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return use.use(statement);
        }
    }

    <T> List<T> query(String sql, RowReader<T> reader) throws SQLException {
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

    /** The driver's own connection, for what JDBC has no words for. */
    PGConnection driver() throws SQLException {
        return connection.unwrap(PGConnection.class);
    }

    /** Breaks off whatever this session is doing, from another thread; it can do nothing more afterwards. */
    void cancel() {
        cancelled = true;
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // It is being closed anyway.
            cancelled = true;
        }
    }

    boolean isCancelled() {
        return cancelled;
    }

    @Override
    public void close() {
        registration.close();
        try {
            connection.close();
        } catch (SQLException e) {
            // The server ends the session, and with it the snapshot and its locks, when the connection is gone.
            cancelled = true;
        }
    }
}
