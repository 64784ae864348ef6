package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Stopping;
import bmm.process.Command;
import bmm.process.RunningCommand;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A pg_dump that runs, inside a snapshot. Closing it stops it, here and on the server. */
public final class PgDump implements AutoCloseable {
    private static final int FIRST_WITH_ZSTD = 16;

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
     * @param lockWait how long to wait for table locks; the snapshot's own locks make this short
     * @param timeout after which the dump is stopped
     */
    public record Request(
            PgTools tools, Server server, String database, String snapshotId, Duration lockWait, Duration timeout) {}

    private final Request request;
    private final String applicationName;
    private final RunningCommand running;

    private PgDump(Request request, String applicationName, RunningCommand running) {
        this.request = request;
        this.applicationName = applicationName;
        this.running = running;
    }

    /** Whether a pg_dump of that major version can compress with zstd by itself. */
    public static boolean hasZstd(PgTools tools) {
        return tools.major() >= FIRST_WITH_ZSTD;
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
        return start(
                request,
                List.of(
                        "--format=directory",
                        compression(request.tools(), compress, level),
                        "--jobs=" + jobs,
                        "--file=" + directory));
    }

    private static String compression(PgTools tools, Compress compress, int level) {
        return switch (compress) {
            case NONE -> "--compress=0";
            case GZIP -> "--compress=" + Math.min(level, 9);
            case ZSTD -> {
                if (!hasZstd(tools)) {
                    throw new IllegalArgumentException("pg_dump " + tools.version() + " has no zstd");
                }
                yield "--compress=zstd:" + level;
            }
        };
    }

    private static PgDump start(Request request, List<String> format) {
        List<String> arguments = new ArrayList<>(format);
        arguments.add("--snapshot=" + request.snapshotId());
        arguments.add("--lock-wait-timeout=" + request.lockWait().toMillis());
        arguments.add("--no-password");
        String applicationName = "bmm-dump-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        Command command = request.tools().command("pg_dump", request.database(), applicationName, arguments);
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
        if (exit == 0 && !running.timedOut()) {
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
        if (said.contains("statement timeout") || said.contains("could not obtain lock")) {
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

    private static String hint(String said, int exit) {
        if (said.contains("permission denied")) {
            return "GRANT pg_read_all_data TO the role, or back up as the owner";
        }
        if (said.contains("row-level security") || said.contains("row security")) {
            return "the role needs BYPASSRLS to dump tables with row security";
        }
        if (said.contains("server version mismatch")) {
            return "install the client of the server's major version, or set BMM_PG_BIN";
        }
        return exit > 128
                ? "it was killed by signal " + (exit - 128) + "; see the system's log"
                : "see the server's log";
    }

    /** Whether it was stopped, which closes {@link #output()}; {@link #finish} tells why. */
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
        boolean broken = !running.hasEnded();
        running.close();
        if (broken && request.tools().areInContainer()) {
            // Stopping docker exec does not stop what runs inside.
            request.server().endSessions(request.database(), applicationName);
        }
    }

    /** Roles and tablespaces as SQL text. */
    public static byte[] globals(PgTools tools, String database, Duration timeout) throws InterruptedException {
        Command command = tools.command(
                        "pg_dumpall", database, "bmm-globals", List.of("--globals-only", "--no-password"))
                .timeout(timeout);
        try (RunningCommand running = command.start()) {
            byte[] output = running.output().readAllBytes();
            if (running.waitFor() == 0) {
                return output;
            }
            String said = running.lastError().replaceFirst("^pg_dumpall: (error: )?", "");
            throw new Failure(
                    ExitCode.DUMP,
                    "pg_dumpall --globals-only failed: " + said,
                    "reading role passwords needs a superuser; set BMM_GLOBALS=no to do without");
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "cannot run pg_dumpall: " + Failure.reason(e),
                    "it must be beside pg_dump; check BMM_PG_BIN",
                    e);
        }
    }
}
