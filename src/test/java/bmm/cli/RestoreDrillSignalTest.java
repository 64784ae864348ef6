package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Drills that are told to end or killed in the middle of a restore, in a process of their own. */
@Timeout(180)
final class RestoreDrillSignalTest {
    private static final String NAME = "drill_ended";

    @TempDir
    Path directory;

    private Scene scene;
    private DrillPlace place;
    private Process child;

    @BeforeEach
    void aDrillThatTakesItsTime() throws IOException {
        scene = new Scene(directory);
        place = new DrillPlace(scene);
        place.smallDatabase(NAME);
        place.afterRestore("if [ ! -e '" + again() + "' ]; then touch '" + restored() + "'; sleep 100; fi");
    }

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        child.descendants().forEach(ProcessHandle::destroyForcibly);
        child.destroyForcibly();
        assertThat(ownDatabases()).isEmpty();
        place.close();
        assertThat(servers()).isEmpty();
    }

    /** Tells that the restore is done, but for the sleep. */
    private Path restored() {
        return directory.resolve("restored");
    }

    /** Tells the next restore not to sleep. */
    private Path again() {
        return directory.resolve("again");
    }

    private String ownDatabases() {
        return scene.server.query("postgres", "SELECT datname FROM pg_database WHERE datname ~ '^bmm_drill_'");
    }

    /** Processes that work in the place of the drills. */
    private List<String> servers() {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine())
                .flatMap(Optional::stream)
                .filter(line -> line.contains(place.directory.toString()))
                .toList();
    }

    private void startAndWaitForTheRestore() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                "env",
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "bmm.cli.Main",
                "restore-drill",
                "--env-file",
                Files.createFile(directory.resolve("child.env")).toString());
        builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve("child.log").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("BMM_") || name.startsWith("PG"));
        builder.environment().putAll(scene.environment);
        child = builder.start();
        while (!Files.exists(restored())) {
            assertThat(child.isAlive()).as(log()).isTrue();
            Thread.sleep(50);
        }
        Files.createFile(again());
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("child.log"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void toldToEndItCleansUp(String signal) throws Exception {
        startAndWaitForTheRestore();

        assertThat(new ProcessBuilder("kill", "-" + signal, String.valueOf(child.pid()))
                        .start()
                        .waitFor())
                .isZero();

        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).as(log()).isEqualTo(5);
        assertThat(log()).contains("the drill was stopped by a signal").doesNotContain("Exception", "level=warn");
        assertThat(Files.readString(place.onlyRecord())).contains("stopped by a signal");
        assertThat(place.left()).isEmpty();
        assertThat(servers()).isEmpty();
    }

    private void kill() throws InterruptedException {
        try (Stream<ProcessHandle> descendants = child.descendants()) {
            descendants.forEach(ProcessHandle::destroyForcibly);
        }
        child.destroyForcibly();
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void killedItLeavesFilesThatTheNextRunRemovesAndNoServer() throws Exception {
        startAndWaitForTheRestore();
        kill();
        assertThat(place.left()).isNotEmpty();
        for (int i = 0; i < 250 && !servers().isEmpty(); i++) {
            Thread.sleep(20);
        }
        assertThat(servers()).isEmpty();

        assertThat(scene.run("restore-drill").isDone().out()).contains("restored, equal: 1 table, 1 000 rows");

        assertThat(place.left()).isEmpty();
        assertThat(servers()).isEmpty();
    }

    @Test
    void killedItLeavesADatabaseThatTheNextRunRemoves() throws Exception {
        scene.set("BMM_DRILL_TARGET", "database");
        startAndWaitForTheRestore();
        assertThat(ownDatabases()).startsWith("bmm_drill_" + NAME);
        kill();
        assertThat(ownDatabases()).isNotEmpty();

        assertThat(scene.run("restore-drill").isDone().out()).contains("restored, equal: 1 table, 1 000 rows");

        assertThat(ownDatabases()).isEmpty();
    }

    @Test
    void aDrillThatRunsIsLeftAloneByTheNext() throws Exception {
        scene.set("BMM_DRILL_TARGET", "database");
        startAndWaitForTheRestore();
        String running = ownDatabases();

        scene.run("restore-drill").isDone();

        assertThat(ownDatabases()).isEqualTo(running).isNotEmpty();
        child.destroy();
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
}
