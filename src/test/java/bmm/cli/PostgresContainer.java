package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.ExecConfig;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** A server in a container of a local image that {@code ops/test} has made. Its data are in memory. */
final class PostgresContainer implements AutoCloseable {
    /** The variables that name images, by the server's major. */
    static final String IMAGE_17 = "BMM_TEST_IMAGE_PG17";

    static final String IMAGE_18 = "BMM_TEST_IMAGE_PG18";
    static final String USER = "app owner";
    static final String PASSWORD = "s3cret 'pass' $word";

    private final GenericContainer<?> container;

    /** @param image the variable that names it */
    PostgresContainer(String image) {
        container = new GenericContainer<>(DockerImageName.parse(System.getenv(image)))
                // Nothing can be pulled where tests run.
                .withImagePullPolicy(any -> false)
                .withEnv(Map.of("POSTGRES_USER", USER, "POSTGRES_PASSWORD", PASSWORD, "POSTGRES_DB", "app"))
                .withTmpFs(Map.of("/var/lib/postgresql/data", "rw"))
                .withCopyFileToContainer(MountableFile.forHostPath("ops/sample/types.sql", 0644), "/types.sql")
                // The first time it starts is for the entry point itself.
                .waitingFor(Wait.forLogMessage(".*ready to accept connections.*", 2)
                        .withStartupTimeout(Duration.ofMinutes(2)));
        container.start();
    }

    String name() {
        return container.getContainerName().replaceFirst("^/", "");
    }

    /** From now on the database server is this one. */
    void serve(Scene scene) {
        scene.unset("PGHOST").unset("PGPORT").unset("PGUSER").unset("BMM_PG_BIN");
        scene.set("BMM_PG_CONTAINER", name());
    }

    /** What psql prints for a statement, without headings. */
    String sql(String database, String statement) {
        return psql(database, "-c", statement);
    }

    /** Loads {@code ops/sample/types.sql} into a new database. */
    void loadTypes(String database) {
        sql("app", "CREATE DATABASE \"" + database.replace("\"", "\"\"") + "\"");
        psql(database, "-f", "/types.sql");
    }

    private String psql(String database, String... arguments) {
        // A variable takes any name as it is; -d would read some as connection strings.
        return execute(
                Map.of("PGPASSWORD", PASSWORD, "PGDATABASE", database, "PGUSER", USER, "PGAPPNAME", "test"),
                Stream.concat(Stream.of("psql", "-XAtq", "-v", "ON_ERROR_STOP=1"), Stream.of(arguments))
                        .toArray(String[]::new));
    }

    /** Runs a shell script inside, as root. */
    String shell(String script) {
        return execute(Map.of(), "sh", "-c", script);
    }

    private String execute(Map<String, String> environment, String... command) {
        try {
            ExecResult result = container.execInContainer(
                    ExecConfig.builder().envVars(environment).command(command).build());
            assertThat(result.getExitCode())
                    .as("%s%n%s", List.of(command), result.getStderr())
                    .isZero();
            return result.getStdout().strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What a dump left inside: processes, server sessions, files. */
    String leftovers() {
        String processes = shell("grep -lsF PGAPPNAME=bmm- /proc/[0-9]*/environ; ls /tmp");
        return processes
                + sql("app", "SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'bmm%'");
    }

    void stop() {
        container
                .getDockerClient()
                .stopContainerCmd(container.getContainerId())
                .withTimeout(5)
                .exec();
    }

    void kill() {
        container.getDockerClient().killContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public void close() {
        container.stop();
    }
}
