package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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

    /** A tick with a web hook at this host. */
    private Child tick(String host, String probe) {
        return new Child(directory)
                .set("BMM_UPTIME_ATTEMPTS", "1")
                .set("BMM_UPTIME_REFERENCES", "none")
                .set(
                        "BMM_WEBHOOK_HOOK",
                        "http://" + host + ":" + channel.getAddress().getPort() + "/")
                .set("BMM_PROBE_IT", probe);
    }

    private Path book() {
        return directory.resolve("state/addresses");
    }

    @Test
    void aGoodTickLearnsTheNamesOfTheChannels() throws Exception {
        assertThat(tick("localhost", "tcp://127.0.0.1:" + channel.getAddress().getPort())
                        .run("uptime"))
                .isZero();

        assertThat(messages).isEmpty();
        assertThat(book()).content().startsWith("localhost ").contains("127.0.0.1");
    }

    @Test
    void theAlertGoesToTheLastGoodAddress() throws Exception {
        // RFC 6761: no resolver knows it, which is how a broken one looks.
        String name = "alert.invalid";
        Files.createDirectories(book().getParent());
        Files.writeString(book(), name + " " + Instant.now() + " 127.0.0.1\n");

        Child tick = tick(name, "dns:" + name);
        assertThat(tick.run("uptime"))
                .as("a probe sees that the name is gone, whatever the book says")
                .isEqualTo(7);

        assertThat(messages).as(tick.said()).hasSize(1);
        assertThat(messages.getFirst()).contains(name);
    }
}
