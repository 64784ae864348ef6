package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A bmm of its own process that is told to end, or is ended. */
@Timeout(120)
final class BackupSignalTest {
    @TempDir
    Path directory;

    private Scene scene;
    private Path dumpPid;
    private Path outcome;
    private Process child;

    @BeforeEach
    void aSlowDump() {
        scene = new Scene(directory);
        dumpPid = directory.resolve("dump.pid");
        outcome = directory.resolve("outcome");
        scene.pgDump("echo $$ >" + dumpPid + ".new; mv " + dumpPid + ".new " + dumpPid
                        + "; head -c 100000 /dev/zero; sleep 100; exit 0")
                .set("BMM_DATABASES", scene.server.sample())
                .set("BMM_POST_HOOK", "echo $BMM_OUTCOME >" + outcome);
    }

    private Process start() throws IOException, InterruptedException {
        // What starts the tests may ignore SIGINT, as shells do for what they run in the background.
        ProcessBuilder builder = new ProcessBuilder(
                        "env",
                        "--default-signal=INT",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "bmm.cli.Main",
                        "backup",
                        "--env-file",
                        Files.createFile(directory.resolve("child.env")).toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("child.log").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("BMM_") || name.startsWith("PG"));
        builder.environment().putAll(scene.environment);
        Process process = builder.start();
        child = process;
        while (!Files.exists(dumpPid) || partials() == 0) {
            assertThat(process.isAlive())
                    .as(Files.readString(directory.resolve("child.log")))
                    .isTrue();
            Thread.sleep(20);
        }
        return process;
    }

    @AfterEach
    void nothingIsLeftRunning() {
        if (child != null) {
            child.descendants().forEach(ProcessHandle::destroyForcibly);
            child.destroyForcibly();
        }
    }

    private long partials() {
        return scene.content().keySet().stream()
                .filter(name -> name.contains(".partial"))
                .count();
    }

    private boolean dumpRuns() throws IOException {
        return ProcessHandle.of(Long.parseLong(Files.readString(dumpPid).strip()))
                .filter(ProcessHandle::isAlive)
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void toldToEndItCleansUp(String signal) throws Exception {
        Process process = start();

        assertThat(new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                        .start()
                        .waitFor())
                .isZero();

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        String log = Files.readString(directory.resolve("child.log"));
        assertThat(process.exitValue()).as(log).isEqualTo(2);
        assertThat(log)
                .doesNotContain("Exception")
                .contains("level=error")
                .contains("stopped")
                .doesNotContain("history not written");
        assertThat(scene.content()).isEmpty();
        assertThat(outcome).hasContent("2");
        assertThat(dumpRuns()).isFalse();
    }

    @Test
    void killedItLeavesWhatTheNextRunRemoves() throws Exception {
        Process process = start();

        process.destroyForcibly();

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(partials()).isEqualTo(1);
        ProcessHandle.of(Long.parseLong(Files.readString(dumpPid).strip())).ifPresent(dump -> {
            dump.descendants().forEach(ProcessHandle::destroy);
            dump.destroy();
        });
        scene.tools(Map.of()).run("backup").isDone();
        assertThat(partials()).isZero();
        assertThat(scene.content()).hasSize(3);
    }
}
