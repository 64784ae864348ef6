package bmm.store;

import static bmm.base.Finding.Level.FAIL;
import static bmm.base.Finding.Level.OK;
import static bmm.base.Finding.Level.WARN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import bmm.base.Failure;
import bmm.base.Settings;
import bmm.store.HalfServer.Condition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** Stores that do less than they say, on every machine; and stores that are no buckets. */
class StoreProbeTest {
    @TempDir
    Path directory;

    private static Probed probe(HalfServer server) {
        try (S3Client client = S3Servers.client(server.endpoint())) {
            var unused = client.createBucket(request -> request.bucket("bucket"));
        }
        Probed seen = Probed.with(Probed.s3(server.endpoint(), "bucket"), S3Servers.KEYS, Clock.systemUTC());
        try (S3Client client = S3Servers.client(server.endpoint())) {
            assertThat(client.listObjectsV2(request -> request.bucket("bucket")).contents())
                    .as("what the probe left")
                    .isEmpty();
        }
        return seen;
    }

    @Test
    void aStoreThatIgnoresTheConditionSilently() throws Exception {
        try (HalfServer server = new HalfServer(Condition.IGNORED, false)) {
            probe(server)
                    .saw(Capability.CREATE_ONLY, Verdict.IGNORED, FAIL)
                    .saw(Capability.CREATE_ONLY_PARTS, Verdict.IGNORED, FAIL)
                    .saw(Capability.VERSIONS, Verdict.NO, WARN)
                    .saw(Capability.LOCK, Verdict.NO, WARN)
                    .leftNothing();
        }
    }

    @Test
    void aStoreThatDoesNotKnowTheCondition() throws Exception {
        try (HalfServer server = new HalfServer(Condition.REJECTED, false)) {
            probe(server)
                    .saw(Capability.CREATE_ONLY, Verdict.REJECTED, WARN)
                    .saw(Capability.CREATE_ONLY_PARTS, Verdict.REJECTED, WARN)
                    .saw(Capability.READ, Verdict.YES, OK)
                    .leftNothing();
        }
    }

    @Test
    void aStoreThatTakesLocksAndDoesNotKeepToThem() throws Exception {
        try (HalfServer server = new HalfServer(Condition.IGNORED, true)) {
            probe(server).saw(Capability.LOCK, Verdict.IGNORED, FAIL).leftNothing();
        }
    }

    private Probed probe(Map<String, String> settings, Clock clock) {
        return new Probed(StoreProbe.probe(
                "tested/below", Settings.load(settings, Map.of(), List.of()), clock, new SplittableRandom(1)));
    }

    private static void assertIsPlain(Probed seen) {
        seen.saw(Capability.CREATE_ONLY, Verdict.ENFORCED, OK)
                .saw(Capability.READ, Verdict.YES, OK)
                .saw(Capability.LIST, Verdict.YES, OK)
                .saw(Capability.ABORT, Verdict.YES, OK)
                .saw(Capability.DELETE, Verdict.YES, WARN)
                .leftNothing();
    }

    @Test
    void aFolder() throws IOException {
        Files.createDirectory(directory.resolve("below"));
        Files.writeString(directory.resolve("below/backup"), "not touched");
        Map<String, String> settings = Map.of("BMM_STORE_TESTED", "file://" + directory);
        Probed seen = probe(settings, Clock.systemUTC());
        assertIsPlain(seen);
        seen.saw(Capability.CLOCK, Verdict.YES, OK).saw(Capability.SPACE, Verdict.YES, OK);
        assertThat(directory.resolve("below")).isDirectoryContaining("glob:**/backup");
        assertThat(directory.resolve("below").toFile().list()).containsExactly("backup");
        probe(settings, Clock.offset(Clock.systemUTC(), Duration.ofHours(1))).saw(Capability.CLOCK, Verdict.NO, WARN);
    }

    @Test
    void aFolderThatIsNotThere() {
        Map<String, String> settings = Map.of("BMM_STORE_TESTED", "file://" + directory.resolve("unmounted"));
        assertThat(catchThrowable(() -> probe(settings, Clock.systemUTC())))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("does not exist");
    }

    @Test
    void anRcloneRemote() throws Exception {
        Rclones.assumeThere();
        Path configuration = directory.resolve("rclone.conf");
        Path root = Files.createDirectory(directory.resolve("root"));
        Rclones.disk(configuration, directory);
        assertIsPlain(probe(
                Map.of("BMM_STORE_TESTED", "rclone:disk:root", "BMM_RCLONE_CONFIG", configuration.toString()),
                Clock.systemUTC()));
        assertThat(new FileStore(root).list("")).isExhausted();
    }

    @Test
    void aDirectoryOverSsh() throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        SshServer server = SshServer.start(directory);
        try {
            SshSettings ssh = server.settings();
            assertIsPlain(probe(
                    Map.of(
                            "BMM_STORE_TESTED",
                            "rsync:" + SshServer.login() + ":" + root,
                            "BMM_STORE_TESTED_SSH_KEY_FILE",
                            ssh.key().orElseThrow().toString(),
                            "BMM_STORE_TESTED_SSH_KNOWN_HOSTS_FILE",
                            ssh.knownHosts().orElseThrow().toString(),
                            "BMM_STORE_TESTED_SSH_PORT",
                            String.valueOf(ssh.port().orElseThrow())),
                    Clock.systemUTC()));
        } finally {
            server.close();
        }
        assertThat(new FileStore(root).list("")).isExhausted();
    }
}
