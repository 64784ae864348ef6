package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import bmm.base.Failure;
import bmm.base.Keys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Scratch clusters that are lost: restored code has become superuser, and runs programs as the server's system user. What
 * is outside must not notice.
 */
@Timeout(180)
final class HostileClusterTest {
    private static final Instant NOW = Instant.parse("2026-11-21T03:15:00Z");
    private static final ScratchCluster.Resources TWO_CORES = new ScratchCluster.Resources(2, 8L << 30);

    private final ScratchServer production = ScratchServer.get();
    private Path parent;

    @BeforeEach
    void aPlace() throws IOException {
        parent = Files.createTempDirectory("bmm-hc");
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        try (Stream<Path> left = Files.list(parent)) {
            assertThat(left).isEmpty();
        }
        Files.delete(parent);
    }

    private ScratchCluster start(int major, ScratchCluster.Bounds bounds) {
        String variable = System.getenv("BMM_TEST_PG_" + major);
        int ours =
                PgTools.in(production.bin(), production.server().connection()).major();
        assumeTrue(variable != null || ours == major, () -> "no server programs: BMM_TEST_PG_" + major + " is not set");
        Path bin = variable == null ? production.bin() : Path.of(variable);
        return ScratchCluster.start(ServerPrograms.find(major, bin, null), parent, TWO_CORES, bounds, NOW);
    }

    private ScratchCluster start() {
        int major =
                PgTools.in(production.bin(), production.server().connection()).major();
        return start(major, ScratchCluster.Bounds.DEFAULT);
    }

    /** What a program prints that the server runs, its errors too; what it writes to descriptor 3 goes to the log. */
    private static String run(ScratchCluster cluster, String script) throws SQLException {
        try (Session session = cluster.server().connect("postgres")) {
            session.execute("CREATE TEMPORARY TABLE said (n serial, line text)");
            session.execute("COPY said (line) FROM PROGRAM $x$exec 3>&2 2>&1; " + script
                    + "\ntrue$x$ WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')");
            return String.join("\n", session.query("SELECT line FROM said ORDER BY n", row -> row.getString(1)));
        }
    }

    private static String text(Session session, String query) throws SQLException {
        return session.queryOne(query, row -> row.getString(1));
    }

    private static void awaitNoProcess(String marker) throws InterruptedException {
        for (int i = 0; i < 250 && isRunning(marker); i++) {
            Thread.sleep(20);
        }
        assertThat(isRunning(marker)).isFalse();
    }

    private static boolean isRunning(String marker) {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine())
                .flatMap(Optional::stream)
                .anyMatch(line -> line.endsWith("sleep " + marker));
    }

    private void assumeSandbox(ScratchCluster cluster) {
        assumeTrue(cluster.isolation().hint() == null, () -> "no sandbox here: " + cluster.isolation());
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 13, 14, 15, 16, 17, 18})
    void neitherFilesNorServersAreInReach(int major) throws Exception {
        Path secret = Files.writeString(parent.resolve("secret"), "very secret");
        String port = String.valueOf(production.port());
        String socket = production.socketDirectory();
        try (ScratchCluster cluster = start(major, ScratchCluster.Bounds.DEFAULT)) {
            assumeSandbox(cluster);
            Path psql = production.bin().resolve("psql");

            assertThat(run(cluster, "cat " + secret)).contains("No such file");
            assertThat(run(cluster, "echo >" + parent + "/written")).contains("nonexistent");
            assertThat(run(cluster, "ls " + socket)).contains("No such file");
            assertThat(run(cluster, "timeout 5 bash -c 'exec 9<>/dev/tcp/127.0.0.1/" + port + "' && echo connected"))
                    .doesNotContain("connected");
            assertThat(run(cluster, psql + " -h " + socket + " -p " + port + " -U postgres -c 'SELECT 1' postgres"))
                    .doesNotContain("1 row");
            assertThat(run(cluster, "ls /; id -un; env"))
                    .contains("cluster", "bmm-drill")
                    .doesNotContain("BMM_", "JAVA");
            assertThat(run(cluster, "set -- /proc/[0-9]*; echo $#").strip()).matches("[0-9]{1,2}");
            assertThat(cluster.server().databases()).containsExactly("postgres");
        } finally {
            Files.delete(secret);
        }
    }

    @Test
    void aLinkInPlaceOfTheSocketLeadsNowhere() throws Exception {
        try (ScratchCluster cluster = start()) {
            Path socket = Path.of(production.socketDirectory(), ".s.PGSQL." + production.port());
            var unused =
                    run(cluster, "cd $HOME && rm -f .s.PGSQL.5432 && ln -s " + socket + " .s.PGSQL.5432 && ls -la");

            try (Session session = cluster.server().connect("postgres")) {
                assertThat(text(session, "SHOW data_directory"))
                        .endsWith("/data")
                        .doesNotStartWith(production.socketDirectory());
            }
            Path mine = cluster.directory().resolve(".s.PGSQL.5432");
            assertThat(Files.isSymbolicLink(mine)).isFalse();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cluster.directory())))
                    .startsWith("rwx--");
        }
    }

    /** The owners of tables fill them through sessions of their own. */
    @Test
    void everyRoleMayLogInThroughTheSocket() throws Exception {
        try (ScratchCluster cluster = start()) {
            try (Session session = cluster.server().connect("postgres")) {
                session.execute("CREATE ROLE \"an owner\" LOGIN");
            }
            ConnectionSettings owner = cluster.connection()
                    .at(cluster.connection().host(), cluster.connection().port(), "an owner", null);
            try (Session session = new Server(owner).connect("postgres")) {
                assertThat(text(session, "SELECT session_user")).isEqualTo("an owner");
            }
        }
    }

    @Test
    void whatItStartedEndsWithTheDrill() throws Exception {
        String marker = "7777." + Integer.toUnsignedString(parent.hashCode());
        try (ScratchCluster cluster = start()) {
            assumeSandbox(cluster);
            var unused = run(cluster, "setsid sh -c 'trap \"\" TERM HUP QUIT; sleep " + marker + "' >/dev/null 2>&1 &");
            for (int i = 0; i < 250 && !isRunning(marker); i++) {
                Thread.sleep(20);
            }
            assertThat(isRunning(marker)).isTrue();
        }
        awaitNoProcess(marker);
    }

    @Test
    void whatItPlantedIsRemovedAndNothingElse() throws Exception {
        Path victim = Files.createDirectory(parent.resolve("victim"));
        Files.setPosixFilePermissions(victim, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.writeString(victim.resolve("precious"), "");
        try (ScratchCluster cluster = start()) {
            var unused = run(
                    cluster,
                    "cd $HOME && ln -s " + victim + " link && mv data moved && ln -s " + victim + " data"
                            + " && mkdir shut && touch shut/file && chmod 000 shut && chmod 000 .");
        }
        assertThat(victim.resolve("precious")).exists();
        Files.delete(victim.resolve("precious"));
        Files.delete(victim);
    }

    @Test
    void aFloodInItsLogIsNotRead() throws Exception {
        try (ScratchCluster cluster = start()) {
            var unused = run(
                    cluster,
                    "(printf '\\nPANIC:  \\033[31mall is lost\\n'; yes | head -c 100000;"
                            + " printf '\\nPANIC:  \\033[31mall is lost %s\\n' \"$(head -c 2000 /dev/zero | tr '\\0' x)\") >&3");

            String panic = cluster.panic().orElseThrow();

            assertThat(panic).startsWith("PANIC:  \\u001b[31mall is lost x").hasSizeLessThan(400);
            assertThat(panic.lines()).hasSize(1);
        }
    }

    @Test
    void itIsEndedBeforeTheDiskIsFull() throws Exception {
        try (ScratchCluster cluster = start(
                PgTools.in(production.bin(), production.server().connection()).major(),
                new ScratchCluster.Bounds(Keys.Sandboxing.AUTO, 1L << 60))) {
            for (int i = 0; i < 500 && cluster.panic().isEmpty(); i++) {
                Thread.sleep(20);
            }

            assertThat(cluster.panic().orElseThrow())
                    .startsWith("No space left but the")
                    .contains("BMM_MIN_FREE");
            for (int i = 0; i < 500 && answers(cluster); i++) {
                Thread.sleep(20);
            }
            assertThatThrownBy(() -> cluster.server().databases()).isInstanceOf(Failure.class);
        }
    }

    private static boolean answers(ScratchCluster cluster) {
        try {
            return !cluster.server().databases().isEmpty();
        } catch (Failure e) {
            return false;
        }
    }

    @Test
    void oneThatIsKeptIsStillInItsSandboxUntilItIsCleanedUp() throws Exception {
        ScratchCluster cluster = start();
        assumeSandbox(cluster);
        cluster.keep();
        cluster.close();
        Path directory = cluster.directory();
        String marker = "7778." + Integer.toUnsignedString(directory.hashCode());
        var unused = run(cluster, "setsid sleep " + marker + " >/dev/null 2>&1 &");
        assertThat(run(cluster, "cat " + directory.resolve("log"))).contains("No such file");

        assertThat(ScratchClusters.removeKept(parent, NOW)).isEqualTo(List.of(directory));

        awaitNoProcess(marker);
        assertThat(directory).doesNotExist();
    }
}
