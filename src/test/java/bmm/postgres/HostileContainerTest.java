package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** A drill's container that is lost: restored code runs programs in it. */
@Timeout(180)
@EnabledIfEnvironmentVariable(
        named = HostileContainerTest.IMAGE,
        matches = ".+",
        disabledReason = "names no image: no Docker engine to run PostgreSQL 17 in")
final class HostileContainerTest {
    static final String IMAGE = "BMM_TEST_IMAGE_PG17";

    private static final Instant NOW = Instant.parse("2026-11-21T03:15:00Z");
    private static final long MEMORY = 2L << 30;

    private Path parent;

    @BeforeEach
    void aPlace() throws IOException {
        parent = Files.createTempDirectory("bmm-ct");
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        try (Stream<Path> left = Files.list(parent)) {
            assertThat(left).isEmpty();
        }
        Files.delete(parent);
    }

    private static String run(Server server, String script) throws SQLException {
        try (Session session = server.connect("postgres")) {
            session.execute("CREATE TEMPORARY TABLE said (n serial, line text)");
            session.execute("COPY said (line) FROM PROGRAM $x$exec 2>&1; " + script
                    + "\ntrue$x$ WITH (FORMAT csv, DELIMITER E'\\x01')");
            return String.join("\n", session.query("SELECT line FROM said ORDER BY n", row -> row.getString(1)));
        }
    }

    @Test
    void itHasNothingOfThisMachine() throws Exception {
        try (ScratchContainer container = ScratchContainer.start(System.getenv(IMAGE), parent, MEMORY, NOW)) {
            Server server = container.server();

            assertThat(run(server, "id -un; ls /sys/class/net")).isEqualTo("postgres\nlo");
            assertThat(run(server, "grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status"))
                    .matches("CapEff:\\s0+\nCapBnd:\\s0+\nNoNewPrivs:\\s1");
            assertThat(run(server, "touch /usr/bin/mine /mine")).contains("Read-only file system");
            assertThat(run(server, "ls -A /bmm-drill")).doesNotContain("PGSQL.5432\n");
            assertThat(container.isolation()).contains("no network", "no capabilities", "read-only");
            // Through the container's own tools, as pg_restore goes, and for every role.
            assertThat(run(
                            server,
                            "createuser -h /var/run/postgresql -U bmm_drill owner"
                                    + " && psql -h /var/run/postgresql -U owner -Atc 'SELECT session_user' postgres"))
                    .isEqualTo("owner");
        }
    }

    @Test
    void aLinkInPlaceOfTheSocketLeadsNowhere() throws Exception {
        ScratchServer production = ScratchServer.get();
        try (ScratchContainer container = ScratchContainer.start(System.getenv(IMAGE), parent, MEMORY, NOW)) {
            Path socket = Path.of(production.socketDirectory(), ".s.PGSQL." + production.port());
            assertThat(run(container.server(), "ln -s " + socket + " /bmm-drill/.s.PGSQL.5432; ls -A /bmm-drill"))
                    .contains(".s.PGSQL.5432");

            try (Session session = container.server().connect("postgres")) {
                assertThat(session.query("SHOW data_directory", row -> row.getString(1)))
                        .containsExactly("/var/lib/postgresql/data");
            }
            Path directory = Path.of(container.connection().host());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void anImageThatIsNoServer() {
        assertThatThrownBy(() -> ScratchContainer.start("bmm-test/there-is-none", parent, MEMORY, NOW))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.PREFLIGHT);
                    assertThat(failure.hint()).asString().contains("docker pull bmm-test/there-is-none");
                });
    }
}
