package bmm.postgres;

import bmm.postgres.sql.DumpStatement;
import bmm.postgres.sql.QualifiedName;
import bmm.postgres.sql.SqlScript;
import bmm.postgres.sql.SqlStatement;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plays a dump in SQL text into a database, statement by statement: no program stands between that would find more in it
 * than SQL. Rows go to the sessions of their table in pieces, rows in INSERT statements too, sequences and large objects as
 * the values that were read; what is left is run as it is, where the text is a whole dump, or refused, where it is the data
 * of an archive.
 */
final class ScriptPlayer {
    /** What text may hold. */
    enum Scope {
        /** Everything: a dump in plain format. */
        WHOLE_DUMP,
        /** Rows, sequences and large objects: what pg_restore writes of the data of an archive. */
        DATA_ONLY
    }

    /** A time in which tables are filled. */
    interface Phase {
        /** From now on rows come. */
        void begin() throws SQLException;

        /** From now on something else comes. */
        void end() throws SQLException;

        /** For those who make no difference. */
        Phase NONE = new Phase() {
            @Override
            public void begin() {
                // nothing changes
            }

            @Override
            public void end() {
                // nothing changes
            }
        };
    }

    /** Told what is being restored, and what the server refused. */
    interface Listener {
        void filling(String table);

        /**
         * The server refused something.
         *
         * @throws RestoreFailure if that ends the restore
         */
        void refused(String message);
    }

    /** What would undo the pins of a session, or is set by whoever plays. */
    private static final Set<String> NOT_RUN = Set.of("client_encoding", "names", "transaction_timeout");

    /** PostgreSQL manual, "Error Codes": undefined_object, which roles are. */
    private static final String UNDEFINED = "42704";

    private static final String TABLESPACE = "default_tablespace";

    private static final Logger LOG = LoggerFactory.getLogger(ScriptPlayer.class);

    private final RestoreSession session;
    private final TableSessions tables;
    private final Settings settings;
    private final Phase phase;
    private final Listener listener;
    private final ScriptText text;
    private final LargeObjectWriter largeObjects;
    private byte @Nullable [] bytes;
    private boolean inPhase;
    private @Nullable RestoreSession inserting;
    private QualifiedName insertingInto = new QualifiedName("", "");

    /**
     * How to play.
     *
     * @param transactions whether the text's own BEGIN and COMMIT are run: not where it is all one transaction anyway, and
     *     not where several sessions have to see each other's work
     * @param tablespaces whether objects go where they were
     * @param makesUpRoles whether roles that are missing are made, by their names alone
     * @param deadline by {@link System#nanoTime}
     */
    record Settings(Scope scope, boolean transactions, boolean tablespaces, boolean makesUpRoles, long deadline) {}

    /** @param session for all that is not rows */
    ScriptPlayer(RestoreSession session, TableSessions tables, Settings settings, Phase phase, Listener listener) {
        this.session = session;
        this.tables = tables;
        this.settings = settings;
        this.phase = phase;
        this.listener = listener;
        this.text = new ScriptText(session);
        this.largeObjects = new LargeObjectWriter(session);
    }

    /**
     * Plays it to its end.
     *
     * @throws IOException if it cannot be read, or holds what bmm does not run; what was played stays
     */
    void play(SqlScript script) throws IOException, InterruptedException, SQLException {
        for (SqlStatement statement = script.next(); statement != null; statement = script.next()) {
            SqlStatement readable = statement.inUtf8(text);
            bytes = text.isSendable(statement) ? null : statement.bytes();
            DumpStatement what = DumpStatement.of(readable);
            if (!(what instanceof DumpStatement.Insert)) {
                endInserts();
            }
            try {
                play(readable, what, script);
            } catch (SQLException e) {
                listener.refused(SqlFailure.message(e));
                inserting = null;
                tables.renew();
                largeObjects.abandon();
            }
        }
        endInserts();
        leavePhase();
    }

    private void play(SqlStatement statement, DumpStatement what, SqlScript script)
            throws IOException, InterruptedException, SQLException {
        switch (what) {
            case DumpStatement.Copy copy -> copy(copy, script);
            case DumpStatement.Insert insert -> insert(insert, statement);
            case DumpStatement.SetSequence set -> setSequence(set);
            case DumpStatement.OpenLargeObject open -> largeObjects.open(open.oid());
            case DumpStatement.WriteLargeObject write -> largeObjects.write(write.content());
            case DumpStatement.CloseLargeObject close -> largeObjects.close();
            case DumpStatement.Setting setting -> set(setting, statement, script);
            case DumpStatement.Transaction transaction -> transaction(transaction, statement);
            case DumpStatement.Statistics statistics ->
                send(find(statistics.table()).session(0), statement);
            case DumpStatement.LargeObjectProperty property -> {
                if (settings.scope() == Scope.DATA_ONLY) {
                    send(session, statement);
                } else {
                    run(statement, script);
                }
            }
            case DumpStatement.Other other -> run(statement, script);
        }
    }

    private void send(RestoreSession to, SqlStatement statement) throws IOException, SQLException {
        if (bytes == null) {
            to.run(statement.sql());
        } else {
            to.runBytes(bytes);
        }
    }

    private void run(SqlStatement statement, SqlScript script) throws IOException, SQLException {
        if (settings.scope() == Scope.DATA_ONLY) {
            throw statement.refused("not a statement that fills a table");
        }
        leavePhase();
        try {
            send(session, statement);
        } catch (SQLException e) {
            boolean missing = settings.makesUpRoles() && UNDEFINED.equals(e.getSQLState());
            if (!missing || MadeUpRoles.make(session, MadeUpRoles.namedIn(statement)) == 0) {
                throw e;
            }
            send(session, statement);
        }
        requireSameQuotes(statement, script);
    }

    private void set(DumpStatement.Setting setting, SqlStatement statement, SqlScript script)
            throws IOException, SQLException {
        boolean passedOver =
                NOT_RUN.contains(setting.name()) || (setting.name().equals(TABLESPACE) && !settings.tablespaces());
        if (settings.scope() == Scope.WHOLE_DUMP && !passedOver) {
            send(session, statement);
        }
        requireSameQuotes(statement, script);
    }

    /** What the server takes for the end of a string must be what was taken for it here. */
    private void requireSameQuotes(SqlStatement statement, SqlScript script) throws IOException, SQLException {
        if (settings.scope() == Scope.WHOLE_DUMP && session.isStandardConforming() != script.isStandardConforming()) {
            throw statement.refused("it changes how strings are read, in a way that is not to be seen from outside");
        }
    }

    private void transaction(DumpStatement.Transaction transaction, SqlStatement statement)
            throws IOException, SQLException {
        if (settings.transactions()) {
            send(session, statement);
        } else if (transaction.undoes()) {
            throw statement.refused("it may undo what was restored");
        }
    }

    private void copy(DumpStatement.Copy copy, SqlScript script)
            throws IOException, InterruptedException, SQLException {
        ParallelCopy filling = null;
        try {
            enterPhase();
            TableSessions.Table table = find(copy.table());
            listener.filling(new TableName(copy.table().schema(), copy.table().name()).toString());
            filling = new ParallelCopy(table, copyStatement(table, copy, script.encoding()), settings.deadline());
            script.rows(filling);
            filling.end();
        } catch (ParallelCopy.Refused e) {
            listener.refused(e.getMessage() + " (table " + copy.table().name() + ")");
            tables.renew();
            skipRows(script);
        } catch (SQLException e) {
            listener.refused(SqlFailure.message(e) + " (table " + copy.table().name() + ")");
            skipRows(script);
        } finally {
            if (filling != null) {
                filling.close();
            }
        }
    }

    private static void skipRows(SqlScript script) throws IOException, InterruptedException {
        if (script.hasRows()) {
            script.rows((lines, continued) -> {});
        }
    }

    private static String copyStatement(TableSessions.Table table, DumpStatement.Copy copy, String encoding) {
        String columns = copy.columns().stream().map(TableName::quote).collect(Collectors.joining(", ", " (", ")"));
        return "COPY " + table.quoted() + (copy.columns().isEmpty() ? "" : columns) + " FROM STDIN WITH (ENCODING "
                + OwnDatabase.literal(encoding) + ")";
    }

    /** Dumps of old rely on the search path that they set. */
    private TableSessions.Table find(QualifiedName name) throws IOException, SQLException {
        if (!name.schema().isEmpty()) {
            return tables.find(name);
        }
        SQLException unknown = new SQLException("relation \"" + name.name() + "\" does not exist", "42P01");
        for (String schema : searchPath()) {
            try {
                return tables.find(new QualifiedName(schema, name.name()));
            } catch (SQLException e) {
                unknown = e;
            }
        }
        throw unknown;
    }

    private List<String> searchPath() throws SQLException {
        return session.query(
                        "SELECT pg_catalog.current_schemas(false)",
                        row -> List.of((String[]) row.getArray(1).getArray()))
                .getFirst();
    }

    /** Rows of one table, one after the other, are one transaction. */
    private void insert(DumpStatement.Insert insert, SqlStatement statement) throws IOException, SQLException {
        RestoreSession into = inserting;
        if (into == null || !insert.table().equals(insertingInto)) {
            endInserts();
            enterPhase();
            into = find(insert.table()).session(0);
            if (into != session) {
                into.execute("SET standard_conforming_strings = " + (statement.standardConforming() ? "on" : "off"));
                into.execute("BEGIN");
            }
            inserting = into;
            insertingInto = insert.table();
            listener.filling(
                    new TableName(insert.table().schema(), insert.table().name()).toString());
        }
        send(into, statement);
    }

    private void endInserts() throws SQLException {
        RestoreSession ended = inserting;
        inserting = null;
        if (ended != null && ended != session && ended.inTransaction()) {
            ended.execute("COMMIT");
        }
    }

    private void setSequence(DumpStatement.SetSequence set) throws SQLException {
        QualifiedName sequence = set.sequence();
        String name = sequence.schema().isEmpty()
                ? TableName.quote(sequence.name())
                : new TableName(sequence.schema(), sequence.name()).quoted();
        String value = session.queryOne("SELECT pg_catalog.setval(" + OwnDatabase.literal(name)
                + "::pg_catalog.regclass, " + set.value() + ", " + set.called() + ")");
        LOG.atTrace().log("sequence {} is at {}", name, value);
    }

    private void enterPhase() throws SQLException {
        if (!inPhase) {
            phase.begin();
            inPhase = true;
        }
    }

    private void leavePhase() throws SQLException {
        if (inPhase) {
            inPhase = false;
            phase.end();
        }
    }
}
