package bmm.postgres;

import bmm.base.Secret;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The time in which a database of a server that is thrown away afterwards has its tables filled. Rows bring code of owners
 * to run; so long, no role but bmm's own is more than an ordinary one: no superuser, and no member of what leads out of
 * the database. On the other hand everyone may log in, read and call what a row may need that somebody else once inserted,
 * whatever the privileges are that were restored already. All of it is done in the catalogs, in one transaction, and undone
 * in another, so that what is restored in the end is as it was.
 */
final class FillingPhase implements ScriptPlayer.Phase, AutoCloseable {
    /** Fills the tables that belong to bmm's own role: those of extensions. */
    static final String STAND_IN = "bmm_drill_rows";

    /** Membership in these opens nothing but the database itself; what else there is of the kind leads to the host. */
    private static final String HARMLESS = "('pg_read_all_data', 'pg_write_all_data', 'pg_monitor',"
            + " 'pg_read_all_settings', 'pg_read_all_stats', 'pg_stat_scan_tables', 'pg_maintain')";

    private static final String FIRST_PRIVILEGES = " FROM pg_catalog.pg_init_privs"
            + " WHERE classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND objsubid = 0";

    /** What is changed: a catalog, what of it, and how. */
    private record Change(String catalog, String columns, String where, String set) {}

    private static final List<Change> CHANGES = List.of(
            new Change(
                    "pg_authid",
                    "oid, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolcanlogin, rolconnlimit,"
                            + " rolvaliduntil, rolpassword",
                    "oid >= 16384",
                    "rolsuper = false, rolcreaterole = false, rolcreatedb = false, rolreplication = false,"
                            + " rolbypassrls = false, rolcanlogin = true, rolconnlimit = -1, rolvaliduntil = NULL"),
            new Change(
                    "pg_namespace",
                    "oid, nspacl",
                    "(nspname !~ '^pg_' AND (oid >= 16384 OR nspname = 'public'))",
                    "nspacl = pg_catalog.acldefault('n', nspowner)"
                            + " || pg_catalog.makeaclitem(0, nspowner, 'USAGE', false)"),
            new Change(
                    "pg_class",
                    "oid, relacl",
                    "oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relpersistence <> 't'",
                    "relacl = pg_catalog.acldefault((CASE relkind WHEN 'S' THEN 's' ELSE 'r' END)::\"char\", relowner)"
                            + " || pg_catalog.makeaclitem(0, relowner, 'SELECT', false)"
                            + " || CASE WHEN relowner = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)"
                            + " AND relkind <> 'S' THEN ARRAY[pg_catalog.makeaclitem((SELECT oid FROM pg_catalog.pg_roles"
                            + " WHERE rolname = '" + STAND_IN + "'), relowner, 'INSERT', false)] ELSE '{}' END"),
            // As the server and its extensions made them; a language that is not confined to the database opens to
            // nobody.
            new Change(
                    "pg_proc",
                    "oid, proacl",
                    "proacl IS NOT NULL AND (oid < 16384 OR oid IN (SELECT objoid" + FIRST_PRIVILEGES
                            + ") OR prolang IN (SELECT oid FROM pg_catalog.pg_language WHERE lanpltrusted))",
                    "proacl = (SELECT initprivs" + FIRST_PRIVILEGES + " AND objoid = changed.oid)"));

    /** Settings of roles and databases, and memberships that lead out of the database, are not there for a while. */
    private static final List<Change> REMOVALS = List.of(
            new Change("pg_db_role_setting", "*", "true", ""),
            new Change(
                    "pg_auth_members",
                    "*",
                    "roleid < 16384 AND roleid NOT IN (SELECT oid FROM pg_catalog.pg_roles WHERE rolname IN " + HARMLESS
                            + ")",
                    ""));

    private final Server server;
    private final String database;
    private @Nullable Session session;
    private @Nullable UnloggedTables unlogged;

    FillingPhase(Server server, String database) {
        this.server = server;
        this.database = database;
    }

    @Override
    public void begin() throws SQLException {
        Session opened = server.connect(database);
        session = opened;
        if (opened.query("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = '" + STAND_IN + "'", row -> 1)
                .isEmpty()) {
            opened.execute("CREATE ROLE " + STAND_IN + " LOGIN");
        }
        opened.execute("BEGIN");
        for (Change change : CHANGES) {
            save(opened, change);
            opened.execute("UPDATE pg_catalog." + change.catalog() + " AS changed SET " + change.set() + " WHERE "
                    + change.where());
        }
        for (Change removal : REMOVALS) {
            save(opened, removal);
            opened.execute("DELETE FROM pg_catalog." + removal.catalog() + " WHERE " + removal.where());
        }
        opened.execute("COMMIT");
        givePasswords(opened);
        unlogged = UnloggedTables.of(server, database);
    }

    private static void save(Session session, Change change) throws SQLException {
        session.execute("CREATE TEMP TABLE saved_" + change.catalog() + " AS SELECT " + change.columns()
                + " FROM pg_catalog." + change.catalog() + " WHERE " + change.where());
    }

    /** Where a password is asked for, everybody has bmm's, which nobody else knows. */
    private void givePasswords(Session opened) throws SQLException {
        Secret own = server.connection().password();
        if (own == null) {
            return;
        }
        String password = OwnDatabase.literal(own.reveal());
        for (String role :
                opened.query("SELECT rolname FROM pg_catalog.pg_authid WHERE oid >= 16384", row -> row.getString(1))) {
            opened.execute("ALTER ROLE " + TableName.quote(role) + " PASSWORD " + password);
        }
    }

    /** A session as the owner of a table, which is an ordinary role now. */
    RestoreSession login(String owner) throws SQLException {
        ConnectionSettings own = server.connection();
        String role = owner.equals(own.user()) ? STAND_IN : owner;
        RestoreSession login =
                RestoreSession.open(new Server(own.at(own.host(), own.port(), role, own.password())), database);
        boolean done = false;
        try {
            if (!login.queryOne("SHOW is_superuser").equals("off")
                    || !login.queryOne("SELECT session_user").equals(role)) {
                throw new SQLException("role " + role + " has more rights than it should have", "42501");
            }
            done = true;
            return login;
        } finally {
            if (!done) {
                login.close();
            }
        }
    }

    @Override
    public void end() throws SQLException {
        Session opened = session;
        UnloggedTables tables = unlogged;
        session = null;
        unlogged = null;
        if (tables != null) {
            tables.close();
        }
        if (opened != null) {
            try (opened) {
                undo(opened);
            }
        }
    }

    private static void undo(Session opened) throws SQLException {
        opened.execute("BEGIN");
        for (Change change : CHANGES) {
            String columns = change.columns();
            String set = columns.substring(columns.indexOf(',') + 1).strip();
            opened.execute("UPDATE pg_catalog." + change.catalog() + " AS changed SET (" + set + ") = ROW("
                    + set.replaceAll("(\\w+)", "saved.$1") + ") FROM pg_temp.saved_" + change.catalog()
                    + " AS saved WHERE saved.oid = changed.oid");
        }
        for (Change removal : REMOVALS) {
            opened.execute("INSERT INTO pg_catalog." + removal.catalog() + " SELECT * FROM pg_temp.saved_"
                    + removal.catalog());
        }
        opened.execute("DROP ROLE " + STAND_IN);
        opened.execute("COMMIT");
    }

    /** Leaves the server as it is: it is thrown away. */
    @Override
    public void close() {
        Session opened = session;
        if (opened != null) {
            opened.close();
        }
    }
}
