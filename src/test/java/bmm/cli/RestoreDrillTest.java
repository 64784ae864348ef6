package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Drills that end well, and what they leave: evidence, and nothing else. */
@Timeout(180)
final class RestoreDrillTest {
    @TempDir
    Path directory;

    private Scene scene;
    private Path drills;

    @BeforeEach
    void aPlaceForDrills() throws IOException {
        scene = new Scene(directory);
        // The path of a socket is short, and the server's user must get there.
        drills = Files.createTempDirectory("bmm-dr");
        Files.setPosixFilePermissions(drills, PosixFilePermissions.fromString("rwxr-xr-x"));
        scene.set("BMM_DRILL_DIR", drills.toString());
    }

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        scene.run("restore-drill", "--clean").isDone();
        try (Stream<Path> left = Files.list(drills)) {
            assertThat(left).isEmpty();
        }
        Files.delete(drills);
    }

    @Test
    void theTypeZooComesBackEqual() {
        scene.backup(scene.server.sample()).isDone();

        Scene.Outcome outcome = scene.run("restore-drill");
        System.err.println(outcome.out() + outcome.err());

        outcome.isDone();
        assertThat(outcome.out())
                .contains("restored, equal: ")
                .contains("(RTO)")
                .doesNotContain("FAILED");
    }
}
