package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.SafeText;
import bmm.base.Secret;
import bmm.process.Command;
import bmm.process.Inheritance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A throwaway server in a container of an image like Docker's official one for PostgreSQL. It executes code of the owners
 * of what is restored, so it has no network, no capabilities and nothing of this machine but a directory for its socket,
 * through which bmm reaches it. The password is random. Closing it removes the container.
 */
public final class ScratchContainer implements AutoCloseable {
    /** The file that holds its name. */
    static final String NAME = "container";

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration PULLING = Duration.ofMinutes(30);
    private static final int MOST_SHOWN = 500;
    private static final String SOCKET = ".s.PGSQL.5432";

    /** Where the directory for the socket is inside. */
    private static final String SHARED = "/bmm-drill";

    /** Where the image's own tools look for the socket. */
    private static final String OWN = "/var/run/postgresql";

    private static final List<String> SETTINGS = List.of(
            "unix_socket_directories=" + OWN + "," + SHARED,
            "max_logical_replication_workers=0",
            "fsync=off",
            "full_page_writes=off",
            "synchronous_commit=off",
            "wal_level=minimal",
            "max_wal_senders=0",
            "autovacuum=off",
            "jit=off",
            "checkpoint_timeout=1h",
            "max_wal_size=4GB",
            "shared_buffers=256MB",
            "maintenance_work_mem=256MB",
            "max_locks_per_transaction=1024",
            "dynamic_shared_memory_type=mmap");

    private final ScratchDirectory directory;
    private final Container container;
    private final ConnectionSettings connection;
    private final boolean readOnly;

    private ScratchContainer(ScratchDirectory directory, Container container, Secret password, boolean readOnly) {
        this.directory = directory;
        this.container = container;
        this.connection = new ConnectionSettings(
                directory.path().toString(), 5432, ScratchCluster.SUPERUSER, password, null, null, null, null);
        this.readOnly = readOnly;
    }

    /**
     * Starts one and waits until its server answers.
     *
     * @param parent where the directory is made that the container shares, and that lets a later run remove it
     * @param memory of the machine, in bytes; 0 if that is not known
     * @throws Failure {@link ExitCode#PREFLIGHT} if it does not start, or the engine runs on another machine
     */
    public static ScratchContainer start(String image, Path parent, long memory, Instant now) {
        ScratchDirectory directory = ScratchDirectory.create(parent, now);
        boolean started = false;
        try {
            directory.requireShortName();
            Path shared = directory.share("socket");
            boolean readOnly = declaresVolumes(image);
            Container container = new Container("bmm-drill-" + UUID.randomUUID());
            directory.write(NAME, container.name());
            Secret password = new Secret(UUID.randomUUID().toString());
            Command.Result run = run(Command.of(words(image, container, shared, readOnly, memory))
                    .environment("POSTGRES_PASSWORD", password)
                    .timeout(PULLING));
            if (run.errors().contains("bind source path does not exist")) {
                throw notHere(parent);
            }
            require(run, image);
            await(image, container);
            if (!Files.exists(shared.resolve(SOCKET), LinkOption.NOFOLLOW_LINKS)) {
                throw notHere(parent);
            }
            directory.take(shared.resolve(SOCKET));
            started = true;
            return new ScratchContainer(directory, container, password, readOnly);
        } finally {
            if (!started) {
                directory.close();
            }
        }
    }

    private static List<String> words(String image, Container container, Path shared, boolean readOnly, long memory) {
        List<String> words = new ArrayList<>(List.of("docker", "run", "--detach", "--name", container.name()));
        words.addAll(List.of("--network", "none", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"));
        words.addAll(List.of("--user", "postgres", "--pids-limit", "512", "--ulimit", "core=0"));
        words.addAll(List.of("--log-driver", "json-file", "--log-opt", "max-size=8m"));
        if (memory > 0) {
            words.addAll(List.of("--memory", String.valueOf(memory / 4 * 3)));
        }
        if (readOnly) {
            words.add("--read-only");
            // With the modes that they have in the image, which are open to everybody.
            for (String written : List.of("/tmp", OWN)) {
                words.addAll(List.of("--tmpfs", written));
            }
        }
        words.addAll(List.of("--mount", "type=bind,source=" + shared + ",target=" + SHARED));
        // A name without a value takes the value from docker's own environment. The directory keeps everybody out.
        Stream.of(
                        "POSTGRES_PASSWORD",
                        "POSTGRES_USER=" + ScratchCluster.SUPERUSER,
                        "POSTGRES_DB=postgres",
                        "POSTGRES_INITDB_ARGS=--no-sync --auth-local=trust")
                .forEach(variable -> words.addAll(List.of("-e", variable)));
        words.add(image);
        SETTINGS.forEach(setting -> words.addAll(List.of("-c", setting)));
        return words;
    }

    /** Then its data lie in one of them, and nothing else of it need be written to. */
    private static boolean declaresVolumes(String image) {
        List<String> inspect = List.of("docker", "image", "inspect", "--format", "{{len .Config.Volumes}}", image);
        Command.Result result = run(Command.of(inspect).timeout(PATIENCE));
        if (!result.ok()) {
            require(run(Command.of("docker", "pull", "--quiet", image).timeout(PULLING)), image);
            result = run(Command.of(inspect).timeout(PATIENCE));
        }
        return result.ok() && !result.output().strip().equals("0");
    }

    private static Failure notHere(Path parent) {
        return new Failure(
                ExitCode.PREFLIGHT,
                "the Docker engine does not share " + parent + " with its containers: it runs on another machine",
                "run the drill where the engine runs, set BMM_TEMP_DIR to a directory that both see, or set"
                        + " BMM_DRILL_TARGET=scratch");
    }

    private static void require(Command.Result result, String image) {
        if (!result.ok()) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "image " + image + ": the container does not start: "
                            + SafeText.line(
                                    Stream.of(result.errors().strip().split("\n", -1))
                                            .reduce("", (first, second) -> second),
                                    MOST_SHOWN),
                    Hint.of("docker pull ").name(image).and(", and see that this user may use Docker"));
        }
    }

    private static Command.Result run(Command command) {
        try {
            return command.inheriting(Inheritance.DOCKER).run();
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "docker is not there: " + Failure.reason(e),
                    "install the docker client, or set BMM_DRILL_TARGET=scratch",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.DRILL, "stopped", "run it again", e);
        }
    }

    /** While it is being set up, the image's server listens on its socket only; over TCP it answers when it is ready. */
    private static void await(String image, Container container) {
        String ready = "for i in $(seq 240); do pg_isready -q -h 127.0.0.1 && exit 0; sleep 0.5; done; exit 1";
        Command.Result result = run(Command.of("docker", "exec", container.name(), "sh", "-c", ready)
                .timeout(PATIENCE));
        if (!result.ok()) {
            Command.Result log = run(Command.of("docker", "logs", "--tail", "5", container.name())
                    .timeout(PATIENCE));
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "image " + image + ": its server does not come up: "
                            + SafeText.line(
                                    (log.output() + " " + log.errors()).strip().replaceAll("\\s*\\n\\s*", "; "),
                                    MOST_SHOWN),
                    "it must be an image of PostgreSQL that takes POSTGRES_PASSWORD, as Docker's official one");
        }
    }

    public ConnectionSettings connection() {
        return connection;
    }

    public Server server() {
        return new Server(connection);
    }

    /** The tools inside. */
    public PgTools tools() {
        return PgTools.in(container, connection);
    }

    /** How it is kept away from the rest of the machine, in words. */
    public String isolation() {
        return "container, user postgres: no network, no capabilities, nothing of this machine"
                + (readOnly ? ", read-only but for its data" : "");
    }

    public String name() {
        return container.name();
    }

    /** Lets it run on, until {@link ScratchClusters#removeKept}. */
    public void keep() {
        directory.keep();
    }

    @Override
    public void close() {
        directory.close();
    }
}
