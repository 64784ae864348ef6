package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.store.MinioServer;
import bmm.store.Rclones;
import bmm.store.SshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Backups go to stores of every kind and come back from there; while one is not reached, the local backup is good. */
@Timeout(300)
final class OffSiteKindsTest {
    private static final String ROWS = "SELECT count(*), sum(hashtext(t::text)) FROM t";

    @TempDir
    Path directory;

    private Scene scene;

    @BeforeEach
    void scene() {
        scene = new Scene(directory).set("BMM_DATABASES", "kinds");
        scene.server.createDatabase("kinds");
        scene.server.sql("kinds", "CREATE TABLE t AS SELECT i, md5(i::text) FROM generate_series(1, 500) i");
    }

    @Test
    @EnabledIfEnvironmentVariable(
            named = MinioServer.PROGRAM,
            matches = ".+",
            disabledReason = "names no minio program")
    void minio() throws Exception {
        MinioServer server = MinioServer.start(directory.resolve("data"));
        try {
            server.bucket("backups");
            scene.set("BMM_STORE_OFF_ACCESS_KEY", server.accessKey())
                    .set("BMM_STORE_OFF_SECRET_KEY", server.secretKey())
                    .set("BMM_STORE_OFF", "minio://127.0.0.1:" + MinioServer.freePort() + "/backups")
                    .set("BMM_BACKUP_REMOTE", "OFF/some/where");
            unreachable("cannot connect");
            scene.set("BMM_STORE_OFF", "minio://" + server.endpoint().getAuthority() + "/backups");
            thereAndBack("OFF/some/where");
        } finally {
            server.close();
        }
    }

    @Test
    void rsync() throws Exception {
        SshServer server = SshServer.start(scene.directory("ssh"));
        try {
            Path nas = scene.directory("nas");
            scene.set("BMM_STORE_NAS", SshServer.address(nas))
                    .set("BMM_STORE_NAS_SSH_KEY_FILE", server.key().toString())
                    .set(
                            "BMM_STORE_NAS_SSH_KNOWN_HOSTS_FILE",
                            server.knownHosts().toString())
                    .set("BMM_STORE_NAS_SSH_PORT", String.valueOf(MinioServer.freePort()))
                    .set("BMM_BACKUP_REMOTE", "nas/some/where");
            unreachable("Connection refused");
            scene.set("BMM_STORE_NAS_SSH_PORT", String.valueOf(server.port()));
            thereAndBack("NAS/some/where");
            assertThat(nas.resolve("some/where/bmm/kinds/2026/11/21")).isDirectory();
        } finally {
            server.close();
        }
    }

    /** In the form in which such a remote stands in existing env files. */
    @Test
    void rclone() throws Exception {
        Rclones.assumeThere();
        Path root = scene.root.resolve("mounted");
        scene.set(
                        "BMM_RCLONE_CONFIG",
                        Rclones.disk(directory.resolve("rclone.conf"), root).toString())
                .set("BMM_BANDWIDTH", "50MB")
                .set("BMM_BACKUP_REMOTE", "disk:");
        unreachable("does not exist");
        assertThat(root).doesNotExist();
        Files.createDirectory(root);
        thereAndBack("rclone:disk:");
        assertThat(root.resolve("bmm/kinds/2026/11/21")).isDirectory();
    }

    private void unreachable(String reason) {
        Scene.Outcome outcome = scene.run("backup").failed(3, reason, "");
        assertThat(outcome.out()).contains("verified: hash").contains("FAILED");
        assertThat(scene.content()).hasSize(3);
        scene.run("verify").isDone();
    }

    private void thereAndBack(String store) throws IOException {
        assertThat(scene.run("backup").isDone().out()).contains("read back").contains("with 1 earlier one");
        Map<String, String> content = scene.content();
        assertThat(content).hasSize(6);
        for (String file : content.keySet()) {
            Files.delete(scene.backups.resolve(file));
        }
        assertThat(scene.run("verify", "--all", "--from", store).isDone().out()).contains("2 of 2");
        scene.run("restore", "--yes", "--from", store, "--into", "kinds copy").isDone();
        assertThat(scene.server.query("kinds copy", ROWS)).isEqualTo(scene.server.query("kinds", ROWS));
        scene.server.dropDatabase("kinds copy");
    }
}
