package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database that bmm made for itself, and the only kind that a drill can write to: there is no other way to one than
 * {@link #create}, which makes a new one under a name that nothing else has. Closing it drops it.
 *
 * <p>While it is used, a session holds an advisory lock on its name. The server frees that lock when the session is gone,
 * however and wherever bmm ended; {@link #removeDead} drops those that nobody holds.
 */
public final class OwnDatabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OwnDatabase.class);
    private static final String PREFIX = "bmm_drill_";
    private static final String MARK = "made by bmm restore-drill";
    private static final String KEPT = MARK + " --keep; bmm restore-drill --clean drops it";
    private static final int LONGEST_NAME = 63;
    private static final int FIRST_WITH_PROVIDERS = 15;
    private static final int FIRST_WITH_FORCE = 13;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** What a database needs to hold the same data as another; null where nobody knows. */
    public record Recipe(
            @Nullable String encoding,
            @Nullable String collate,
            @Nullable String ctype,
            @Nullable String monetary) {}

    private final PgTools tools;
    private final Server server;
    private final String name;
    private final Session lock;
    private final List<String> notes;
    private boolean kept;

    private OwnDatabase(PgTools tools, Server server, String name, Session lock, List<String> notes) {
        this.tools = tools;
        this.server = server;
        this.name = name;
        this.lock = lock;
        this.notes = notes;
    }

    /**
     * Makes an empty one.
     *
     * @param of the database whose dump will be restored into it; it becomes part of the name
     * @throws Failure {@link ExitCode#PREFLIGHT} if it cannot be made
     */
    public static OwnDatabase create(PgTools tools, Server server, String of, Recipe recipe, Instant now) {
        String name = newName(of, now);
        Session lock = server.connect(server.home());
        List<String> notes = new ArrayList<>();
        boolean done = false;
        try {
            lock.query("SELECT pg_catalog.pg_advisory_lock(" + key(name) + ")", row -> row.getString(1));
            int major = lock.queryOne("SHOW server_version_num", row -> row.getInt(1)) / 10_000;
            create(lock, name, recipe, major, notes);
            OwnDatabase database = new OwnDatabase(tools, server, name, lock, notes);
            done = true;
            return database;
        } catch (SQLException e) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "a database for the drill cannot be made: " + SqlFailure.message(e),
                    "42501".equals(e.getSQLState())
                            ? "ALTER ROLE " + server.connection().user() + " CREATEDB, or set BMM_DRILL_TARGET=scratch"
                            : "see the server's log",
                    e);
        } finally {
            if (!done) {
                drop(server, name);
                lock.close();
            }
        }
    }

    private static String newName(String of, Instant now) {
        String end = "_" + TIME.format(now) + "_" + UUID.randomUUID().toString().substring(0, 8);
        // Plain letters: it is printed in commands, and tools take some names for connection strings.
        String middle = of.replaceAll("[^A-Za-z0-9]", "_");
        int room = LONGEST_NAME - PREFIX.length() - end.length();
        return PREFIX + middle.substring(0, Math.min(room, middle.length())) + end;
    }

    private static void create(Session session, String name, Recipe recipe, int major, List<String> notes)
            throws SQLException {
        String create = "CREATE DATABASE " + TableName.quote(name) + " TEMPLATE template0";
        String encoding = recipe.encoding() == null ? "" : " ENCODING " + literal(recipe.encoding());
        String provider = major >= FIRST_WITH_PROVIDERS ? " LOCALE_PROVIDER libc" : "";
        try {
            session.execute(create + encoding + locale(provider, recipe.collate(), recipe.ctype()));
        } catch (SQLException e) {
            if (recipe.collate() == null) {
                throw e;
            }
            LOG.atDebug().addKeyValue("db", name).log("the recorded locale cannot be used: {}", SqlFailure.message(e));
            session.execute(create + encoding + locale(provider, "C", "C"));
            notes.add("locale " + recipe.collate() + " is not on this machine: restored with locale C, which sorts"
                    + " differently");
        }
        session.execute("COMMENT ON DATABASE " + TableName.quote(name) + " IS " + literal(MARK));
        if (recipe.monetary() != null) {
            try {
                session.execute(
                        "ALTER DATABASE " + TableName.quote(name) + " SET lc_monetary = " + literal(recipe.monetary()));
            } catch (SQLException e) {
                notes.add("lc_monetary " + recipe.monetary()
                        + " is not on this machine: columns of type money may not be restored as they were");
            }
        }
    }

    private static String locale(String provider, @Nullable String collate, @Nullable String ctype) {
        return collate == null || ctype == null
                ? ""
                : provider + " LC_COLLATE " + literal(collate) + " LC_CTYPE " + literal(ctype);
    }

    static String literal(String text) {
        return (text.contains("\\") ? " E'" : "'") + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }

    private static String key(String name) {
        return "pg_catalog.hashtextextended(" + literal(name) + ", 0)";
    }

    /** Drops those whose runs are gone; kept ones stay. */
    public static List<String> removeDead(Server server) {
        return remove(server, MARK);
    }

    /** Drops the kept ones. */
    public static List<String> removeKept(Server server) {
        return remove(server, KEPT);
    }

    private static List<String> remove(Server server, String mark) {
        List<String> removed = new ArrayList<>();
        try (Session session = server.connect(server.home())) {
            List<Map.Entry<String, Boolean>> candidates = session.query(
                    "SELECT datname, pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended(datname, 0))"
                            + " FROM pg_catalog.pg_database WHERE datname LIKE 'bmm\\_drill\\_%'"
                            + " AND pg_catalog.shobj_description(oid, 'pg_database') = " + literal(mark),
                    row -> Map.entry(row.getString(1), row.getBoolean(2)));
            for (Map.Entry<String, Boolean> candidate : candidates) {
                if (candidate.getValue() && drop(server, candidate.getKey())) {
                    removed.add(candidate.getKey());
                }
            }
        } catch (SQLException e) {
            LOG.atWarn().log("what an earlier drill may have left was not looked for: {}", SqlFailure.message(e));
        }
        return removed;
    }

    /** Whether it is gone. Works while bmm is being stopped, too. */
    private static boolean drop(Server server, String name) {
        String quoted = TableName.quote(name);
        try (Session session = server.connectToCleanUp(server.home())) {
            if (session.queryOne("SHOW server_version_num", row -> row.getInt(1)) / 10_000 >= FIRST_WITH_FORCE) {
                session.execute("DROP DATABASE IF EXISTS " + quoted + " WITH (FORCE)");
            } else {
                session.query(
                        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = "
                                + literal(name),
                        row -> row.getBoolean(1));
                session.execute("DROP DATABASE IF EXISTS " + quoted);
            }
            return true;
        } catch (SQLException | Failure e) {
            LOG.atWarn().addKeyValue("db", name).log("not dropped: {}", Failure.reason(e));
            return false;
        }
    }

    public String name() {
        return name;
    }

    public Server server() {
        return server;
    }

    /** What it could not be given, in words. */
    public List<String> notes() {
        return notes;
    }

    /**
     * Restores into it.
     *
     * @throws RestoreFailure as {@link PgRestore#run}
     */
    public void restore(PgRestore.Input input, PgRestore.Options options) throws InterruptedException {
        PgRestore.run(tools, name, input, options);
    }

    /** Lets it live on, until {@link #removeKept}. */
    public void keep() {
        try {
            lock.execute("COMMENT ON DATABASE " + TableName.quote(name) + " IS " + literal(KEPT));
            kept = true;
        } catch (SQLException e) {
            throw new Failure(ExitCode.DRILL, name + " cannot be kept: " + SqlFailure.message(e), null, e);
        }
    }

    @Override
    public void close() {
        if (!kept) {
            drop(server, name);
        }
        lock.close();
    }
}
