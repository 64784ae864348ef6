package bmm.postgres;

import java.sql.SQLException;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is in a database beside the content of its tables.
 *
 * @param relations tables of all kinds, views and sequences
 * @param roles of the whole cluster
 */
public record DatabaseFacts(
        String serverVersion,
        Set<TableName> relations,
        Set<String> roles,
        int materializedViews,
        int generatedColumns,
        int foreignTables) {
    /** Looks at a database. */
    public static DatabaseFacts read(Server server, String database) {
        try (Session session = server.connect(database)) {
            return new DatabaseFacts(
                    session.queryOne("SHOW server_version", row -> row.getString(1)),
                    new TreeSet<>(session.query(
                            "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
                                    + " ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')"
                                    + " AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'",
                            row -> new TableName(row.getString(1), row.getString(2)))),
                    new TreeSet<>(session.query("SELECT rolname FROM pg_catalog.pg_roles", row -> row.getString(1))),
                    count(session, "pg_class WHERE relkind = 'm'"),
                    count(session, "pg_attribute WHERE attgenerated <> '' AND NOT attisdropped"),
                    count(session, "pg_class WHERE relkind = 'f'"));
        } catch (SQLException e) {
            throw SqlFailure.running(e, "database " + database + ": looking at what is in it");
        }
    }

    private static int count(Session session, String from) throws SQLException {
        return session.queryOne("SELECT count(*) FROM pg_catalog." + from, row -> row.getInt(1));
    }
}
