package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.base.DurableFile;
import bmm.base.RunLock;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bmm uptime} from the command line to its exit code, its result, its log and its history. */
class UptimeCommandTest {
    private static final Instant NOW = Instant.parse("2026-11-21T03:15:00Z");

    @TempDir
    Path directory;

    private final Map<String, String> environment = new TreeMap<>();
    private HttpServer server;

    private record Outcome(int exit, String out, String err) {}

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.createContext("/", exchange -> {
            byte[] body = "{\"status\":\"ok\"}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        environment.put("BMM_STATE_DIR", directory.resolve("state").toString());
        environment.put("BMM_UPTIME_ATTEMPTS", "1");
        environment.put("BMM_PROBE_API", url() + "/health json:$.status=ok");
        environment.put(
                "BMM_PROBE_PORT", "tcp://127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private Outcome uptime(String... words) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Path none = directory.resolve("none.env");
        Files.write(none, new byte[0]);
        String[] all = Stream.of(Stream.of("uptime", "--env-file", none.toString()), Stream.of(words))
                .flatMap(word -> word)
                .toArray(String[]::new);
        int exit = new Bmm(print(out), print(err), environment, Clock.fixed(NOW, ZoneOffset.UTC)).run(all);
        return new Outcome(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private Path history() {
        return directory.resolve("state/uptime.jsonl");
    }

    @Test
    void allUpIsExitZeroAndOneLine() throws IOException {
        Outcome outcome = uptime();

        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out().lines())
                .hasSize(2)
                .anyMatch(line -> line.matches("api   UP +\\d+ ms  " + url() + "/health  status 200"));
        assertThat(outcome.err().lines()).hasSize(1);
        assertThat(outcome.err()).contains("msg=\"tick: all up\" up=2 down=0 unknown=0 ms=");
        assertThat(history())
                .content()
                .startsWith("{\"at\":\"2026-11-21T03:15:00Z\",")
                .hasLineCount(1);
    }

    @Test
    void oneDownIsExitSevenAndStillOneLine() throws IOException {
        environment.put("BMM_PROBE_GONE", "http://127.0.0.1:1/");

        Outcome outcome = uptime();

        assertThat(outcome.exit()).isEqualTo(7);
        assertThat(outcome.out()).contains("gone  DOWN").contains("TCP: connection refused");
        assertThat(outcome.err().lines()).hasSize(1);
        assertThat(outcome.err()).contains("level=warn").contains("tick: gone DOWN: TCP: connection refused");
    }

    @Test
    void whatCannotBeJudgedIsNeitherUpNorDown() throws IOException {
        environment.put("BMM_PROBE_AWAY", "http://nothing.invalid/");
        environment.put("BMM_UPTIME_REFERENCES", "tcp://127.0.0.1:1 tcp://127.0.0.1:2");

        Outcome outcome = uptime();

        assertThat(outcome.exit()).isZero();
        assertThat(outcome.out()).contains("away  UNKNOWN");
        assertThat(outcome.err())
                .contains("the network of this machine is down")
                .contains("unknown=1");
    }

    @Test
    void jsonIsOneObject() throws IOException {
        JsonObject json = JsonParser.parseString(uptime("--json").out()).getAsJsonObject();

        assertThat(json.get("exit").getAsInt()).isZero();
        JsonObject first = json.getAsJsonArray("probes").get(0).getAsJsonObject();
        assertThat(first.get("name").getAsString()).isEqualTo("api");
        assertThat(first.get("status").getAsString()).isEqualTo("UP");
        assertThat(first.get("seconds").getAsDouble()).isPositive();
    }

    @Test
    void byNameAndDryItLeavesNothingBehind() throws IOException {
        environment.put("BMM_PROBE_GONE", "tcp://127.0.0.1:1");

        assertThat(uptime("API").exit()).isZero();
        assertThat(uptime("gone").exit()).isEqualTo(7);
        assertThat(uptime("--dry-run").out()).contains("api", "gone", "port");
        assertThat(history()).doesNotExist();

        Outcome unknown = uptime("nothing");
        assertThat(unknown.exit()).isEqualTo(64);
        assertThat(unknown.err()).contains("there is no probe nothing").contains("there are: api, gone, port");
    }

    @Test
    void twoTicksAtOnceAreRefused() throws IOException {
        DurableFile.createDirectories(directory.resolve("state"));
        try (RunLock lock = RunLock.acquire(directory.resolve("state/uptime.lock"), NOW)) {
            assertThat(lock).isNotNull();
            assertThat(uptime().exit()).isEqualTo(1);
        }
        assertThat(uptime().exit()).isZero();
    }

    @Test
    void withoutProbesThereIsNothingToDo() throws IOException {
        environment.keySet().removeIf(key -> key.startsWith("BMM_PROBE_"));

        Outcome outcome = uptime();

        assertThat(outcome.exit()).isEqualTo(78);
        assertThat(outcome.err()).contains("no BMM_PROBE setting");
    }

    @Test
    void mistakesAreToldBeforeAnythingIsLookedAt() throws IOException {
        environment.put("BMM_PROBE_BAD", "http://127.0.0.1/ stauts=200");

        Outcome outcome = uptime();

        assertThat(outcome.exit()).isEqualTo(78);
        assertThat(outcome.err()).contains("BMM_PROBE_BAD: unknown condition stauts=200; did you mean status=?");
        assertThat(history()).doesNotExist();
    }

    @Test
    void aSecretIsNowhere() throws IOException {
        environment.put("BMM_PROBE_API", url().replace("//", "//me@") + "/");
        environment.put("BMM_PROBE_API_PASSWORD", "streng-geheim");
        environment.put("BMM_PROBE_PORT_PASSWORD", "auch-geheim");
        environment.put("BMM_PROBE_PORT", url() + "/ body:missing");
        environment.put("BMM_PROBE_PORT_HEADER", "X-Token: ganz-geheim");

        Outcome outcome = uptime("-v");

        assertThat(outcome.exit()).isEqualTo(7);
        assertThat(outcome.out() + outcome.err() + Files.readString(history())).doesNotContain("geheim");
    }

    @Test
    void aStateDirectoryThatCannotBeWrittenDoesNotStopTheLooking() throws IOException {
        Files.write(directory.resolve("state"), new byte[0]);
        environment.put("BMM_PROBE_GONE", "tcp://127.0.0.1:1");

        Outcome outcome = uptime();

        assertThat(outcome.exit()).isEqualTo(7);
        assertThat(outcome.err())
                .contains("looking without a lock: cannot write the lock file")
                .contains("history not written")
                .contains("tick: gone DOWN");
    }
}
