package bmm.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What services are sent, and what their worst servers do to us. */
class WebhookTest {
    private static StandIn.Asked post(WebhookStyle style, Message message, String path) throws InterruptedException {
        try (StandIn service = StandIn.always(200, "ok")) {
            assertThat(new Webhook(new Webhook.Target(service.address(path), "the-token", "42"), style)
                            .send(message, null))
                    .isEqualTo(new Delivery.Delivered());
            return service.asked.getFirst();
        }
    }

    private static JsonObject json(WebhookStyle style, Message message, String path) throws InterruptedException {
        return JsonParser.parseString(post(style, message, path).body()).getAsJsonObject();
    }

    @Test
    void eachServiceGetsItsForm() throws Exception {
        Message down = Messages.problem("api DOWN: <b>größer</b>");
        assertThat(json(WebhookStyle.SLACK, down, "/services/T/B/x").get("text").getAsString())
                .startsWith("[shop] api DOWN: &lt;b&gt;größer&lt;/b&gt;\nfirst line\nsecond &lt;line&gt; &amp; more");
        assertThat(json(WebhookStyle.DISCORD, down, "/api/webhooks/1/x")
                        .get("content")
                        .getAsString())
                .contains("\\[shop\\] api DOWN: \\<b\\>");
        JsonObject telegram = json(WebhookStyle.TELEGRAM, down, "/bot1:x/sendMessage");
        assertThat(telegram.get("chat_id").getAsString()).isEqualTo("42");
        StandIn.Asked ntfy = post(WebhookStyle.NTFY, down, "/my-topic");
        assertThat(ntfy.path()).isEqualTo("/");
        assertThat(ntfy.header("Authorization")).isEqualTo("Bearer the-token");
        assertThat(ntfy.body()).contains("\"topic\":\"my-topic\"", "\"priority\":5");
        assertThat(post(WebhookStyle.GOTIFY, down, "/message").header("X-Gotify-Key"))
                .isEqualTo("the-token");
        JsonObject pushover = json(WebhookStyle.PUSHOVER, down, "/1/messages.json");
        assertThat(pushover.get("user").getAsString()).isEqualTo("42");
        assertThat(pushover.get("priority").getAsInt()).isEqualTo(1);
        JsonObject plain = json(WebhookStyle.JSON, down, "/hook");
        assertThat(plain.get("severity").getAsString()).isEqualTo("critical");
        assertThat(plain.getAsJsonArray("subjects")).hasSize(2);
    }

    @Test
    void theEndOfAnOutageResolvesWhatItsBeginningTriggered() throws Exception {
        JsonObject begin = json(WebhookStyle.PAGERDUTY, Messages.problem("api DOWN"), "/v2/enqueue");
        JsonObject end =
                json(WebhookStyle.PAGERDUTY, Messages.of(Message.Kind.RECOVERY, "api UP again"), "/v2/enqueue");
        assertThat(begin.get("event_action").getAsString()).isEqualTo("trigger");
        assertThat(end.get("event_action").getAsString()).isEqualTo("resolve");
        assertThat(end.get("dedup_key")).isEqualTo(begin.get("dedup_key"));
        assertThat(begin.get("routing_key").getAsString()).isEqualTo("the-token");
    }

    @ParameterizedTest
    @CsvSource({
        "https://hooks.slack.com/services/x, SLACK",
        "https://discord.com/api/webhooks/1/x, DISCORD",
        "https://api.telegram.org/bot1/sendMessage, TELEGRAM",
        "https://ntfy.sh/topic, NTFY",
        "https://api.pushover.net/1/messages.json, PUSHOVER",
        "https://events.pagerduty.com/v2/enqueue, PAGERDUTY",
        "https://example.org/hook, JSON"
    })
    void knowsServicesByTheirAddress(URI address, WebhookStyle style) {
        assertThat(WebhookStyle.of(address)).isEqualTo(style);
    }

    @ParameterizedTest
    @CsvSource({"500, Later", "502, Later", "429, Later", "404, Refused", "410, Refused", "302, Refused"})
    void anAnswerIsUnderstood(int status, String expected) throws Exception {
        try (StandIn service = StandIn.always(status, "no")) {
            assertThat(new Webhook(new Webhook.Target(service.address("/x"), null, null), WebhookStyle.JSON)
                            .send(Messages.problem("x"), null)
                            .getClass()
                            .getSimpleName())
                    .isEqualTo(expected);
            assertThat(service.asked).hasSize(1);
        }
    }

    @Test
    void aServerThatHangsResetsOrDripsIsCutOff() throws Exception {
        try (ServerSocket hostile = new ServerSocket(0)) {
            URI address = URI.create("http://127.0.0.1:" + hostile.getLocalPort() + "/secret-path");
            Thread.ofVirtual().start(() -> serve(hostile));
            for (int i = 0; i < 3; i++) {
                long begin = System.nanoTime();
                Http.Answer answer = Http.send(Http.Request.post(address, "text/plain", "x"), Duration.ofMillis(1500));
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
                assertThat(answer.delivery()).isInstanceOf(Delivery.Unclear.class);
                assertThat(answer.inWords()).doesNotContain("secret-path");
            }
        }
    }

    /** The first is never answered, the second reset, the third answered byte by byte. */
    private static void serve(ServerSocket hostile) {
        try {
            Socket silent = hostile.accept();
            try (Socket reset = hostile.accept()) {
                reset.getInputStream().read(new byte[1000]);
                reset.setSoLinger(true, 0);
            }
            try (Socket slow = hostile.accept()) {
                OutputStream out = slow.getOutputStream();
                for (byte b :
                        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n".repeat(9).getBytes(StandardCharsets.UTF_8)) {
                    out.write(b);
                    Thread.sleep(200);
                }
            }
            silent.close();
        } catch (IOException | InterruptedException e) {
            // The test is over.
        }
    }

    @Test
    void anAnswerOfAGigabyteIsNotRead() throws Exception {
        try (ServerSocket server = new ServerSocket(0)) {
            Thread.ofVirtual().start(() -> {
                try (Socket socket = server.accept()) {
                    OutputStream out = socket.getOutputStream();
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                    byte[] block = new byte[1 << 16];
                    for (int i = 0; i < 16_000; i++) {
                        out.write(block);
                    }
                } catch (IOException e) {
                    // It hung up on us, as it should.
                }
            });
            Http.Answer answer =
                    Http.send(Http.Request.get(URI.create("http://127.0.0.1:" + server.getLocalPort() + "/")));
            assertThat(answer.ok()).isTrue();
            assertThat(answer.body()).hasSize(64 * 1024);
        }
    }

    @Test
    void aFailUrlIsClearedWhenAllIsWellAgain() throws Exception {
        try (StandIn watchdog = StandIn.always(200, "OK")) {
            FailUrl channel = new FailUrl(watchdog.address("/uuid/fail"));
            assertThat(channel.send(Messages.problem("api DOWN"), null)).isEqualTo(new Delivery.Delivered());
            channel.send(Messages.of(Message.Kind.RECOVERY, "api UP again"), null);
            assertThat(watchdog.asked).extracting(StandIn.Asked::path).containsExactly("/uuid/fail", "/uuid");
        }
        try (StandIn watchdog = StandIn.always(200, "OK (not found)")) {
            assertThat(new FailUrl(watchdog.address("/uuid/fail")).send(Messages.problem("x"), null))
                    .isInstanceOf(Delivery.Refused.class);
        }
    }
}
