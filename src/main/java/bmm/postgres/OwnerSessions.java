package bmm.postgres;

import bmm.postgres.sql.QualifiedName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sessions that log in as the owners of tables. What runs when a row comes in (constraints, domains, generated columns,
 * defaults) is code of owners; in a session that was logged in as one of them, it finds nothing that it could become.
 * SET ROLE and SET SESSION AUTHORIZATION are no such borders: a function that runs there can take them back.
 */
final class OwnerSessions implements TableSessions {
    /** Connections of roles that have filled their tables are kept for a while, up to so many. */
    private static final int MOST_OPEN = 16;

    private static final List<String> SETTINGS = List.of(
            "role = none",
            "default_transaction_read_only = off",
            "lock_timeout = 0",
            "xmloption = content",
            "check_function_bodies = off");

    private static final String FIND = """
            SELECT n.nspname, c.relname, a.rolname, c.relkind
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_roles a ON a.oid = c.relowner
            WHERE c.oid = pg_catalog.to_regclass(""";

    private final Login login;
    private final int most;
    private final RestoreSession catalog;
    private final Map<String, List<RestoreSession>> open = new LinkedHashMap<>();

    /** How to become a role. */
    interface Login {
        /** A session that the server let in as the owner of a table, or as whoever stands in for that owner. */
        RestoreSession as(String owner) throws SQLException;
    }

    private OwnerSessions(Login login, int most, RestoreSession catalog) {
        this.login = login;
        this.most = most;
        this.catalog = catalog;
    }

    /** @param most sessions for one table */
    static OwnerSessions open(Server server, String database, int most, Login login) throws SQLException {
        return new OwnerSessions(login, most, RestoreSession.open(server, database));
    }

    @Override
    public Table find(QualifiedName name) throws SQLException {
        String quoted = name.schema().isEmpty()
                ? TableName.quote(name.name())
                : new TableName(name.schema(), name.name()).quoted();
        List<Table> found = catalog.query(FIND + OwnDatabase.literal(quoted) + ")", row -> {
            if (!"rpf".contains(row.getString(4))) {
                throw new SQLException(quoted + " is no table", "42809");
            }
            return new OwnedTable(new TableName(row.getString(1), row.getString(2)).quoted(), row.getString(3));
        });
        if (found.isEmpty()) {
            throw new SQLException("relation " + quoted + " does not exist", "42P01");
        }
        return found.getFirst();
    }

    private final class OwnedTable implements Table {
        private final String quoted;
        private final String owner;

        OwnedTable(String quoted, String owner) {
            this.quoted = quoted;
            this.owner = owner;
        }

        @Override
        public String quoted() {
            return quoted;
        }

        @Override
        public int most() {
            return most;
        }

        @Override
        public RestoreSession session(int number) throws SQLException {
            List<RestoreSession> own = sessionsOf(owner);
            while (own.size() <= number) {
                own.add(login(owner));
            }
            return own.get(number);
        }
    }

    private List<RestoreSession> sessionsOf(String owner) {
        List<RestoreSession> own = open.get(owner);
        if (own != null) {
            return own;
        }
        int total = open.values().stream().mapToInt(List::size).sum();
        if (total + most > MOST_OPEN) {
            closeAll();
        }
        return open.computeIfAbsent(owner, role -> new ArrayList<>());
    }

    private RestoreSession login(String owner) throws SQLException {
        RestoreSession session = login.as(owner);
        boolean done = false;
        try {
            // What ALTER ROLE … SET has in store for a session is not for this one.
            for (String setting : SETTINGS) {
                session.execute("SET " + setting);
            }
            done = true;
            return session;
        } finally {
            if (!done) {
                session.close();
            }
        }
    }

    @Override
    public void renew() {
        closeAll();
    }

    private void closeAll() {
        open.values().forEach(sessions -> sessions.forEach(RestoreSession::close));
        open.clear();
    }

    @Override
    public void close() {
        closeAll();
        catalog.close();
    }
}
