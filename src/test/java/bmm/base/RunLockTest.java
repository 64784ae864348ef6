package bmm.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RunLockTest {
    private static final Instant NOW = Instant.parse("2026-11-21T03:15:00.123Z");

    @TempDir
    Path directory;

    @Test
    void makesAFileThatSaysWhoHoldsIt() throws IOException {
        Path file = directory.resolve("state/run.lock");
        try (RunLock lock = RunLock.acquire(file, NOW)) {
            assertThat(lock).isNotNull();
            assertThat(file).hasContent("pid " + ProcessHandle.current().pid() + " since 2026-11-21T03:15:00Z");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aSecondProcessIsRefusedAtOnceAndToldByWhom() throws IOException {
        Path file = directory.resolve("run.lock");
        try (Holder holder = new Holder(file)) {
            assertThat(holder.answer).isEqualTo("HELD");
            long start = System.nanoTime();
            assertLocked(file, "pid " + holder.process.pid() + " since 2026-11-21T03:15:00Z");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
        }
        RunLock.acquire(file, NOW).close();
    }

    @Test
    void isFreeWhenItsHolderIsKilled() throws Exception {
        Path file = directory.resolve("run.lock");
        try (Holder holder = new Holder(file)) {
            assertThat(holder.answer).isEqualTo("HELD");
            holder.process.destroyForcibly().waitFor();
            RunLock.acquire(file, NOW).close();
        }
    }

    @Test
    void aSecondAttemptFromWithinIsRefusedAndDoesNotFreeTheFirst() throws IOException {
        Path file = directory.resolve("run.lock");
        Files.createSymbolicLink(directory.resolve("alias"), directory);
        try (RunLock lock = RunLock.acquire(file, NOW)) {
            assertThat(lock).isNotNull();
            assertLocked(file, "this process");
            assertLocked(directory.resolve("alias/run.lock"), "this process");
            try (Holder other = new Holder(file)) {
                assertThat(other.answer).startsWith("LOCKED another run is in progress (pid ");
            }
        }
    }

    @Test
    void canBeTakenAgainAndClosedTwice() {
        Path file = directory.resolve("run.lock");
        RunLock first = RunLock.acquire(file, NOW);
        first.close();
        try (RunLock second = RunLock.acquire(file, NOW)) {
            assertThat(second).isNotNull();
            first.close();
            assertLocked(file, "this process");
        }
    }

    @Test
    void aPlaceThatCannotBeWrittenIsAConfigurationFailure() throws IOException {
        Path occupied = Files.writeString(directory.resolve("file"), "x");

        assertThatThrownBy(() -> RunLock.acquire(occupied.resolve("run.lock"), NOW))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.CONFIGURATION);
                    assertThat(failure.getMessage()).startsWith("cannot write the lock file ");
                    assertThat(failure.hint()).asString().contains("BMM_STATE_DIR");
                });
    }

    private static void assertLocked(Path file, String holder) {
        assertThatThrownBy(() -> RunLock.acquire(file, NOW))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.LOCKED))
                .hasMessage("another run is in progress (" + holder + ")");
    }

    /** Another JVM that tries to take the lock and has answered. */
    private static final class Holder implements AutoCloseable {
        final Process process;
        final String answer;

        Holder(Path file) throws IOException {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            LockHolder.class.getName(),
                            file.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            answer = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
