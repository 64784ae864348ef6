package bmm.postgres;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The tables of a database whose changes the server does not write to its log for a while: to fill them takes a third less
 * time. ALTER TABLE … SET LOGGED would write every table anew, so the catalog is changed instead, which only a server that
 * is thrown away afterwards may be asked for: should it crash, they are not whole.
 */
final class UnloggedTables implements AutoCloseable {
    private static final String TEMPORARILY = """
            UPDATE pg_catalog.pg_class SET relpersistence = 'u'
            WHERE relpersistence = 'p' AND relkind IN ('r', 't', 'i') AND oid >= 16384
            RETURNING oid::bigint
            """;

    private final Server server;
    private final String database;
    private final List<Long> tables;

    private UnloggedTables(Server server, String database, List<Long> tables) {
        this.server = server;
        this.database = database;
        this.tables = tables;
    }

    /** All of a database that are logged now. */
    static UnloggedTables of(Server server, String database) {
        try (Session session = server.connect(database)) {
            return new UnloggedTables(server, database, session.query(TEMPORARILY, row -> row.getLong(1)));
        } catch (SQLException e) {
            throw SqlFailure.running(e, "database " + database);
        }
    }

    /** They are as they were. */
    @Override
    public void close() {
        if (tables.isEmpty()) {
            return;
        }
        String oids = tables.stream().map(String::valueOf).collect(Collectors.joining(","));
        try (Session session = server.connect(database)) {
            session.execute("UPDATE pg_catalog.pg_class SET relpersistence = 'p' WHERE oid IN (" + oids + ")");
        } catch (SQLException e) {
            throw SqlFailure.running(e, "database " + database);
        }
    }

    @Override
    public String toString() {
        return tables.isEmpty() ? "with the server's log" : "without the server's log";
    }
}
