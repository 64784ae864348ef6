package bmm.postgres;

import java.sql.SQLException;
import java.util.Optional;

/**
 * Whether a role can do more than work in databases of its own: then code that others wrote must not run under it. A
 * superuser can do anything; three predefined roles reach files and programs of the server (PostgreSQL manual, "Predefined
 * Roles"); who may create roles could make any role but a superuser a member of those before PostgreSQL 16, and itself.
 */
public final class RolePower {
    private static final int LAST_WITH_MIGHTY_CREATEROLE = 15;

    private static final String QUERY = """
            SELECT r.rolsuper,
                   EXISTS (SELECT 1 FROM pg_catalog.pg_roles s
                           WHERE s.rolsuper AND pg_catalog.pg_has_role(r.oid, s.oid, 'MEMBER')),
                   (SELECT pg_catalog.string_agg(p.rolname, ', ' ORDER BY p.rolname) FROM pg_catalog.pg_roles p
                    WHERE p.rolname IN ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')
                      AND pg_catalog.pg_has_role(r.oid, p.oid, 'MEMBER')),
                   r.rolcreaterole AND pg_catalog.current_setting('server_version_num')::int < %d
            FROM pg_catalog.pg_roles r WHERE r.rolname = CURRENT_USER
            """.formatted((LAST_WITH_MIGHTY_CREATEROLE + 1) * 10_000);

    private RolePower() {}

    /**
     * What the role that connects to a server can do with it, to complete a sentence; empty if nothing of that kind.
     *
     * @throws bmm.base.Failure if the server cannot be asked
     */
    public static Optional<String> of(Server server) {
        try (Session session = server.connect(server.home())) {
            return session.queryOne(QUERY, row -> {
                if (row.getBoolean(1)) {
                    return Optional.of("is a superuser");
                }
                if (row.getBoolean(2)) {
                    return Optional.of("can become a superuser");
                }
                String files = row.getString(3);
                if (files != null) {
                    return Optional.of("is a member of " + files);
                }
                return row.getBoolean(4)
                        ? Optional.of("may create roles, and so become a member of pg_execute_server_program")
                        : Optional.empty();
            });
        } catch (SQLException e) {
            throw SqlFailure.running(
                    e, "looking at the rights of role " + server.connection().user());
        }
    }
}
