package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Stopping;
import bmm.postgres.sql.SqlRefused;
import bmm.postgres.sql.SqlScript;
import bmm.process.Command;
import bmm.process.RunningCommand;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Restores from SQL text: a dump in plain format, or the data of an archive, which pg_restore writes as SQL text then. Where
 * sequences stand does not depend on rows, so that one session for them and others for rows need not wait for each other.
 */
final class DataRestore {
    private final PgTools tools;
    private final String database;
    private final String applicationName;
    private final PgRestore.Options options;
    private final RestoreErrors errors;
    private final long deadline;

    DataRestore(
            PgTools tools, String database, String applicationName, PgRestore.Options options, RestoreErrors errors) {
        this.tools = tools;
        this.database = database;
        this.applicationName = applicationName;
        this.options = options;
        this.errors = errors;
        this.deadline = System.nanoTime() + options.timeout().toNanos();
    }

    /** Plays a dump in plain format; the first error ends it. */
    void plain(InputStream stream) throws InterruptedException {
        play(stream, ScriptPlayer.Scope.WHOLE_DUMP);
    }

    /**
     * Fills the tables of an archive, which are there; errors are counted, and named in the end.
     *
     * @param reading writes the data as SQL text
     * @param from what it reads, where it reads its input
     */
    void archive(Command reading, InputStream from) throws InterruptedException {
        boolean done = false;
        try (RunningCommand text = reading.fedUnlessFile().start()) {
            RestoreFeed feed = RestoreFeed.start(from, text);
            try {
                play(text.output(), ScriptPlayer.Scope.DATA_ONLY);
            } catch (Failure e) {
                // What pg_restore itself says explains a text that ends too early.
                text.kill();
                if (e.exitCode() == ExitCode.VERIFICATION) {
                    int exit = text.waitFor();
                    feed.check(database);
                    errors.checkSaid(text, exit);
                }
                throw e;
            }
            int exit = text.waitFor();
            feed.check(database);
            errors.check(text, exit, options.timeout());
            done = true;
        } catch (IOException e) {
            throw PgRestore.cannotStart("pg_restore", e);
        } finally {
            if (!done) {
                PgDump.endInside(tools, database, applicationName);
            }
        }
    }

    private void play(InputStream text, ScriptPlayer.Scope scope) throws InterruptedException {
        boolean single = options.flags().contains(PgRestore.Flag.SINGLE_TRANSACTION);
        try (RestoreSession session = RestoreSession.open(tools.server(), database);
                FillingPhase phase = new FillingPhase(tools.server(), database);
                TableSessions tables = tables(session, phase);
                Watch watch = new Watch(session)) {
            for (String setting : options.settings()) {
                set(session, setting);
            }
            if (single) {
                session.execute("BEGIN");
            }
            ScriptPlayer.Settings settings = new ScriptPlayer.Settings(
                    scope,
                    !single && options.owners() == null,
                    !options.flags().contains(PgRestore.Flag.NO_TABLESPACES),
                    options.owners() == Owners.OF_A_THROWAWAY_SERVER
                            && options.flags().contains(PgRestore.Flag.NO_OWNER),
                    deadline);
            new ScriptPlayer(session, tables, settings, phase(phase), new Told(scope, watch)).play(new SqlScript(text));
            if (single) {
                session.execute("COMMIT");
            }
            errors.checkRefused();
        } catch (SqlRefused e) {
            throw notRun(e);
        } catch (ParallelCopy.TooSlow e) {
            throw errors.tooSlow(options.timeout());
        } catch (IOException e) {
            throw Stopping.requested() ? errors.stopped() : RestoreFeed.unreadable(database, e);
        } catch (SQLException e) {
            throw errors.refused(SqlFailure.message(e));
        }
    }

    private TableSessions tables(RestoreSession session, FillingPhase phase) throws SQLException {
        return switch (options.owners()) {
            case null -> TableSessions.of(session);
            case OF_A_THROWAWAY_SERVER -> OwnerSessions.open(tools.server(), database, options.jobs(), phase::login);
            case AS_CONFIGURED ->
                OwnerSessions.open(
                        tools.server(),
                        database,
                        options.jobs(),
                        owner -> RestoreSession.open(OwnerLogins.as(tools.server(), owner), database));
        };
    }

    private ScriptPlayer.Phase phase(FillingPhase phase) {
        return options.owners() == Owners.OF_A_THROWAWAY_SERVER ? phase : ScriptPlayer.Phase.NONE;
    }

    /** Such as {@code maintenance_work_mem=1GB}. */
    private static void set(RestoreSession session, String setting) throws SQLException {
        int equals = setting.indexOf('=');
        session.execute("SET " + TableName.quote(setting.substring(0, equals)) + " = "
                + OwnDatabase.literal(setting.substring(equals + 1)));
    }

    private Failure notRun(SqlRefused e) {
        return new Failure(
                ExitCode.VERIFICATION,
                "database " + database + ": the dump is not run, " + e.getMessage(),
                "bmm runs what pg_dump writes; look at that line, and use psql if you trust all of it",
                e);
    }

    /** Hands on what is said. */
    private final class Told implements ScriptPlayer.Listener {
        private final boolean first;
        private final Watch watch;

        Told(ScriptPlayer.Scope scope, Watch watch) {
            this.first = scope == ScriptPlayer.Scope.WHOLE_DUMP;
            this.watch = watch;
        }

        @Override
        public void filling(String table) {
            options.progress().accept("data for table \"" + table + "\"");
        }

        @Override
        public void refused(String message) {
            if (watch.isOver()) {
                throw errors.tooSlow(options.timeout());
            }
            if (first || Stopping.requested()) {
                throw errors.refused(message);
            }
            errors.note(message);
        }
    }

    /** Ends the session when the time is over, which may wait for the server for ever. */
    private final class Watch implements AutoCloseable {
        private final CountDownLatch closed = new CountDownLatch(1);
        private volatile boolean over;

        Watch(RestoreSession session) {
            Thread.ofVirtual().name("restore-timeout").start(() -> end(session));
        }

        private void end(RestoreSession session) {
            try {
                if (!closed.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    over = true;
                    session.abort();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        boolean isOver() {
            return over;
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
