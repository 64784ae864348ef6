package bmm.postgres;

import java.sql.SQLException;

/**
 * What the role that bmm connects as may do beside reading.
 *
 * @param superuser everything
 * @param readsAll member of pg_read_all_data, which PostgreSQL 14 and later have
 */
public record RoleRights(boolean superuser, boolean readsAll) {
    private static final String RIGHTS = """
            SELECT r.rolsuper, EXISTS (SELECT FROM pg_catalog.pg_roles a
                                       WHERE a.rolname OPERATOR(pg_catalog.=) 'pg_read_all_data'
                                         AND pg_catalog.pg_has_role(r.oid, a.oid, 'USAGE'))
            FROM pg_catalog.pg_roles r WHERE r.rolname OPERATOR(pg_catalog.=) current_user
            """;

    /**
     * Asks the server.
     *
     * @throws bmm.base.Failure if the database cannot be reached
     */
    public static RoleRights of(Server server, String database) {
        try (Session session = server.connect(database)) {
            return session.queryOne(RIGHTS, row -> new RoleRights(row.getBoolean(1), row.getBoolean(2)));
        } catch (SQLException e) {
            throw SqlFailure.running(
                    e, "looking at the rights of " + server.connection().user());
        }
    }
}
