package bmm.alert;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.notify.StandIn;
import bmm.notify.StandIn.Answer;
import bmm.notify.StandIn.Asked;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Against a stand-in that knows the paths, run ids and body limit of Healthchecks. */
class HeartbeatTest {
    private static final UUID RUN = UUID.fromString("0b6f2c2a-0000-4000-8000-000000000001");

    @Test
    void tellsStartAndEndOfARunWithTheEndOfItsLog() throws Exception {
        try (StandIn watchdog = new StandIn(asked -> new Answer(200, "OK", Map.of("Ping-Body-Limit", "100")))) {
            Heartbeat heartbeat = new Heartbeat(watchdog.address("/uuid"), RUN);
            heartbeat.start();
            assertThat(heartbeat.success(Duration.ofSeconds(3), "ü".repeat(500) + " the end"))
                    .isTrue();

            assertThat(watchdog.asked).extracting(Asked::path).containsExactly("/uuid/start", "/uuid");
            assertThat(watchdog.asked)
                    .extracting(asked -> asked.target().getQuery())
                    .containsOnly("rid=" + RUN);
            assertThat(watchdog.asked.get(1).body())
                    .endsWith(" the end")
                    .startsWith("ü")
                    .hasSize(54);
        }
    }

    @Test
    void tellsAFailure() throws Exception {
        try (StandIn watchdog = StandIn.always(200, "OK")) {
            new Heartbeat(watchdog.address("/ping/key/slug?create=1"), RUN).fail(2, Duration.ZERO, "dump failed");
            Asked asked = watchdog.asked.getFirst();
            assertThat(asked.path()).isEqualTo("/ping/key/slug/fail");
            assertThat(asked.target().getQuery()).isEqualTo("rid=" + RUN + "&create=1");
            assertThat(asked.body()).isEqualTo("dump failed");
        }
    }

    @Test
    void triesAgainAndGivesUpInTime() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (StandIn watchdog = new StandIn(asked -> Answer.of(calls.incrementAndGet() < 3 ? 503 : 200, "OK"))) {
            assertThat(new Heartbeat(watchdog.address("/uuid"), RUN).success(Duration.ZERO, ""))
                    .isTrue();
            assertThat(calls).hasValue(3);
        }
        try (ServerSocket silent = new ServerSocket(0)) {
            long begin = System.nanoTime();
            Heartbeat heartbeat = new Heartbeat(URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/uuid"), RUN);
            assertThat(heartbeat.success(Duration.ZERO, "")).isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(13));
        }
    }

    @Test
    void readsWhatA200Means() throws Exception {
        try (StandIn watchdog = StandIn.always(200, "OK (not found)")) {
            assertThat(new Heartbeat(watchdog.address("/uuid"), RUN).success(Duration.ZERO, ""))
                    .isFalse();
            assertThat(watchdog.asked).hasSize(1);
        }
    }

    @Test
    void speaksUptimeKuma() throws Exception {
        try (StandIn watchdog = StandIn.always(200, "{\"ok\":true}")) {
            Heartbeat heartbeat = new Heartbeat(watchdog.address("/api/push/abc?status=up&msg=OK&ping="), RUN);
            heartbeat.start();
            heartbeat.fail(2, Duration.ofMillis(1200), "line\nlast line & more");
            assertThat(watchdog.asked).hasSize(1);
            assertThat(watchdog.asked.getFirst().target().getRawQuery())
                    .isEqualTo("status=down&msg=last+line+%26+more&ping=1200");
        }
    }
}
