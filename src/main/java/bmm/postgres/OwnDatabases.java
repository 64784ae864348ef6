package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The databases that bmm made for itself in a server: how they are told from everybody else's, dropped and renamed. A name
 * like theirs counts, with twelve random digits at its end; the lock on it says whether its run is alive, and a comment
 * whether it was kept.
 */
public final class OwnDatabases {
    static final String KEPT = "made by bmm restore-drill --keep; bmm restore-drill --clean drops it";

    private static final Logger LOG = LoggerFactory.getLogger(OwnDatabases.class);
    private static final int FIRST_WITH_FORCE = 13;
    private static final int ATTEMPTS = 50;
    private static final int MILLIS_BETWEEN = 100;

    private OwnDatabases() {}

    /** Drops those whose runs are gone, and returns their names; kept ones stay. */
    public static List<String> removeDead(Server server, OwnDatabase.Purpose purpose) {
        return remove(server, purpose, false);
    }

    /** Drops the kept ones, and returns their names. */
    public static List<String> removeKept(Server server) {
        return remove(server, OwnDatabase.Purpose.DRILL, true);
    }

    /**
     * Locks are looked up rather than tried: they belong to the database that a session is connected to, and the other
     * run may be connected to another one.
     */
    private static List<String> remove(Server server, OwnDatabase.Purpose purpose, boolean kept) {
        List<String> removed = new ArrayList<>();
        try (Session session = sessionBeside(server, "")) {
            List<Map.Entry<String, Boolean>> candidates = session.query(
                    "SELECT datname, EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
                            + " AND (classid::bigint << 32) | objid::bigint = " + key("datname") + ")"
                            + " FROM pg_catalog.pg_database WHERE datname ~ '^" + purpose.prefix
                            + "_([A-Za-z0-9_]*_)?[0-9a-f]{12}$'"
                            + " AND (pg_catalog.shobj_description(oid, 'pg_database') IS NOT DISTINCT FROM "
                            + OwnDatabase.literal(KEPT) + ") = " + kept,
                    row -> Map.entry(row.getString(1), row.getBoolean(2)));
            for (Map.Entry<String, Boolean> candidate : candidates) {
                if (!candidate.getValue() && drop(server, candidate.getKey())) {
                    LOG.atInfo().addKeyValue("db", candidate.getKey()).log("dropped: an earlier run left it");
                    removed.add(candidate.getKey());
                }
            }
        } catch (SQLException e) {
            LOG.atWarn().log("what an earlier run may have left was not looked for: {}", SqlFailure.message(e));
        }
        return removed;
    }

    /** The number of the lock on a name. */
    static String key(String name) {
        return "pg_catalog.hashtextextended(" + name + ", 0)";
    }

    /** A session in another database than this one; which, does not matter, and the one of the settings may be lost. */
    static Session sessionBeside(Server server, String database) {
        return firstThatConnects(server, database, server::connect);
    }

    /** The same, to send statements of a dump. */
    static RestoreSession restoreSession(Server server) {
        return firstThatConnects(server, "", home -> RestoreSession.open(server, home));
    }

    private interface Connecting<S> {
        S to(String database) throws SQLException;
    }

    private static <S> S firstThatConnects(Server server, String database, Connecting<S> connecting) {
        Set<String> homes = new LinkedHashSet<>(List.of("postgres", server.home(), "template1"));
        homes.remove(database);
        Failure first = null;
        for (String home : homes) {
            try {
                return connecting.to(home);
            } catch (SQLException e) {
                first = first == null ? SqlFailure.connecting(e, server.connection(), home) : first;
            } catch (Failure e) {
                first = first == null ? e : first;
            }
        }
        throw first == null ? new IllegalStateException("no database to connect to") : first;
    }

    /** Whether it is gone. Works while bmm is being stopped, too. */
    static boolean drop(Server server, String name) {
        try (Session session = firstThatConnects(server, name, server::connectToCleanUp)) {
            int major = session.queryOne("SHOW server_version_num", row -> row.getInt(1)) / 10_000;
            if (major < FIRST_WITH_FORCE) {
                endSessions(session, name);
            }
            session.execute("DROP DATABASE IF EXISTS " + TableName.quote(name)
                    + (major < FIRST_WITH_FORCE ? "" : " WITH (FORCE)"));
            return true;
        } catch (SQLException | Failure e) {
            LOG.atWarn()
                    .addKeyValue("db", name)
                    .log("bmm's own database could not be dropped, the next run does it: {}", Failure.reason(e));
            return false;
        }
    }

    private static void endSessions(Session session, String database) throws SQLException {
        session.query(
                "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = "
                        + OwnDatabase.literal(database) + " AND pid <> pg_catalog.pg_backend_pid()",
                row -> row.getBoolean(1));
    }

    /** Renames in one transaction, all sessions in the databases ended first. */
    static void rename(Server server, List<String> databases, List<String> statements) {
        try (Session session = sessionBeside(server, databases.getFirst())) {
            for (int attempt = 1; !tryToRename(session, databases, statements, attempt == ATTEMPTS); attempt++) {
                Thread.sleep(MILLIS_BETWEEN);
            }
        } catch (SQLException e) {
            throw SqlFailure.running(e, "giving database " + databases.getFirst() + " its name")
                    .as(ExitCode.RESTORE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.RESTORE, "stopped", "run it again", e);
        }
    }

    private static boolean tryToRename(Session session, List<String> databases, List<String> statements, boolean last)
            throws SQLException {
        for (String database : databases) {
            endSessions(session, database);
        }
        @Nullable SQLException failed = null;
        try {
            session.begin("");
            for (String statement : statements) {
                session.execute(statement);
            }
            session.commit();
            return true;
        } catch (SQLException e) {
            failed = e;
            session.rollback();
        }
        // Someone came back between the two.
        if (last || !"55006".equals(failed.getSQLState())) {
            throw failed;
        }
        return false;
    }
}
