package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.cli.Scene.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Databases may be called anything. */
final class BackupNamesTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "with space",
                "o'brien \"the\" \\one",
                "-dash",
                "--help",
                "größe 数据 🐘",
                "../../escape",
                "/etc/passwd",
                "a=b",
                "dbname=types host=nowhere",
                "postgres://x",
                "$(touch x) `y` %41",
                "Upper.case-20261121T031500Z"
            })
    void isBackedUpVerifiedAndRestored(String name) throws Exception {
        for (String jobs : new String[] {"1", "2"}) {
            Scene scene = new Scene(Files.createDirectory(directory.resolve("jobs" + jobs)));
            Path store = scene.offSite("off-site");
            scene.server.createDatabase(name);
            scene.server.sql(
                    name,
                    "CREATE TABLE t (a serial, b text)",
                    "INSERT INTO t (b) SELECT md5(i::text) FROM generate_series(1, 99) i");
            Outcome outcome = scene.set("BMM_DUMP_JOBS", jobs).backup(name).isDone();

            var manifest = scene.manifest();
            assertThat(manifest.database().name()).isEqualTo(name);
            assertThat(manifest.verified()).contains("content");
            try (Stream<Path> files = Files.walk(directory)) {
                assertThat(files.filter(Files::isRegularFile)
                                .filter(file -> file.toString().contains("031500Z")))
                        .allMatch(file -> file.getParent().equals(scene.backups)
                                || file.startsWith(store)
                                || !file.startsWith(scene.root));
            }
            scene.run("verify").isDone();
            scene.run("verify", "--from", "file://" + store).isDone();
            scene.server.dropDatabase(name);
            Restored.byShell(outcome.restoreCommands().getFirst(), scene.directory("work"));
            Restored.holds(name, manifest);
            scene.server.dropDatabase(name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"line\nbreak"})
    void aLineBreakStaysOnOneLine(String name) throws IOException {
        Scene scene = new Scene(directory);
        scene.server.createDatabase(name);
        try {
            Outcome outcome = scene.backup(name).isDone();

            assertThat(outcome.err().lines()).allMatch(line -> line.startsWith("ts="));
            assertThat(scene.manifest().database().name()).isEqualTo(name);
        } finally {
            scene.server.dropDatabase(name);
        }
    }
}
