package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a restore has to know of the server that it restores into, and the little it does there by itself. */
public final class RestoreTarget {
    private final Server server;

    public RestoreTarget(Server server) {
        this.server = server;
    }

    public Server server() {
        return server;
    }

    private interface Work<T> {
        T run(Session session) throws SQLException;
    }

    private <T> T in(String database, String doing, Work<T> work) {
        return in(() -> server.connect(database), doing, work);
    }

    /** DATABASE_URL may name the very database that is lost. */
    private <T> T anywhere(String doing, Work<T> work) {
        return in(() -> OwnDatabases.sessionBeside(server, ""), doing, work);
    }

    private static <T> T in(Supplier<Session> connecting, String doing, Work<T> work) {
        try (Session session = connecting.get()) {
            return work.run(session);
        } catch (SQLException e) {
            throw SqlFailure.running(e, doing).as(ExitCode.RESTORE);
        } catch (Failure e) {
            throw e.exitCode() == ExitCode.DUMP ? e.as(ExitCode.RESTORE) : e;
        }
    }

    /**
     * The server at a glance.
     *
     * @param major such as 15
     * @param version in full
     * @param databases every database there is
     * @param roles every role there is
     * @param extensions what can be installed
     * @param superuser whether the role that connects is one
     * @param dataDirectory where it keeps its data, or null where it does not say
     */
    public record Seen(
            int major,
            String version,
            Set<String> databases,
            Set<String> roles,
            Set<String> extensions,
            boolean superuser,
            @Nullable Path dataDirectory) {}

    /**
     * Looks.
     *
     * @throws Failure {@link ExitCode#RESTORE} if the server cannot be reached
     */
    public Seen look() {
        return anywhere("looking at the server", session -> {
            String directory = session.queryOne(
                    "SELECT (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'data_directory')",
                    row -> row.getString(1));
            return new Seen(
                    session.queryOne("SHOW server_version_num", row -> row.getInt(1)) / 10_000,
                    session.queryOne("SHOW server_version", row -> row.getString(1)),
                    names(session, "SELECT datname FROM pg_catalog.pg_database"),
                    names(session, "SELECT rolname FROM pg_catalog.pg_roles"),
                    names(session, "SELECT name FROM pg_catalog.pg_available_extensions"),
                    session.queryOne("SHOW is_superuser", row -> row.getString(1))
                            .equals("on"),
                    directory == null ? null : Path.of(directory));
        });
    }

    private static Set<String> names(Session session, String sql) throws SQLException {
        return new TreeSet<>(session.query(sql, row -> row.getString(1)));
    }

    /** Tables, views and sequences of a database, those of its extensions and its own catalog left out. */
    public List<TableName> relations(String database) {
        return in(
                database,
                "database " + database,
                session -> session.query("""
                        SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
                        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
                          AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'
                              AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass)
                        ORDER BY 1, 2
                        """, row -> new TableName(row.getString(1), row.getString(2))));
    }

    /** Sessions in a database at this moment. */
    public int sessions(String database) {
        return anywhere(
                "counting the sessions",
                session -> session.query(
                                "SELECT 1 FROM pg_catalog.pg_stat_activity WHERE datname = "
                                        + OwnDatabase.literal(database),
                                row -> row.getInt(1))
                        .size());
    }

    /** Owner, encoding and locale of a database. */
    public OwnDatabase.Shape shape(String database) {
        Server.Database there = server.describe(database);
        return new OwnDatabase.Shape(there.owner(), there.encoding(), there.collate(), there.ctype(), there.monetary());
    }

    /** Makes the schemas that are missing; a part of a dump does not bring them. */
    public void makeSchemas(String database, Set<String> schemas) {
        in(database, "making the schemas", session -> {
            Set<String> missing = new TreeSet<>(schemas);
            missing.removeAll(names(session, "SELECT nspname FROM pg_catalog.pg_namespace"));
            for (String schema : missing) {
                session.execute("CREATE SCHEMA " + TableName.quote(schema));
            }
            return missing.size();
        });
    }

    /** The names of the tablespaces. */
    public Set<String> tablespaces() {
        return anywhere(
                "looking at the tablespaces",
                session -> names(session, "SELECT spcname FROM pg_catalog.pg_tablespace"));
    }

    /**
     * Runs statements about databases one by one, from outside of those. Returns what failed, in words: settings that do not fit
     * here are no reason to fail.
     */
    public List<String> tryAll(List<String> statements) {
        try (RestoreSession session = OwnDatabases.restoreSession(server)) {
            return statements.stream()
                    .map(statement -> failureOf(session, statement))
                    .filter(said -> !said.isEmpty())
                    .toList();
        }
    }

    private static String failureOf(RestoreSession session, String statement) {
        try {
            session.run(statement);
            return "";
        } catch (SQLException e) {
            return SqlFailure.message(e);
        }
    }
}
