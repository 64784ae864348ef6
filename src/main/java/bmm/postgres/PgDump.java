package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.Stopping;
import bmm.process.Command;
import bmm.process.RunningCommand;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pg_dump that runs, inside a snapshot. Closing it stops it, here and on the server. */
public final class PgDump implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PgDump.class);
    private static final String GLOBALS_TRAILER = "-- PostgreSQL database cluster dump complete";
    private static final String NO_TAR = "there is no tar in this container";

    /** In one shell, so that the directory goes with it however it ends. File names are pg_dump's own and plain. */
    private static final String DUMP_AND_PACK =
            """
            command -v tar >/dev/null || { echo 'error: %s' >&2; exit 1; }
            directory=%s
            trap 'rm -rf "$directory"' EXIT
            trap 'exit 143' HUP INT PIPE TERM
            pg_dump --file="$directory" "$@" >&2 || exit
            cd "$directory" || exit
            { echo toc.dat; ls | grep -vx toc.dat; } | tar -cf - -T -
            """.formatted(NO_TAR, Container.temporary("$" + PgTools.APPLICATION_NAME));

    /** What to write, in pg_dump's own words. */
    public enum Compress {
        /** Nothing is compressed. */
        NONE,
        /** Blocks inside the archive, with gzip. */
        GZIP,
        /** Blocks inside the archive, with zstd; needs a pg_dump of 16 or later that was built with it. */
        ZSTD
    }

    /**
     * A database in a snapshot.
     *
     * @param encoding of what is written: the database's own, whatever a setting of its owner's says
     * @param restrictable whether the server can refuse to read views
     * @param lockWait how long to wait for table locks; the snapshot's own locks make this short
     * @param timeout after which the dump is stopped
     */
    public record Request(
            PgTools tools,
            Server server,
            String database,
            String snapshotId,
            String encoding,
            boolean restrictable,
            Duration lockWait,
            Duration timeout) {
        /** Of the database that a snapshot is of. */
        public static Request of(PgTools tools, Snapshot snapshot, Duration timeout) {
            return new Request(
                    tools,
                    snapshot.server(),
                    snapshot.database(),
                    snapshot.id(),
                    snapshot.encoding(),
                    snapshot.isRestrictable(),
                    Snapshot.LOCK_WAIT_INSIDE,
                    timeout);
        }
    }

    private final Request request;
    private final String applicationName;
    private final RunningCommand running;
    private boolean done;

    private PgDump(Request request, String applicationName, RunningCommand running) {
        this.request = request;
        this.applicationName = applicationName;
        this.running = running;
    }

    /** Starts a dump in custom format; its bytes come from {@link #output()}. */
    public static PgDump custom(Request request, Compress compress, int level) {
        return start(request, List.of("--format=custom", compression(request.tools(), compress, level)));
    }

    /** Starts a dump as SQL text; its bytes come from {@link #output()}. */
    public static PgDump plain(Request request) {
        return start(request, List.of("--format=plain"));
    }

    /** Starts a dump in directory format with parallel workers; {@link #output()} stays empty. */
    public static PgDump directory(Request request, Compress compress, int level, int jobs, Path directory) {
        List<String> format = new ArrayList<>(directoryFormat(request, compress, level, jobs));
        format.add("--file=" + directory);
        return start(request, format);
    }

    /**
     * Starts the same inside the tools' container, in a temporary directory there; {@link #output()} is a tar of it, with
     * {@code toc.dat} first, once pg_dump has ended.
     */
    public static PgDump packedDirectory(Request request, Compress compress, int level, int jobs) {
        String applicationName = newApplicationName();
        return start(
                request,
                applicationName,
                request.tools()
                        .script(
                                DUMP_AND_PACK,
                                request.database(),
                                applicationName,
                                arguments(request, directoryFormat(request, compress, level, jobs))));
    }

    private static List<String> directoryFormat(Request request, Compress compress, int level, int jobs) {
        return List.of("--format=directory", compression(request.tools(), compress, level), "--jobs=" + jobs);
    }

    private static String compression(PgTools tools, Compress compress, int level) {
        return switch (compress) {
            case NONE -> "--compress=0";
            case GZIP -> "--compress=" + Math.min(level, 9);
            case ZSTD -> {
                if (!tools.hasZstd()) {
                    throw new IllegalArgumentException("pg_dump " + tools.version() + " has no zstd");
                }
                yield "--compress=zstd:" + level;
            }
        };
    }

    private static PgDump start(Request request, List<String> format) {
        String applicationName = newApplicationName();
        return start(
                request,
                applicationName,
                request.tools().command("pg_dump", request.database(), applicationName, arguments(request, format)));
    }

    /** It names a directory in a container, too, so nobody may know it beforehand. */
    private static String newApplicationName() {
        return "bmm-dump-" + UUID.randomUUID();
    }

    private static List<String> arguments(Request request, List<String> format) {
        List<String> arguments = new ArrayList<>(format);
        arguments.add("--snapshot=" + request.snapshotId());
        arguments.add("--encoding=" + request.encoding());
        arguments.add("--lock-wait-timeout=" + request.lockWait().toMillis());
        arguments.add("--no-password");
        return arguments;
    }

    private static PgDump start(Request request, String applicationName, Command command) {
        if (request.restrictable()) {
            // Newer ones do it by themselves.
            request.tools().serverSettings(command, List.of(Pins.RESTRICTION + "=" + Pins.RESTRICTED));
        }
        try {
            return new PgDump(
                    request, applicationName, command.timeout(request.timeout()).start());
        } catch (IOException e) {
            throw new Failure(ExitCode.PREFLIGHT, "cannot start pg_dump: " + Failure.reason(e), "check BMM_PG_BIN", e);
        }
    }

    /** What it writes. */
    public InputStream output() {
        return running.output();
    }

    /**
     * Waits for its end.
     *
     * @throws Failure {@link ExitCode#DUMP} unless it says that all went well
     */
    public void finish() throws InterruptedException {
        int exit = running.waitFor();
        if (exit == 0 && !running.wasStopped()) {
            done = true;
            return;
        }
        String database = "database " + request.database() + ": ";
        if (running.timedOut()) {
            throw new Failure(
                    ExitCode.DUMP,
                    database + "pg_dump took too long and was stopped",
                    "raise BMM_DUMP_TIMEOUT, or set BMM_DUMP_JOBS to dump in parallel");
        }
        if (Stopping.requested()) {
            throw new Failure(ExitCode.DUMP, database + "the dump was stopped", "run it again");
        }
        String said = running.lastError().replaceFirst("^pg_dump: (error: )?", "");
        // A parallel worker says it first, and then the parent that its worker died.
        String all = running.errors();
        if (all.contains("statement timeout") || all.contains("could not obtain lock")) {
            throw new TableBusy(
                    database + "pg_dump gave up waiting for a lock",
                    "another transaction holds a table, often an ALTER or a migration; see pg_stat_activity",
                    null);
        }
        throw new Failure(
                ExitCode.DUMP,
                database + "pg_dump failed" + (said.isEmpty() ? " with exit status " + exit : ": " + said),
                hint(said, exit));
    }

    private static Hint hint(String said, int exit) {
        if (said.contains("permission denied")) {
            return Hint.of("GRANT pg_read_all_data TO the role, or back up as the owner");
        }
        if (said.contains("row-level security") || said.contains("row security")) {
            return Hint.of("the role needs BYPASSRLS to dump tables with row security");
        }
        if (said.contains("server version mismatch")) {
            return Hint.of("install the client of the server's major version, or set BMM_PG_BIN");
        }
        if (said.contains("No space left")) {
            return Hint.of(
                    "free some space where it writes; with BMM_DUMP_JOBS and BMM_PG_CONTAINER that is $TMPDIR or /tmp"
                            + " in the container");
        }
        if (said.contains(NO_TAR)) {
            return Hint.of("add tar to the image, or unset BMM_DUMP_JOBS");
        }
        return exit > 128
                ? Hint.of("it was killed by signal ").and(exit - 128).and("; see the system's log")
                : Hint.of("see the server's log");
    }

    /** Whether it was stopped before its time; {@link #finish} tells why. */
    public boolean wasStopped() {
        return running.wasStopped();
    }

    /** Everything pg_dump said on standard error, at most its last 25 lines. */
    public String messages() {
        return running.errors();
    }

    /** Stops it, from another thread; {@link #finish} then fails. */
    public void kill() {
        running.kill();
    }

    @Override
    public void close() {
        running.close();
        if (!done) {
            request.tools()
                    .container()
                    .ifPresent(container -> tryToEnd(
                            applicationName,
                            List.of(
                                    () -> container.end(applicationName),
                                    () -> request.server().endSessions(request.database(), applicationName))));
        }
    }

    /** Ends what a tool that was stopped has left running: inside a container, and on the server, an index that is being built say. */
    static void endInside(PgTools tools, String database, String applicationName) {
        List<Runnable> steps = new ArrayList<>();
        // Stopping docker exec does not stop what runs inside.
        tools.container().ifPresent(container -> steps.add(() -> container.end(applicationName)));
        steps.add(() -> tools.server().endSessions(database, applicationName));
        tryToEnd(applicationName, steps);
    }

    /** Nothing here may hide why it was broken off. */
    private static void tryToEnd(String applicationName, List<Runnable> steps) {
        // An interrupt has done its work; set, it would break the connection that cleans up.
        boolean interrupted = Thread.interrupted();
        try {
            for (Runnable step : steps) {
                interrupted |= tryToEnd(applicationName, step);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Returns whether an interrupt came meanwhile; then the step was begun anew. */
    private static boolean tryToEnd(String applicationName, Runnable step) {
        boolean interrupted = false;
        while (true) {
            try {
                step.run();
                return interrupted;
            } catch (Failure e) {
                if (interrupted || !Thread.interrupted()) {
                    LOG.atWarn()
                            .addKeyValue("application", applicationName)
                            .log("cannot see to it that what was broken off has ended: {}", e.getMessage());
                    return interrupted;
                }
                interrupted = true;
            }
        }
    }

    /**
     * Roles and tablespaces as SQL text; without passwords where the role may not read them, which only a superuser may.
     *
     * @throws Failure {@link ExitCode#DUMP} if pg_dumpall fails, or ends well without having written all of it
     */
    public static byte[] globals(PgTools tools, String database, Duration timeout) throws InterruptedException {
        List<String> arguments = List.of("--globals-only", "--no-password");
        try {
            return globals(tools, database, timeout, arguments);
        } catch (Failure e) {
            if (!String.valueOf(e.getMessage()).contains("pg_authid")) {
                throw e;
            }
            LOG.atWarn()
                    .addKeyValue("db", database)
                    .log("roles are saved without their passwords, which only a superuser can read");
            List<String> withoutPasswords = new ArrayList<>(arguments);
            withoutPasswords.add("--no-role-passwords");
            return globals(tools, database, timeout, withoutPasswords);
        }
    }

    private static byte[] globals(PgTools tools, String database, Duration timeout, List<String> arguments)
            throws InterruptedException {
        String applicationName = "bmm-globals-" + UUID.randomUUID();
        Command command = tools.command("pg_dumpall", database, applicationName, arguments)
                .timeout(timeout);
        boolean done = false;
        try (RunningCommand running = command.start()) {
            byte[] output = running.output().readAllBytes();
            int exit = running.waitFor();
            if (Stopping.requested()) {
                throw new Failure(ExitCode.DUMP, "pg_dumpall --globals-only was stopped", "run it again");
            }
            if (exit == 0) {
                if (!new String(output, StandardCharsets.ISO_8859_1).contains(GLOBALS_TRAILER)) {
                    throw new Failure(
                            ExitCode.DUMP,
                            "pg_dumpall --globals-only ended well, but its last line is missing: " + GLOBALS_TRAILER,
                            "run it again");
                }
                done = true;
                return output;
            }
            String said = running.lastError().replaceFirst("^pg_dumpall: (error: )?", "");
            throw new Failure(
                    ExitCode.DUMP,
                    "pg_dumpall --globals-only failed: " + said,
                    "see the server's log, or set BMM_GLOBALS=no to do without");
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "cannot run pg_dumpall: " + Failure.reason(e),
                    "it must be beside pg_dump; check BMM_PG_BIN",
                    e);
        } finally {
            if (!done) {
                tools.container()
                        .ifPresent(
                                container -> tryToEnd(applicationName, List.of(() -> container.end(applicationName))));
            }
        }
    }
}
