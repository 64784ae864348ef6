package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.Hint.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database that bmm made for itself, and the only kind that a drill can write to: there is no other way to one than
 * {@link #create}, which makes a new one under a name that nothing else has. Closing it drops it, unless it was given a
 * name to stay under, or kept.
 *
 * <p>While it is used, a session holds an advisory lock on its name. The server frees that lock when the session is gone,
 * however and wherever bmm ended; {@link OwnDatabases} drops those that nobody holds.
 */
public final class OwnDatabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OwnDatabase.class);
    private static final int LONGEST_NAME = 63;

    private static final Pattern USUAL_LOCALE = Pattern.compile("[A-Za-z][A-Za-z0-9_.@-]{0,62}");

    /** What it is for, which is what its name begins with. */
    public enum Purpose {
        /** To become a database of the user's, once it is whole. */
        RESTORE("bmm_restoring", ExitCode.RESTORE, Hint.of("restore as a superuser")),
        /** To be looked at and thrown away: how it sorts does not matter. */
        DRILL("bmm_drill", ExitCode.PREFLIGHT, Hint.of("set BMM_DRILL_TARGET=scratch"));

        final String prefix;
        private final ExitCode exitCode;
        private final Hint otherwise;

        Purpose(String prefix, ExitCode exitCode, Hint otherwise) {
            this.prefix = prefix;
            this.exitCode = exitCode;
            this.otherwise = otherwise;
        }
    }

    /**
     * What it is to be like; null is the server's default, and the role that connects.
     *
     * @param collate also the ctype's companion: either both are given or none
     * @param monetary lc_monetary, by which values of type money are read and written
     */
    public record Shape(
            @Nullable String owner,
            @Nullable String encoding,
            @Nullable String collate,
            @Nullable String ctype,
            @Nullable String monetary) {
        /** Whatever the server thinks right. */
        public static final Shape DEFAULT = new Shape(null, null, null, null, null);
    }

    private final Server server;
    private final String name;
    private final Session lock;
    private final List<String> notes;
    private boolean kept;

    private OwnDatabase(Server server, String name, Session lock, List<String> notes) {
        this.server = server;
        this.name = name;
        this.lock = lock;
        this.notes = notes;
    }

    /**
     * Makes an empty one from template0.
     *
     * @param of the database whose dump will be restored into it; it becomes part of the name
     * @throws Failure {@link ExitCode#RESTORE} or, for a drill, {@link ExitCode#PREFLIGHT} if it cannot be made
     */
    public static OwnDatabase create(Server server, Purpose purpose, String of, Shape shape) {
        String name = newName(purpose, of);
        Session lock = OwnDatabases.sessionBeside(server, name);
        List<String> notes = new ArrayList<>();
        boolean done = false;
        try {
            lock.query("SELECT pg_catalog.pg_advisory_lock(" + OwnDatabases.key(literal(name)) + ")", row -> true);
            create(lock, name, purpose, shape, notes);
            done = true;
            return new OwnDatabase(server, name, lock, notes);
        } catch (SQLException e) {
            throw cannotCreate(e, server, purpose, shape);
        } finally {
            if (!done) {
                OwnDatabases.drop(server, name);
                lock.close();
            }
        }
    }

    private static String newName(Purpose purpose, String of) {
        String end = "_" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
        // Plain letters: it is printed in commands, and tools take some names for connection strings.
        String middle = "_" + of.replaceAll("[^A-Za-z0-9]", "_");
        int room = LONGEST_NAME - purpose.prefix.length() - end.length();
        return purpose.prefix + middle.substring(0, Math.min(room, middle.length())) + end;
    }

    private static void create(Session session, String name, Purpose purpose, Shape shape, List<String> notes)
            throws SQLException {
        String create = "CREATE DATABASE " + TableName.quote(name) + " TEMPLATE template0"
                + option("OWNER", shape.owner() == null ? null : TableName.quote(shape.owner()))
                + option("ENCODING", quoted(shape.encoding()));
        try {
            session.execute(
                    create + option("LC_COLLATE", quoted(shape.collate())) + option("LC_CTYPE", quoted(shape.ctype())));
        } catch (SQLException e) {
            if (purpose != Purpose.DRILL || shape.collate() == null) {
                throw e;
            }
            LOG.atDebug().addKeyValue("db", name).log("the recorded locale cannot be used: {}", SqlFailure.message(e));
            session.execute(create + " LC_COLLATE 'C' LC_CTYPE 'C'");
            notes.add("locale " + shape.collate() + " is not on this machine: restored with locale C, which sorts"
                    + " differently");
        }
        setMonetary(session, name, shape.monetary(), notes);
    }

    private static String option(String keyword, @Nullable String value) {
        return value == null ? "" : " " + keyword + " = " + value;
    }

    private static @Nullable String quoted(@Nullable String text) {
        return text == null ? null : literal(text);
    }

    private static void setMonetary(Session session, String name, @Nullable String wanted, List<String> notes)
            throws SQLException {
        if (wanted == null || wanted.equals(session.queryOne("SHOW lc_monetary", row -> row.getString(1)))) {
            return;
        }
        try {
            session.execute("ALTER DATABASE " + TableName.quote(name) + " SET lc_monetary = " + literal(wanted));
        } catch (SQLException e) {
            LOG.atDebug().addKeyValue("db", name).log("lc_monetary: {}", SqlFailure.message(e));
            notes.add("lc_monetary " + wanted + " is not available here: values of type money may change");
        }
    }

    private static Failure cannotCreate(SQLException e, Server server, Purpose purpose, Shape shape) {
        String said = SqlFailure.message(e);
        Hint hint = said.contains("locale")
                ? missingLocale(shape.collate())
                : "42501".equals(e.getSQLState())
                        ? Hint.of("psql -c ")
                                .sql(Sql.of("ALTER ROLE ")
                                        .identifier(server.connection().user())
                                        .and(" CREATEDB"))
                                .and(", or ")
                                .and(purpose.otherwise)
                        : Hint.of("see the server's log");
        String what = purpose == Purpose.DRILL ? "a database for the drill" : "a database";
        return new Failure(purpose.exitCode, what + " cannot be made: " + said, hint, e);
    }

    /** Its name may come from a manifest: only a usual one stands in the command. */
    private static Hint missingLocale(@Nullable String locale) {
        if (locale == null || !USUAL_LOCALE.matcher(locale).matches()) {
            return Hint.of(
                    "make that locale where the server is (locale-gen, package locales), then restart the server");
        }
        return Hint.of("make the locale where the server is: locale-gen ")
                .name(locale)
                .and(" (package locales), then restart the server");
    }

    static String literal(String text) {
        return (text.contains("\\") ? " E'" : "'") + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }

    public String name() {
        return name;
    }

    public Server server() {
        return server;
    }

    /** What it could not be given, in words. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /**
     * Restores into it.
     *
     * @throws RestoreFailure as {@link PgRestore#run}
     */
    public void restore(PgTools tools, PgRestore.Input input, PgRestore.Options options) throws InterruptedException {
        PgRestore.run(tools, name, input, options);
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
        OwnDatabases.rename(server, List.of(target, name), statements);
        kept = true;
    }

    /** Lets it live on under the name that it has, until {@link OwnDatabases#removeKept}. */
    public void keep() {
        try {
            lock.execute("COMMENT ON DATABASE " + TableName.quote(name) + " IS " + literal(OwnDatabases.KEPT));
            kept = true;
        } catch (SQLException e) {
            throw new Failure(ExitCode.DRILL, name + " cannot be kept: " + SqlFailure.message(e), e);
        }
    }

    /** Lets go of it: its server will be gone with all that it has, and to drop it before takes its time. */
    public void abandon() {
        kept = true;
        close();
    }

    @Override
    public void close() {
        // An interrupt has done its work; set, it would break the connection that cleans up.
        boolean interrupted = Thread.interrupted();
        try {
            if (!kept) {
                OwnDatabases.drop(server, name);
            }
            lock.close();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
