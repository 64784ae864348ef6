package bmm.postgres;

import java.sql.SQLException;

/**
 * How many large objects of a database this role may not read. Each has privileges of its own, and before PostgreSQL 19
 * pg_read_all_data does not hold for them.
 *
 * @param all how many there are
 * @param hidden those of which pg_dump would fail
 */
public record LargeObjectAccess(long all, long hidden) {
    private static final String COUNT = """
            SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE NOT (
                pg_catalog.pg_has_role(l.lomowner, 'USAGE')
                OR EXISTS (SELECT FROM pg_catalog.aclexplode(l.lomacl) a
                           WHERE a.privilege_type OPERATOR(pg_catalog.=) 'SELECT'
                             AND (a.grantee OPERATOR(pg_catalog.=) 0::pg_catalog.oid
                                  OR pg_catalog.pg_has_role(a.grantee, 'USAGE')))))
            FROM pg_catalog.pg_largeobject_metadata l
            """;

    /**
     * Asks the server; reads none.
     *
     * @throws bmm.base.Failure if the database cannot be reached
     */
    public static LargeObjectAccess of(Server server, String database) {
        try (Session session = server.connect(database)) {
            return session.queryOne(COUNT, row -> new LargeObjectAccess(row.getLong(1), row.getLong(2)));
        } catch (SQLException e) {
            throw SqlFailure.running(e, "looking at the large objects of " + database);
        }
    }
}
