package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real clusters, made and removed. */
@Timeout(120)
final class ScratchClusterTest {
    private static final Instant NOW = Instant.parse("2026-11-21T03:15:00Z");

    private static final ScratchCluster.Resources TWO_CORES = new ScratchCluster.Resources(2, 8L << 30);

    private final Path bin = ScratchServer.get().bin();
    private Path parent;

    @BeforeEach
    void aShortPath() throws IOException {
        parent = Files.createTempDirectory("bmm-sc");
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        assertThat(ScratchClusters.removeKept(parent, NOW)).isEmpty();
        assertThat(children()).isEmpty();
        Files.delete(parent);
    }

    private List<Path> children() throws IOException {
        try (Stream<Path> files = Files.list(parent)) {
            return files.toList();
        }
    }

    private ScratchCluster start() {
        int major = PgTools.in(bin, ScratchServer.get().server().connection()).major();
        return ScratchCluster.start(
                ServerPrograms.find(major, bin, null), parent, TWO_CORES, ScratchCluster.Bounds.DEFAULT, NOW);
    }

    private static String setting(ScratchCluster cluster, String name) throws Exception {
        try (Session session = cluster.server().connect("postgres")) {
            return session.queryOne("SHOW " + name, row -> row.getString(1));
        }
    }

    @Test
    void aServerThatOnlyThisUserReachesAndThatIsGoneAfterwards() throws Exception {
        Path directory;
        try (ScratchCluster cluster = start()) {
            directory = cluster.directory();
            assertThat(cluster.server().databases()).containsExactly("postgres");
            assertThat(setting(cluster, "fsync")).isEqualTo("off");
            assertThat(setting(cluster, "wal_level")).isEqualTo("minimal");
            assertThat(setting(cluster, "maintenance_work_mem")).isEqualTo("512MB");
            assertThat(setting(cluster, "max_parallel_maintenance_workers")).isEqualTo("1");
            assertThat(setting(cluster, "listen_addresses")).isEmpty();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("server"))))
                    .isEqualTo("rwx------");
            assertThat(cluster.tools().major()).isEqualTo(cluster.programs().major());
            // A run beside it leaves it alone.
            assertThat(ScratchClusters.removeDead(parent, NOW)).isEmpty();
            assertThat(ScratchClusters.removeKept(parent, NOW)).isEmpty();
            assertThat(cluster.server().databases()).containsExactly("postgres");
        }
        assertThat(directory).doesNotExist();
    }

    @Test
    void aKeptOneLivesOnUntilItIsCleanedUp() throws Exception {
        ScratchCluster cluster = start();
        cluster.keep();
        cluster.close();

        assertThat(ScratchClusters.removeDead(parent, NOW)).isEmpty();
        assertThat(cluster.server().databases()).containsExactly("postgres");
        assertThat(ScratchClusters.removeKept(parent, NOW)).containsExactly(cluster.directory());
        assertThatThrownBy(() -> cluster.server().databases()).isInstanceOf(Failure.class);
    }

    @Test
    void whatOnlyLooksLikeOneIsLeftAlone() throws Exception {
        Path other = Files.createDirectory(parent.resolve("bmm-drill-other"));
        Files.writeString(other.resolve("precious"), "");

        assertThat(ScratchClusters.removeDead(parent, NOW)).isEmpty();
        assertThat(ScratchClusters.removeKept(parent, NOW)).isEmpty();

        assertThat(other.resolve("precious")).exists();
        Files.delete(other.resolve("precious"));
        Files.delete(other);
    }

    @Test
    void aPathTooLongForASocketIsRefused() throws Exception {
        Path deep = Files.createDirectory(parent.resolve("x".repeat(90)));

        assertThatThrownBy(() -> ScratchCluster.start(
                        ServerPrograms.newest(bin, null).orElseThrow(),
                        deep,
                        TWO_CORES,
                        ScratchCluster.Bounds.DEFAULT,
                        NOW))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.PREFLIGHT))
                .hasMessageContaining("Unix socket");

        try (Stream<Path> files = Files.list(deep)) {
            assertThat(files).isEmpty();
        }
        Files.delete(deep);
    }

    @Test
    void aParentThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> ScratchCluster.start(
                        ServerPrograms.newest(bin, null).orElseThrow(),
                        parent.resolve("none"),
                        TWO_CORES,
                        ScratchCluster.Bounds.DEFAULT,
                        NOW))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.PREFLIGHT));
    }

    @Test
    void missingProgramsNameTheirPackage() throws Exception {
        assertThatThrownBy(() -> ServerPrograms.find(99, null, ""))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.PREFLIGHT);
                    assertThat(failure.hint()).asString().contains("postgresql-99");
                })
                .hasMessageContaining("99 are not installed");
        assertThatThrownBy(() -> ServerPrograms.find(99, bin, "")).hasMessageContaining("is older than the dump");
        // Only a client.
        Path client = Files.createDirectory(parent.resolve("client"));
        Files.createSymbolicLink(client.resolve("pg_dump"), bin.resolve("pg_dump"));
        assertThatThrownBy(() -> ServerPrograms.find(99, client, "")).hasMessageContaining("99 are not installed");
        Files.delete(client.resolve("pg_dump"));
        Files.delete(client);
    }

    @Test
    void oneThatIsMadeAheadIsTheCallersOnceItIsTaken() throws Exception {
        ScratchCluster cluster;
        try (EarlyCluster early = EarlyCluster.begin(15, major -> start())) {
            cluster = early.take();
        }
        try (cluster) {
            assertThat(cluster.server().databases()).containsExactly("postgres");
        }
    }

    @Test
    void oneThatIsMadeAheadAndNotTakenIsRemoved() throws Exception {
        EarlyCluster ready = EarlyCluster.begin(15, major -> start());
        waitFor(() ->
                !children().isEmpty() && Files.exists(children().getFirst().resolve("server/data/postmaster.pid")));
        ready.close();
        assertThat(children()).isEmpty();

        EarlyCluster halfMade = EarlyCluster.begin(15, major -> start());
        waitFor(() -> !children().isEmpty());
        Thread.currentThread().interrupt(); // a signal came
        halfMade.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(children()).isEmpty();
    }

    @Test
    void whyOneCouldNotBeMadeAheadIsSaidToTheTaker() {
        Path missing = parent.resolve("missing");
        try (EarlyCluster early = EarlyCluster.begin(
                15,
                major -> ScratchCluster.start(
                        ServerPrograms.find(major, bin, null),
                        missing,
                        TWO_CORES,
                        ScratchCluster.Bounds.DEFAULT,
                        NOW))) {
            assertThatThrownBy(early::take)
                    .isInstanceOfSatisfying(
                            Failure.class,
                            failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.PREFLIGHT));
        }
    }

    private static void waitFor(Callable<Boolean> condition) throws Exception {
        while (!condition.call()) {
            Thread.sleep(5);
        }
    }
}
