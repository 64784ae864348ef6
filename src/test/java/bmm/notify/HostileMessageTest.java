package bmm.notify;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.base.HostileText;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetupTest;
import jakarta.mail.internet.MimeMessage;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever a server said, no channel carries more than text. */
class HostileMessageTest {
    private static Message next(Random random) {
        return new Message(
                Message.Kind.PROBLEM,
                Severity.CRITICAL,
                HostileText.next(random),
                HostileText.next(random),
                List.of(HostileText.next(random), HostileText.next(random)),
                List.of(HostileText.next(random)),
                HostileText.next(random),
                Instant.parse("2026-11-21T03:10:00Z"));
    }

    @ParameterizedTest
    @EnumSource(WebhookStyle.class)
    void noServiceGetsMarkUpMentionsOrControlCharacters(WebhookStyle style) throws Exception {
        Random random = new Random(3);
        try (StandIn service = StandIn.always(200, "ok")) {
            Webhook webhook =
                    new Webhook(new Webhook.Target(service.address("/hook?chat_id=1"), "the-token", "42"), style);
            for (int i = 0; i < 300; i++) {
                assertThat(webhook.send(next(random), null)).isEqualTo(new Delivery.Delivered());
            }
            for (StandIn.Asked asked : service.asked) {
                assertThat(HostileText.isHarmless(asked.body()))
                        .as(asked.body())
                        .isTrue();
                for (String text : textsOf(JsonParser.parseString(asked.body()))) {
                    assertThat(HostileText.isHarmless(text)).as(text).isTrue();
                    switch (style) {
                        case SLACK ->
                            assertThat(text).doesNotContain("<", ">", "](").doesNotContainPattern("(^|\\s)@\\w");
                        case DISCORD ->
                            assertThat(text)
                                    .doesNotContainPattern("(?<!\\\\)[\\[\\]<>|`*]")
                                    .doesNotContainPattern("(^|\\s)@\\w");
                        case TELEGRAM -> assertThat(text).doesNotContainPattern("(^|\\s)@\\w");
                        default -> assertThat(text.lines().count()).isLessThanOrEqualTo(6);
                    }
                }
            }
        }
    }

    private static List<String> textsOf(JsonElement json) {
        List<String> texts = new ArrayList<>();
        if (json.isJsonObject()) {
            json.getAsJsonObject().asMap().values().forEach(value -> texts.addAll(textsOf(value)));
        } else if (json.isJsonArray()) {
            json.getAsJsonArray().forEach(value -> texts.addAll(textsOf(value)));
        } else if (json.getAsJsonPrimitive().isString()) {
            texts.add(json.getAsString());
        }
        return texts;
    }

    @Test
    void aMailKeepsItsHeadersAndItsEnd() throws Exception {
        Random random = new Random(4);
        GreenMail server = new GreenMail(ServerSetupTest.SMTP.dynamicPort());
        server.start();
        try {
            Email email = new Email(
                    new Email.Server("127.0.0.1", server.getSmtp().getPort(), Email.Security.NONE, null, null),
                    "bmm@example.org",
                    List.of("ops@example.org"));
            for (int i = 0; i < 100; i++) {
                assertThat(email.send(next(random), null)).isEqualTo(new Delivery.Delivered());
            }
            assertThat(server.getReceivedMessages()).hasSize(100);
            for (MimeMessage mail : server.getReceivedMessages()) {
                assertThat(Collections.list(mail.getAllHeaders()))
                        .extracting(jakarta.mail.Header::getName)
                        .containsExactlyInAnyOrder(
                                "Return-Path",
                                "Received",
                                "Date",
                                "From",
                                "To",
                                "Message-ID",
                                "Subject",
                                "References",
                                "Auto-Submitted",
                                "MIME-Version",
                                "Content-Type",
                                "Content-Transfer-Encoding");
                assertThat(mail.getSubject()).doesNotContain("\n", "\r");
                assertThat(HostileText.isHarmless(mail.getSubject())).isTrue();
                String body = String.valueOf(mail.getContent()).replace("\r\n", "\n");
                assertThat(HostileText.isHarmless(body)).as(body).isTrue();
                // Title, a blank line, two lines, and the signature.
                assertThat(body.lines()).hasSize(7);
            }
        } finally {
            server.stop();
        }
    }

    @Test
    void anSmsIsOneSegmentAndAJournalLineOneLine(@TempDir Path directory) throws Exception {
        Random random = new Random(5);
        List<String> lines = new ArrayList<>();
        Syslog syslog = new Syslog(directory.resolve("none"), (priority, line) -> lines.add(line));
        for (int i = 0; i < 2_000; i++) {
            Message message = next(random);
            String sms = TwilioSms.body(message);
            assertThat(Gsm7.units(sms)).isLessThanOrEqualTo(Gsm7.SEGMENT);
            assertThat(sms).doesNotContain("\n", "\r", "\u001b");
            assertThat(syslog.send(message, null)).isEqualTo(new Delivery.Delivered());
        }
        assertThat(lines).hasSize(2_000).allMatch(HostileText::isHarmless).noneMatch(line -> line.contains("\n"));
    }

    @Test
    void aFailUrlGetsNoForgedLine() throws Exception {
        Random random = new Random(6);
        try (StandIn watchdog = StandIn.always(200, "OK")) {
            for (int i = 0; i < 200; i++) {
                new FailUrl(watchdog.address("/uuid/fail")).send(next(random), null);
            }
            assertThat(watchdog.asked).allSatisfy(asked -> {
                assertThat(HostileText.isHarmless(asked.body())).isTrue();
                assertThat(asked.body().lines()).hasSize(4);
            });
        }
    }
}
