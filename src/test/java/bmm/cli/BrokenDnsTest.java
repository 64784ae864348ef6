package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine whose resolver has died still gets its alert out. Processes of their own: what the JDK resolves is theirs. */
class BrokenDnsTest {
    @TempDir
    Path directory;

    private HttpServer channel;
    private final List<String> messages = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws IOException {
        channel = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        channel.createContext("/", exchange -> {
            messages.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        channel.start();
    }

    @AfterEach
    void stop() {
        channel.stop(0);
    }

    /** One tick; the names that there are stand in a file that the JDK takes for its resolver. */
    private int tick(String names, Map<String, String> probes) throws IOException, InterruptedException {
        Path hosts = Files.writeString(directory.resolve("hosts"), names);
        Path log = directory.resolve("child.log");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Djdk.net.hosts.file=" + hosts,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "bmm.cli.Main",
                        "uptime",
                        "--env-file",
                        Files.write(directory.resolve("none.env"), new byte[0]).toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("BMM_") || name.startsWith("PG"));
        builder.environment().put("BMM_STATE_DIR", directory.resolve("state").toString());
        builder.environment().put("BMM_UPTIME_ATTEMPTS", "1");
        builder.environment().put("BMM_UPTIME_REFERENCES", "none");
        builder.environment()
                .put(
                        "BMM_WEBHOOK_HOOK",
                        "http://alert.example:" + channel.getAddress().getPort() + "/");
        builder.environment().putAll(probes);
        Process process = builder.start();
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Test
    void theAlertGoesToTheLastGoodAddress() throws Exception {
        Map<String, String> up =
                Map.of("BMM_PROBE_IT", "tcp://127.0.0.1:" + channel.getAddress().getPort());
        Map<String, String> down = Map.of("BMM_PROBE_IT", "dns:alert.example");

        assertThat(tick("127.0.0.1 alert.example\n", up)).isZero();
        assertThat(messages).isEmpty();
        assertThat(directory.resolve("state/addresses")).content().startsWith("alert.example ");

        assertThat(tick("", down))
                .as("a probe sees that the name is gone, whatever the book says")
                .isEqualTo(7);

        assertThat(messages)
                .as(Files.readString(directory.resolve("child.log")))
                .hasSize(1);
        assertThat(messages.getFirst()).contains("alert.example");
    }
}
