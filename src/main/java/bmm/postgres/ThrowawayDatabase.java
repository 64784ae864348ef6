package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Stopping;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database that bmm made itself, under a name that nobody takes for one of theirs. It is dropped when it is closed, unless
 * it was given a name to stay under before. An advisory lock on the server says that its run is alive; what a dead run
 * left, {@link #removeDead} drops.
 */
public final class ThrowawayDatabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ThrowawayDatabase.class);
    private static final int FIRST_WITH_FORCE = 13;
    private static final int ATTEMPTS = 50;
    private static final int MILLIS_BETWEEN = 100;

    private final Server server;
    private final String name;
    private final Session holder;
    private boolean kept;

    private ThrowawayDatabase(Server server, String name, Session holder) {
        this.server = server;
        this.name = name;
        this.holder = holder;
    }

    /**
     * What it is to be like; null is the server's default, and the role that connects.
     *
     * @param collate also the ctype's companion: either both are given or none
     */
    public record Shape(
            @Nullable String owner,
            @Nullable String encoding,
            @Nullable String collate,
            @Nullable String ctype) {}

    /**
     * Makes an empty one from template0.
     *
     * @param purpose what its name begins with, such as {@code bmm_restoring}
     */
    public static ThrowawayDatabase create(Server server, String purpose, Shape shape) {
        String name =
                purpose + "_" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
        Session holder = server.connect(home(server, name));
        boolean done = false;
        try {
            holder.query("SELECT pg_catalog.pg_advisory_lock(" + key(name) + ")", row -> true);
            holder.execute("CREATE DATABASE " + TableName.quote(name) + " TEMPLATE template0" + words(shape));
            done = true;
            return new ThrowawayDatabase(server, name, holder);
        } catch (SQLException e) {
            throw cannotCreate(e, shape);
        } finally {
            if (!done) {
                holder.close();
            }
        }
    }

    private static String words(Shape shape) {
        return option("OWNER", shape.owner() == null ? null : TableName.quote(shape.owner()))
                + option("ENCODING", literal(shape.encoding()))
                + option("LC_COLLATE", literal(shape.collate()))
                + option("LC_CTYPE", literal(shape.ctype()));
    }

    private static String option(String keyword, @Nullable String value) {
        return value == null ? "" : " " + keyword + " = " + value;
    }

    private static @Nullable String literal(@Nullable String text) {
        return text == null ? null : "'" + text.replace("'", "''") + "'";
    }

    private static Failure cannotCreate(SQLException e, Shape shape) {
        String said = SqlFailure.message(e);
        String hint = said.contains("locale")
                ? "make the locale " + shape.collate() + " where the server is: locale-gen " + shape.collate()
                        + " (package locales), then restart the server"
                : said.contains("permission denied")
                        ? "ALTER ROLE … CREATEDB, or restore as a superuser"
                        : "see the server's log";
        return new Failure(ExitCode.RESTORE, "cannot create a database: " + said, hint, e);
    }

    /** A database of every cluster that is not the one at hand. */
    private static String home(Server server, String database) {
        String home = server.connection().database();
        return home != null && !home.equals(database) ? home : database.equals("postgres") ? "template1" : "postgres";
    }

    private static String key(String name) {
        return "pg_catalog.hashtextextended(" + literal(name) + ", 0)";
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /**
     * Gives it a name to stay under.
     *
     * @throws Failure {@link ExitCode#RESTORE} if there is such a database meanwhile
     */
    public void keepAs(String target) {
        rename(target, List.of("ALTER DATABASE " + TableName.quote(name) + " RENAME TO " + TableName.quote(target)));
    }

    /**
     * Takes the place of a database, which stays under another name. Both renames are one transaction: whatever happens,
     * either both are done or none. Sessions of both are ended first.
     */
    public void replace(String target, String oldName) {
        rename(
                target,
                List.of(
                        "ALTER DATABASE " + TableName.quote(target) + " RENAME TO " + TableName.quote(oldName),
                        "ALTER DATABASE " + TableName.quote(name) + " RENAME TO " + TableName.quote(target)));
    }

    private void rename(String target, List<String> statements) {
        try (Session session = server.connect(home(server, target))) {
            for (int attempt = 1; !tryToRename(session, target, statements, attempt == ATTEMPTS); attempt++) {
                Thread.sleep(MILLIS_BETWEEN);
            }
            kept = true;
        } catch (SQLException e) {
            throw SqlFailure.running(e, "giving database " + target + " its name")
                    .as(ExitCode.RESTORE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.RESTORE, "stopped", "run it again", e);
        }
    }

    private boolean tryToRename(Session session, String target, List<String> statements, boolean last)
            throws SQLException {
        endSessions(session, target);
        endSessions(session, name);
        try {
            session.execute("BEGIN");
            for (String statement : statements) {
                session.execute(statement);
            }
            session.execute("COMMIT");
            return true;
        } catch (SQLException e) {
            session.execute("ROLLBACK");
            // Someone came back between the two.
            if (last || !"55006".equals(e.getSQLState())) {
                throw e;
            }
            return false;
        }
    }

    private static void endSessions(Session session, String database) throws SQLException {
        session.query(
                "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = "
                        + literal(database) + " AND pid <> pg_catalog.pg_backend_pid()",
                row -> row.getBoolean(1));
    }

    /** Drops what dead runs left; returns the names. */
    public static List<String> removeDead(Server server, String purpose) {
        try (Session session = server.connect(home(server, ""))) {
            List<String> dead = session.query(
                    "SELECT datname FROM pg_catalog.pg_database WHERE datname ~ '^" + purpose + "_[0-9a-f]{12}$'",
                    row -> row.getString(1));
            return dead.stream().filter(name -> removeIfDead(session, name)).toList();
        } catch (SQLException e) {
            throw SqlFailure.running(e, "looking for what an earlier restore left")
                    .as(ExitCode.RESTORE);
        }
    }

    private static boolean removeIfDead(Session session, String name) {
        try {
            if (!session.queryOne(
                    "SELECT pg_catalog.pg_try_advisory_lock(" + key(name) + ")", row -> row.getBoolean(1))) {
                return false;
            }
            LOG.atInfo().addKeyValue("db", name).log("dropping what a dead run left half-restored");
            drop(session, name);
            session.query("SELECT pg_catalog.pg_advisory_unlock(" + key(name) + ")", row -> true);
            return true;
        } catch (SQLException e) {
            LOG.atWarn()
                    .addKeyValue("db", name)
                    .log("what a dead run left cannot be dropped: {}", SqlFailure.message(e));
            return false;
        }
    }

    private static void drop(Session session, String name) throws SQLException {
        int major = session.queryOne("SHOW server_version_num", row -> row.getInt(1)) / 10_000;
        if (major < FIRST_WITH_FORCE) {
            endSessions(session, name);
        }
        session.execute(
                "DROP DATABASE IF EXISTS " + TableName.quote(name) + (major < FIRST_WITH_FORCE ? "" : " WITH (FORCE)"));
    }

    @Override
    public void close() {
        // An interrupt has done its work; set, it would break the connection that cleans up.
        boolean interrupted = Thread.interrupted();
        try {
            holder.close();
            if (!kept) {
                try (Session session = server.connectToCleanUp(home(server, name))) {
                    drop(session, name);
                }
            }
        } catch (SQLException | Failure e) {
            LOG.atWarn()
                    .addKeyValue("db", name)
                    .log("the unfinished database could not be dropped, the next run does it: {}", Failure.reason(e));
        } finally {
            if (interrupted || Stopping.requested()) {
                LOG.atDebug().log("cleaned up while being stopped");
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
