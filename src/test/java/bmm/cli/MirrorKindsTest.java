package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.store.Rclones;
import bmm.store.SshServer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stores that are reached through programs, as source and as destination. */
@Timeout(300)
final class MirrorKindsTest {
    @TempDir
    Path directory;

    private MirrorScene scene;
    private String source;

    @BeforeEach
    void threeFiles() throws Exception {
        scene = new MirrorScene(directory)
                .write("source/a.txt", "one")
                .write("source/a/b \u00e9\uD83D\uDE00.txt", "two")
                .write("source/empty", "");
        source = scene.file("source");
    }

    @AfterEach
    void stop() throws Exception {
        scene.close();
    }

    @Test
    void rsync() throws Exception {
        SshServer server = SshServer.start(scene.folder("ssh"));
        try {
            scene.environment.put("BMM_STORE_NAS", SshServer.address(scene.folder("nas")));
            scene.environment.put("BMM_STORE_NAS_SSH_PORT", String.valueOf(server.port()));
            scene.environment.put("BMM_STORE_NAS_SSH_KEY_FILE", server.key().toString());
            scene.environment.put(
                    "BMM_STORE_NAS_SSH_KNOWN_HOSTS_FILE", server.knownHosts().toString());
            thereAndBack("nas", "nas");
            scene.run("mirror", "nas/some", "nas/some/where").failed(78, "overlap");
        } finally {
            server.close();
        }
    }

    /** Slowed down, so that the decorators stand before both kinds. */
    @Test
    void rclone() throws Exception {
        Rclones.assumeThere();
        Path root = scene.folder("disk");
        scene.environment.put(
                "BMM_RCLONE_CONFIG",
                Rclones.disk(directory.resolve("rclone.conf"), root).toString());
        scene.environment.put("BMM_BANDWIDTH", "50MB");
        thereAndBack("rclone:disk:", "disk");
        scene.run("mirror", "rclone:disk:", "disk:where").failed(78, "overlap");
    }

    private void thereAndBack(String place, String folder) throws Exception {
        var first = scene.content("source");
        assertThat(scene.run("mirror", source, place, "--snapshot", "--json")
                        .isDone()
                        .number("copied"))
                .isEqualTo(3);
        assertThat(scene.content(folder)).isEqualTo(first);
        assertThat(scene.run("mirror", source, place, "--json").isDone().number("same"))
                .isEqualTo(3);

        scene.write("source/a.txt", "other");
        Files.delete(scene.root.resolve("source/empty"));
        assertThat(scene.run("mirror", source, place, "--update", "--delete", "--json")
                        .isDone()
                        .number("replaced"))
                .isEqualTo(1);
        assertThat(scene.content(folder)).isEqualTo(scene.content("source"));
        assertThat(scene.root.resolve(folder).resolve(".bmm/incoming")).doesNotExist();

        scene.run("mirror", place, scene.bucket("middle")).isDone();
        scene.run("mirror", "check", source, "middle", "--download").isDone();
        scene.run("mirror", "restore", place, "--at", "2026-11-21T03:30:00Z", "--into", scene.file("back"))
                .isDone();
        assertThat(scene.content("back")).isEqualTo(first);
    }
}
