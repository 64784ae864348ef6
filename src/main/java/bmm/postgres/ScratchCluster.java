package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.postgres.sandbox.Isolation;
import bmm.postgres.sandbox.Sandbox;
import bmm.process.RunningCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A throwaway server made with initdb in a temporary directory: no durability, reached through a Unix socket that only
 * the user bmm runs as can get at. It executes code of the owners of what is restored, so it runs in a {@link Sandbox},
 * and ends with bmm, however that ends. Closing it stops the server and removes everything. The files that a run that was
 * killed has left, {@link ScratchClusters#removeDead} takes away.
 */
public final class ScratchCluster implements AutoCloseable {
    /** The superuser's name: no role of the source's, so that nothing its globals say can lock bmm out. */
    public static final String SUPERUSER = "bmm_drill";

    private static final Logger LOG = LoggerFactory.getLogger(ScratchCluster.class);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration FOREVER = Duration.ofDays(365);
    private static final Duration POLLED = Duration.ofMillis(5);
    private static final int PORT = 5432;
    private static final String SOCKET = ".s.PGSQL." + PORT;

    private static final long MEBIBYTE = 1 << 20;

    /**
     * What a restore may use of the machine.
     *
     * @param cores processors
     * @param memory of the whole machine, in bytes
     */
    public record Resources(int cores, long memory) {
        /** Bytes for sorting what goes into an index: enough, where there is, that nothing is written and read again. */
        long indexMemory() {
            return Math.clamp(memory / 16, 64 * MEBIBYTE, 1024 * MEBIBYTE);
        }
    }

    /**
     * What it is kept within.
     *
     * @param sandbox whether it runs in one
     * @param minFree bytes that must stay free on its file system: whatever is restored, it is ended before less is left
     */
    public record Bounds(Keys.Sandboxing sandbox, long minFree) {
        /** A sandbox where there is one, and the whole disk. */
        public static final Bounds DEFAULT = new Bounds(Keys.Sandboxing.AUTO, 0);
    }

    private final ServerPrograms programs;
    private final ScratchDirectory directory;
    private @Nullable Sandbox sandbox;
    private @Nullable RunningCommand running;
    private @Nullable RoomWatch watch;
    private boolean kept;

    private ScratchCluster(ServerPrograms programs, ScratchDirectory directory) {
        this.programs = programs;
        this.directory = directory;
    }

    /**
     * Makes and starts one.
     *
     * @param parent an existing directory, not deeper than some 60 characters; without a sandbox the server's user must
     *     be able to reach it
     * @param resources what a restore may use
     * @throws Failure {@link ExitCode#PREFLIGHT} if it cannot be made or does not start
     */
    public static ScratchCluster start(
            ServerPrograms programs, Path parent, Resources resources, Bounds bounds, Instant now) {
        ScratchCluster cluster = new ScratchCluster(programs, ScratchDirectory.create(parent, now));
        boolean started = false;
        try {
            cluster.makeHome(parent);
            Sandbox place = cluster.openSandbox(parent, bounds.sandbox());
            cluster.initialize(place);
            cluster.startServer(place, resources);
            cluster.watch = RoomWatch.begin(cluster.directory.path(), bounds.minFree(), cluster::end);
            started = true;
            return cluster;
        } finally {
            if (!started) {
                cluster.close();
            }
        }
    }

    /**
     * How one would be kept away from the rest of the machine; nothing of it stays.
     *
     * @throws Failure {@link ExitCode#PREFLIGHT} if it could not be made
     */
    public static Isolation rehearse(ServerPrograms programs, Path parent, Keys.Sandboxing sandboxing, Instant now) {
        try (ScratchCluster cluster = new ScratchCluster(programs, ScratchDirectory.create(parent, now))) {
            cluster.makeHome(parent);
            return cluster.openSandbox(parent, sandboxing).isolation();
        }
    }

    private void makeHome(Path parent) {
        directory.requireShortName();
        try {
            Files.createDirectory(
                    home(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw ScratchDirectory.cannotMake(parent, e);
        }
    }

    private Sandbox openSandbox(Path parent, Keys.Sandboxing sandboxing) {
        try {
            Sandbox opened = Sandbox.open(sandboxing, programs.directory(), "postgres", directory.path(), home());
            sandbox = opened;
            return opened;
        } catch (IOException e) {
            throw ScratchDirectory.cannotMake(parent, e);
        }
    }

    private void initialize(Sandbox place) {
        // C: it is there everywhere; databases get their own encoding and locale when they are made.
        List<String> arguments = List.of(
                "--pgdata=" + place.inside(data()),
                "--username=" + SUPERUSER,
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync");
        try (RunningCommand initdb = place.start("initdb", arguments, log().file(), PATIENCE)) {
            int exit = initdb.waitFor();
            if (exit != 0) {
                throw cannotStart("initdb", "exit status " + exit);
            }
        } catch (IOException e) {
            throw cannotRun("initdb", e);
        } catch (InterruptedException e) {
            throw stopped(e);
        }
    }

    private void startServer(Sandbox place, Resources resources) {
        Map<String, String> settings = new TreeMap<>(Map.of(
                "listen_addresses", "",
                "port", String.valueOf(PORT),
                "unix_socket_directories", place.inside(home()).toString(),
                "unix_socket_permissions", "0700",
                "fsync", "off",
                "full_page_writes", "off",
                "synchronous_commit", "off",
                "wal_level", "minimal",
                "max_wal_senders", "0",
                "archive_mode", "off"));
        settings.putAll(Map.of(
                "autovacuum", "off",
                "jit", "off",
                "checkpoint_timeout", "1h",
                "max_wal_size", "4GB",
                "shared_buffers", "256MB",
                "maintenance_work_mem", resources.indexMemory() / MEBIBYTE + "MB",
                // Beside the session that builds an index, which does its part of the work.
                "max_parallel_maintenance_workers", String.valueOf(resources.cores() - 1),
                // A snapshot locks every table at once.
                "max_locks_per_transaction", "1024",
                "max_connections", "50"));
        // Nothing that is restored may connect to anywhere, or have code loaded before anybody asks for it.
        settings.put("max_logical_replication_workers", "0");
        settings.put("shared_preload_libraries", "");
        settings.put("wal_recycle", "off");
        settings.put("wal_init_zero", "off");
        settings.put("logging_collector", "off");
        List<String> arguments =
                new ArrayList<>(List.of("-D", place.inside(data()).toString()));
        settings.forEach((name, value) -> arguments.addAll(List.of("-c", name + "=" + value)));
        try {
            RunningCommand server = place.start("postgres", arguments, log().file(), FOREVER);
            running = server;
            directory.write(ScratchDirectory.SUPERVISOR, String.valueOf(server.pid()));
            awaitServer(server);
        } catch (IOException e) {
            throw cannotRun("postgres", e);
        } catch (InterruptedException e) {
            throw stopped(e);
        }
        directory.take(home().resolve(SOCKET));
    }

    private void awaitServer(RunningCommand server) throws InterruptedException {
        Server starting = new Server(connection(home()));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!answers(starting)) {
            if (server.hasEnded() || System.nanoTime() > deadline) {
                throw cannotStart("postgres", "it does not answer");
            }
            Thread.sleep(POLLED);
        }
    }

    private boolean answers(Server starting) {
        if (!Files.exists(home().resolve(SOCKET), LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (Session session = starting.connect("postgres")) {
            LOG.atTrace().log("the scratch server answers: {}", session);
            return true;
        } catch (Failure e) {
            LOG.atTrace().log("not yet: {}", e.getMessage());
            return false;
        }
    }

    private Failure cannotStart(String tool, String otherwise) {
        return new Failure(
                ExitCode.PREFLIGHT,
                "the scratch cluster cannot be made: " + tool + ": "
                        + log().lastWith("FATAL", "ERROR", "PANIC", "error:")
                                .or(log()::last)
                                .orElse(otherwise),
                "set BMM_TEMP_DIR to a directory with room, which the server's user can reach");
    }

    private static Failure cannotRun(String tool, IOException e) {
        return new Failure(ExitCode.PREFLIGHT, "cannot run " + tool + ": " + Failure.reason(e), "check BMM_PG_BIN", e);
    }

    private static Failure stopped(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new Failure(ExitCode.DRILL, "stopped", "run it again", e);
    }

    /** What brought the server down, if something has: its log is removed with it. */
    public Optional<String> panic() {
        RoomWatch watching = watch;
        return Optional.ofNullable(watching)
                .flatMap(RoomWatch::complaint)
                .or(() -> log().lastWith("PANIC:").map(line -> line.substring(line.indexOf("PANIC:"))));
    }

    /** How it is kept away from the rest of the machine. */
    public Isolation isolation() {
        return Objects.requireNonNull(sandbox, "it is started").isolation();
    }

    private Path home() {
        return directory.home();
    }

    private Path data() {
        return home().resolve("data");
    }

    /** Outside of what the server can write to by name. */
    private ServerLog log() {
        return new ServerLog(directory.path().resolve("log"));
    }

    /** How to connect as superuser; every role may log in. */
    public ConnectionSettings connection() {
        return connection(directory.path());
    }

    private static ConnectionSettings connection(Path socketDirectory) {
        return new ConnectionSettings(socketDirectory.toString(), PORT, SUPERUSER, null, null, null, null, null);
    }

    public Server server() {
        return new Server(connection());
    }

    /** The client's tools of the same version. */
    public PgTools tools() {
        return programs.tools(connection());
    }

    public ServerPrograms programs() {
        return programs;
    }

    /** What is removed when it is closed. */
    public Path directory() {
        return directory.path();
    }

    /** Lets it live on, with its server running, until {@link ScratchClusters#removeKept}. */
    public void keep() {
        try {
            Sandbox.keep(Objects.requireNonNull(running, "it is started"));
            directory.keep();
            kept = true;
        } catch (IOException e) {
            throw new Failure(ExitCode.DRILL, "the scratch cluster has ended: " + Failure.reason(e), e);
        }
    }

    /** Ends the server, and all that it has started, without waiting. */
    private void end() {
        RunningCommand server = running;
        if (server != null) {
            try {
                server.input().close();
            } catch (IOException e) {
                LOG.atDebug().log("it has ended: {}", Failure.reason(e));
            }
        }
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
        if (!kept) {
            end();
        }
        directory.close();
    }
}
