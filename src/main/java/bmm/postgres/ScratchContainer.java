package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.Secret;
import bmm.process.Command;
import bmm.process.Inheritance;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A throwaway server in a container of an image like Docker's official one for PostgreSQL: no port is published, the
 * password is random. Closing it removes the container.
 */
public final class ScratchContainer implements AutoCloseable {
    /** The file that holds its name. */
    static final String NAME = "container";

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration PULLING = Duration.ofMinutes(30);
    private static final List<String> SETTINGS = List.of(
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

    private ScratchContainer(ScratchDirectory directory, Container container, ConnectionSettings connection) {
        this.directory = directory;
        this.container = container;
        this.connection = connection;
    }

    /**
     * Starts one and waits until its server answers.
     *
     * @param parent where the note is put that lets a later run remove it
     * @throws Failure {@link ExitCode#PREFLIGHT} if it does not start
     */
    public static ScratchContainer start(String image, Path parent, Instant now) {
        ScratchDirectory directory = ScratchDirectory.create(parent, now);
        boolean started = false;
        try {
            Container container = new Container("bmm-drill-" + UUID.randomUUID());
            directory.write(NAME, container.name());
            Secret password = new Secret(UUID.randomUUID().toString());
            List<String> words = new ArrayList<>(List.of(
                    "docker",
                    "run",
                    "--detach",
                    "--name",
                    container.name(),
                    "-e",
                    "POSTGRES_PASSWORD",
                    "-e",
                    "POSTGRES_USER=" + ScratchCluster.SUPERUSER,
                    "-e",
                    "POSTGRES_DB=postgres",
                    "-e",
                    "POSTGRES_INITDB_ARGS=--no-sync",
                    image));
            SETTINGS.forEach(setting -> words.addAll(List.of("-c", setting)));
            docker(
                    image,
                    Command.of(words)
                            .inheriting(Inheritance.DOCKER)
                            .environment("POSTGRES_PASSWORD", password)
                            .timeout(PULLING));
            await(image, container);
            ConnectionSettings connection = new ConnectionSettings(
                    container.address(), 5432, ScratchCluster.SUPERUSER, password, null, null, null, null);
            started = true;
            return new ScratchContainer(directory, container, connection);
        } finally {
            if (!started) {
                directory.close();
            }
        }
    }

    private static void docker(String image, Command command) {
        Command.Result result = run(command);
        if (!result.ok()) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "image " + image + ": the container does not start: "
                            + Stream.of(result.errors().strip().split("\n", -1)).reduce("", (first, second) -> second),
                    Hint.of("docker pull ").name(image).and(", and see that this user may use Docker"));
        }
    }

    private static Command.Result run(Command command) {
        try {
            return command.run();
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
                .inheriting(Inheritance.DOCKER)
                .timeout(PATIENCE));
        if (!result.ok()) {
            Command.Result log = run(Command.of("docker", "logs", "--tail", "5", container.name())
                    .inheriting(Inheritance.DOCKER)
                    .timeout(PATIENCE));
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "image " + image + ": its server does not come up: "
                            + (log.output() + " " + log.errors()).strip().replaceAll("\\s*\\n\\s*", "; "),
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
