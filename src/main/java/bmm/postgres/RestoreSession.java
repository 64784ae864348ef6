package bmm.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Field;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.ResultCursor;
import org.postgresql.core.ResultHandlerBase;
import org.postgresql.core.SqlCommand;
import org.postgresql.core.TransactionState;
import org.postgresql.core.Tuple;

/** A session that a restore writes through: it can send the text of a dump without reading anything into it. */
final class RestoreSession implements AutoCloseable {
    private static final int AS_IT_IS =
            QueryExecutor.QUERY_ONESHOT | QueryExecutor.QUERY_SUPPRESS_BEGIN | QueryExecutor.QUERY_NO_BINARY_TRANSFER;

    /** Against tables that become views while they are read; a restore makes both, and reads what it has made. */
    private static final String VIEWS_ARE_FINE =
            "SELECT CASE WHEN pg_catalog.current_setting('restrict_nonsystem_relation_kind', true) IS NOT NULL"
                    + " THEN pg_catalog.set_config('restrict_nonsystem_relation_kind', '', false) END";

    private static final Map<String, String> PROPERTIES =
            // What statements of a dump return is nothing to run out of memory for.
            Map.of("maxResultBuffer", "40p");

    private final Session session;
    private final boolean takesAnyBytes;

    private RestoreSession(Session session) throws SQLException {
        this.session = session;
        session.query(VIEWS_ARE_FINE, row -> true);
        this.takesAnyBytes = queryOne("SHOW server_encoding").equals("SQL_ASCII");
    }

    /** @throws bmm.base.Failure if the server does not let it in */
    static RestoreSession open(Server server, String database) throws SQLException {
        return new RestoreSession(server.connect(database, PROPERTIES));
    }

    /**
     * Sends text of a dump as exactly one statement; rows that it returns are dropped. JDBC's own way looks through the text
     * first, for semicolons, question marks and braces; here the driver passes it on as it is, and by the extended query
     * protocol the server itself refuses text that holds two statements (PostgreSQL manual, "Extended Query").
     */
    void run(String sql) throws SQLException {
        QueryExecutor executor = executor();
        Query query = executor.wrap(List.of(new NativeQuery(sql, new int[0], false, SqlCommand.BLANK)));
        executor.execute(query, null, new Dropped(), 0, 0, AS_IT_IS);
    }

    private static final class Dropped extends ResultHandlerBase {
        @Override
        public void handleResultRows(Query query, Field[] fields, List<Tuple> rows, ResultCursor cursor) {
            // Functions return what nobody asked for: set_config, say.
        }

        @Override
        public void handleWarning(SQLWarning warning) {
            // NOTICE and WARNING of a restore, which psql prints and pg_restore drops.
        }
    }

    /**
     * The same for text that is no text in UTF-8, which is all that the driver can send: the server takes it as bytes and runs
     * what they say. That is possible in a database that takes any bytes for text.
     */
    void runBytes(byte[] sql) throws SQLException {
        run("DO $bmm$ BEGIN EXECUTE pg_catalog.convert_from('\\x"
                + HexFormat.of().formatHex(sql) + "', 'SQL_ASCII'); END $bmm$");
    }

    private QueryExecutor executor() throws SQLException {
        return ((BaseConnection) session.driver()).getQueryExecutor();
    }

    /** Runs a statement of bmm's own. */
    void execute(String sql) throws SQLException {
        session.execute(sql);
    }

    <T> List<T> query(String sql, Session.RowReader<T> reader) throws SQLException {
        return session.query(sql, reader);
    }

    String queryOne(String sql) throws SQLException {
        return session.queryOne(sql, row -> row.getString(1));
    }

    PreparedStatement prepare(String sql) throws SQLException {
        return ((Connection) session.driver()).prepareStatement(sql);
    }

    CopyIn copyIn(String statement) throws SQLException {
        return session.driver().getCopyAPI().copyIn(statement);
    }

    boolean inTransaction() throws SQLException {
        return executor().getTransactionState() != TransactionState.IDLE;
    }

    /** Whether a backslash is an ordinary character in {@code '…'} for the server at this moment. */
    boolean isStandardConforming() throws SQLException {
        return "on".equals(session.driver().getParameterStatus("standard_conforming_strings"));
    }

    /** Whether its database converts nothing: one in SQL_ASCII. */
    boolean takesAnyBytes() {
        return takesAnyBytes;
    }

    /** Ends whatever it is doing, at the server as well, from another thread. */
    void abort() {
        try {
            PGConnection driver = session.driver();
            driver.cancelQuery();
        } catch (SQLException e) {
            // Without a query to cancel there is only the connection to end.
            session.cancel();
        }
        session.cancel();
    }

    @Override
    public void close() {
        session.close();
    }
}
