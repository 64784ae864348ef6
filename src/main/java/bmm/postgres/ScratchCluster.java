package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.process.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A throwaway server made with initdb in a temporary directory: no durability, reached through a Unix socket that only
 * the user bmm runs as (and the server's own) can get at. Closing it stops the server and removes everything.
 * What a run that was killed has left, {@link ScratchClusters#removeDead} takes away.
 */
public final class ScratchCluster implements AutoCloseable {
    /** The superuser's name: no role of the source's, so that nothing its globals say can lock bmm out. */
    public static final String SUPERUSER = "bmm_drill";

    static final String PROGRAMS = "programs";
    static final String SERVER = "server";

    private static final Logger LOG = LoggerFactory.getLogger(ScratchCluster.class);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int PORT = 5432;

    /** sockaddr_un holds 107 bytes (unix(7)), and PostgreSQL adds the name of its lock file. */
    private static final int LONGEST_SOCKET = 100;

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

    private final ServerPrograms programs;
    private final ScratchDirectory directory;
    private final SystemUser user;

    private ScratchCluster(ServerPrograms programs, ScratchDirectory directory, SystemUser user) {
        this.programs = programs;
        this.directory = directory;
        this.user = user;
    }

    /**
     * Makes and starts one.
     *
     * @param parent an existing directory that the server's user can reach; not deeper than some 60 characters
     * @param resources what a restore may use
     * @throws Failure {@link ExitCode#PREFLIGHT} if it cannot be made or does not start
     */
    public static ScratchCluster start(ServerPrograms programs, Path parent, Resources resources, Instant now) {
        SystemUser user = SystemUser.forServer();
        ScratchCluster cluster = new ScratchCluster(programs, ScratchDirectory.create(parent, now), user);
        boolean started = false;
        try {
            cluster.makeHome(parent);
            cluster.initialize();
            cluster.startServer(resources);
            started = true;
            return cluster;
        } finally {
            if (!started) {
                cluster.close();
            }
        }
    }

    private void makeHome(Path parent) {
        if (home().resolve(".s.PGSQL." + PORT).toString().length() > LONGEST_SOCKET
                || !home().toString().matches("[A-Za-z0-9/._+-]+")) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    parent + ": the name is too long, or too odd, for a Unix socket in it",
                    "set BMM_TEMP_DIR to a short path of letters and digits, such as /var/tmp");
        }
        directory.write(PROGRAMS, programs.directory().toString());
        try {
            if (user.principal() != null) {
                // Nothing in it is secret, and the server's user must get to its own part.
                Files.setPosixFilePermissions(directory.path(), PosixFilePermissions.fromString("rwx--x--x"));
            }
            user.makeDirectory(home());
        } catch (IOException e) {
            throw ScratchDirectory.cannotMake(parent, e);
        }
    }

    private void initialize() {
        // C: it is there everywhere; databases get their own encoding and locale when they are made.
        run(
                "initdb",
                "--pgdata=" + data(),
                "--username=" + SUPERUSER,
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync");
    }

    private void startServer(Resources resources) {
        Map<String, String> settings = new TreeMap<>(Map.of(
                "listen_addresses", "",
                "port", String.valueOf(PORT),
                "unix_socket_directories", home().toString(),
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
        settings.put("wal_recycle", "off");
        settings.put("wal_init_zero", "off");
        settings.put("logging_collector", "off");
        String options = settings.entrySet().stream()
                .map(one -> "-c " + one.getKey() + "=" + quoted(one.getValue()))
                .collect(Collectors.joining(" "));
        run(
                "pg_ctl",
                "--pgdata=" + data(),
                "--log=" + log(),
                "--wait",
                "--timeout=100",
                "--options=" + options,
                "start");
    }

    private static String quoted(String value) {
        return "'" + value + "'"; // pg_ctl hands its options to a shell
    }

    private void run(String tool, String... arguments) {
        Command command =
                user.command(words(programs.directory(), tool, arguments)).timeout(PATIENCE);
        try {
            Command.Result result = command.run();
            if (!result.ok()) {
                throw new Failure(
                        ExitCode.PREFLIGHT,
                        "the scratch cluster cannot be made: " + tool + ": " + lastWords(result),
                        Hint.of("set BMM_TEMP_DIR to a directory with room, which the user ")
                                .name(user.name())
                                .and(" can reach"));
            }
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.PREFLIGHT, "cannot run " + tool + ": " + Failure.reason(e), "check BMM_PG_BIN", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.DRILL, "stopped", "run it again", e);
        }
    }

    static List<String> words(Path programs, String tool, String... arguments) {
        return Stream.concat(Stream.of(programs.resolve(tool).toString()), Stream.of(arguments))
                .toList();
    }

    /** What brought the server down, if something has: its log is removed with it. */
    public Optional<String> panic() {
        return logged("PANIC:").map(line -> line.substring(line.indexOf("PANIC:")));
    }

    /** The last line of the server's log that has one of these words. */
    private Optional<String> logged(String... words) {
        if (!Files.isReadable(log())) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(log())) {
            return lines.filter(line -> Stream.of(words).anyMatch(line::contains))
                    .reduce((first, second) -> second);
        } catch (IOException | UncheckedIOException e) {
            LOG.atDebug().addKeyValue("file", log()).log("the server's log cannot be read: {}", Failure.reason(e));
            return Optional.empty();
        }
    }

    /** What the tool said last; where the server itself did not start, what is in its log. */
    private String lastWords(Command.Result result) {
        String said = logged("FATAL", "ERROR", "PANIC").orElse(result.errors());
        return said.lines()
                .filter(line -> !line.isBlank())
                .reduce((first, second) -> line(first) ? first : second)
                .orElse("exit status " + result.exit())
                .strip();
    }

    private static boolean line(String text) {
        return text.contains("error:") || text.contains("FATAL");
    }

    private Path home() {
        return directory.path().resolve(SERVER);
    }

    private Path data() {
        return home().resolve("data");
    }

    private Path log() {
        return home().resolve("log");
    }

    /** How to connect as superuser. */
    public ConnectionSettings connection() {
        return new ConnectionSettings(home().toString(), PORT, SUPERUSER, null, null, null, null, null);
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
        directory.keep();
    }

    @Override
    public void close() {
        directory.close();
    }
}
