package bmm.uptime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bmm.alert.Observation.Status;
import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many probes in one tick: side by side, tried again, and ended by its deadline. */
class TickTest {
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void probesRunSideBySide() throws IOException {
        try (RawServer slow = new RawServer((socket, out) -> {
            Thread.sleep(700);
            RawServer.write(out, ANSWER);
        })) {
            Looking looking = new Looking();
            for (int i = 0; i < 20; i++) {
                looking.set("BMM_PROBE_N" + i, slow.url());
            }

            TickReport report = looking.tick();

            assertThat(report.count(Status.UP)).isEqualTo(20);
            assertThat(report.exitCode()).isEqualTo(ExitCode.OK);
            assertThat(report.took()).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void whatFailsIsTriedAgainWithinTheTick() throws IOException {
        AtomicInteger times = new AtomicInteger();
        try (RawServer flaky = new RawServer((socket, out) -> {
            if (times.incrementAndGet() > 3) {
                RawServer.write(out, ANSWER);
            }
        })) {
            Looking looking = new Looking().set("BMM_UPTIME_ATTEMPTS", "9").set("BMM_PROBE_FLAKY", flaky.url());

            ProbeResult result = looking.only();

            assertThat(result.status()).as(result.reason()).isEqualTo(Status.UP);
            assertThat(result.attempts()).isBetween(2, 4);
        }
    }

    @Test
    void itIsDownAfterItsAttempts() throws IOException {
        try (RawServer closing = new RawServer((socket, out) -> {})) {
            TickReport report = new Looking()
                    .set("BMM_UPTIME_ATTEMPTS", "3")
                    .set("BMM_PROBE_A", closing.url())
                    .set("BMM_PROBE_B", closing.url() + " attempts=1")
                    .tick();

            assertThat(report.results()).extracting(ProbeResult::attempts).containsExactly(3, 1);
            assertThat(report.exitCode()).isEqualTo(ExitCode.STATUS);
        }
    }

    @Test
    void theDeadlineEndsWhatNoTimeoutOfItsOwnEnds() throws IOException {
        try (RawServer trickling = new RawServer((socket, out) -> {
                    for (int i = 0; i < 600; i++) {
                        RawServer.write(out, i == 0 ? "HTTP/1.1 200 OK\r\nX: " : "y");
                        Thread.sleep(50);
                    }
                });
                RawServer good = new RawServer((socket, out) -> RawServer.write(out, ANSWER))) {
            Looking looking = new Looking()
                    .set("BMM_UPTIME_DEADLINE", "3s")
                    .set("BMM_UPTIME_TIMEOUT", "60s")
                    .set("BMM_UPTIME_ATTEMPTS", "9")
                    .set("BMM_PROBE_BAD", trickling.url())
                    .set("BMM_PROBE_GOOD", good.url());

            long start = System.nanoTime();
            TickReport report = looking.tick();

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(3500));
            assertThat(report.results()).extracting(ProbeResult::status).containsExactly(Status.DOWN, Status.UP);
            assertThat(report.results().getFirst().reason()).startsWith("application: no answer ");
        }
    }

    @Test
    void withoutNetworkNothingIsSaidOfWhatIsOutside() throws IOException {
        try (RawServer good = new RawServer((socket, out) -> RawServer.write(out, ANSWER))) {
            Looking looking = new Looking()
                    .set("BMM_UPTIME_REFERENCES", "tcp://127.0.0.1:1 tcp://127.0.0.1:2")
                    .set("BMM_PROBE_AWAY", "http://nothing.invalid/")
                    .set("BMM_PROBE_AWAY2", "dns:nothing.invalid")
                    .set("BMM_PROBE_LOCAL", good.url())
                    .set("BMM_PROBE_OFF", "tcp://127.0.0.1:1");

            TickReport report = looking.tick();

            assertThat(report.results())
                    .extracting(ProbeResult::status)
                    .as("what is on this machine is judged all the same")
                    .containsExactly(Status.UNKNOWN, Status.UNKNOWN, Status.UP, Status.DOWN);
            assertThat(report.results().getFirst().sentence())
                    .startsWith(
                            "the network of this machine is down: tcp://127.0.0.1:1 and tcp://127.0.0.1:2 do not answer"
                                    + " either; it said: DNS: ");
            assertThat(report.exitCode()).isEqualTo(ExitCode.STATUS);

            looking.settings.remove("BMM_PROBE_OFF");
            assertThat(looking.tick().exitCode()).isEqualTo(ExitCode.OK);
        }
    }

    @Test
    void whereOneReferenceAnswersTheyAreDown() throws IOException {
        try (ServerSocket reference = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            ProbeResult result = new Looking()
                    .set("BMM_UPTIME_REFERENCES", "tcp://127.0.0.1:1 tcp://127.0.0.1:" + reference.getLocalPort())
                    .set("BMM_PROBE_AWAY", "http://nothing.invalid/")
                    .only();

            assertThat(result.status()).isEqualTo(Status.DOWN);
        }
    }

    @Test
    void withoutReferencesTheyAreDown() {
        assertThat(Looking.at("http://nothing.invalid/").status()).isEqualTo(Status.DOWN);
    }

    @Test
    void aReferenceThatIsNoneIsRefused() {
        Looking looking = new Looking().set("BMM_UPTIME_REFERENCES", "1.1.1.1").set("BMM_PROBE_X", "dns:localhost");

        assertThatThrownBy(looking::tick)
                .isInstanceOf(Failure.class)
                .hasMessageContaining("BMM_UPTIME_REFERENCES: 1.1.1.1: use tcp://address:port");
    }

    @Test
    void historyHoldsALineForEachTick(@TempDir Path state) throws IOException {
        try (RawServer good = new RawServer((socket, out) -> RawServer.write(out, ANSWER))) {
            TickReport report = new Looking()
                    .set("BMM_PROBE_GOOD", good.url())
                    .set("BMM_PROBE_BAD", "tcp://127.0.0.1:1")
                    .tick();
            TickHistory history = new TickHistory(state);

            history.append(report, Instant.parse("2026-11-21T03:15:00Z"));
            history.append(report, Instant.parse("2026-11-21T03:16:00Z"));

            assertThat(Files.readAllLines(state.resolve("uptime.jsonl")))
                    .hasSize(2)
                    .allMatch(line -> line.matches("\\{\"at\":\"2026-11-21T03:1[56]:00Z\",\"ms\":\\d+,\"probes\":\\{"
                            + "\"bad\":\\{\"status\":\"DOWN\",\"ms\":[\\d.]+,\"stage\":\"TCP\","
                            + "\"reason\":\"TCP: 127.0.0.1 port 1: connection refused\"},"
                            + "\"good\":\\{\"status\":\"UP\",\"ms\":[\\d.]+}}}"));
        }
    }
}
