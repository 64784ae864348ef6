package bmm.postgres;

import java.sql.SQLException;
import java.util.List;

/**
 * Which tables of a database this role could dump.
 *
 * @param tables how many there are, sequences included
 * @param hidden names of those of which it would see nothing, or not all rows
 */
public record TableAccess(int tables, List<String> hidden) {
    /** The same tables as a snapshot has, with extensions' own left out. */
    private static final String TABLES = """
            SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),
                   pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
                   AND NOT pg_catalog.row_security_active(c.oid)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                              WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
                                AND d.deptype = 'e')
            ORDER BY 1
            """;

    private record Row(String name, boolean visible) {}

    /**
     * Asks the server; reads no table.
     *
     * @throws bmm.base.Failure if the database cannot be reached
     */
    public static TableAccess of(Server server, String database) {
        try (Session session = server.connect(database)) {
            List<Row> rows = session.query(TABLES, row -> new Row(row.getString(1), row.getBoolean(2)));
            return new TableAccess(
                    rows.size(),
                    rows.stream().filter(row -> !row.visible()).map(Row::name).toList());
        } catch (SQLException e) {
            throw SqlFailure.running(e, "looking at the tables of " + database);
        }
    }
}
