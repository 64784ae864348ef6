package bmm.notify;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.base.Secret;
import bmm.notify.StandIn.Answer;
import bmm.notify.StandIn.Asked;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a stand-in that checks credentials and fields as Twilio does, and gives its answers. */
class TwilioSmsTest {
    private static final String SID = "AC0123456789abcdef0123456789abcdef";
    private static final String PATH = "/2010-04-01/Accounts/" + SID + "/Messages";
    private static final Secret TOKEN = new Secret("the-token-of-the-account");

    private static TwilioSms sms(URI address, @Nullable String key, String from) {
        return new TwilioSms(new TwilioSms.Account(SID, key, TOKEN, from, "+491701234567", address));
    }

    private static TwilioSms sms(StandIn twilio) {
        return sms(twilio.address(""), null, "+15005550006");
    }

    private static Map<String, String> form(Asked asked) {
        return Arrays.stream(asked.body().split("&", -1))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }

    private static Answer twilio(Asked asked, String user) {
        String expected = "Basic "
                + Base64.getEncoder().encodeToString((user + ":" + TOKEN.reveal()).getBytes(StandardCharsets.UTF_8));
        if (!asked.header("Authorization").equals(expected)) {
            return Answer.of(401, "{\"code\":20003,\"message\":\"Authenticate\",\"status\":401}");
        }
        Map<String, String> form = asked.method().equals("POST") ? form(asked) : Map.of();
        if (!asked.path().equals(PATH + ".json") || !form.containsKey("To") || !form.containsKey("Body")) {
            return Answer.of(400, "{\"code\":21604,\"message\":\"missing\",\"status\":400}");
        }
        return Answer.of(201, "{\"sid\":\"SM1\",\"status\":\"queued\"}");
    }

    @Test
    void sendsOneSegmentAndIsAnsweredQueued() {
        try (StandIn twilio = new StandIn(asked -> twilio(asked, SID))) {
            Delivery delivery =
                    sms(twilio).send(Messages.problem("api DOWN: connexion refusée 🚨 — " + "x".repeat(200)), null);

            assertThat(delivery).isEqualTo(new Delivery.Accepted("SM1"));
            assertThat(form(twilio.asked.getFirst()))
                    .containsEntry("To", "+491701234567")
                    .containsEntry("From", "+15005550006")
                    .hasEntrySatisfying("Body", body -> {
                        assertThat(body)
                                .startsWith("shop: api DOWN: connexion refusée ? - xxx")
                                .endsWith("...");
                        assertThat(Gsm7.units(body)).isEqualTo(Gsm7.SEGMENT);
                    });
        }
    }

    @Test
    void usesAnApiKeyAndAMessagingService() {
        try (StandIn twilio = new StandIn(asked -> twilio(asked, "SK1"))) {
            assertThat(sms(twilio.address("/"), "SK1", "MG1").send(Messages.problem("x"), null))
                    .isEqualTo(new Delivery.Accepted("SM1"));
            assertThat(form(twilio.asked.getFirst()))
                    .containsEntry("MessagingServiceSid", "MG1")
                    .doesNotContainKey("From");
        }
    }

    @Test
    void wrongCredentialsAreRefused() {
        try (StandIn twilio = new StandIn(asked -> twilio(asked, "someone else"))) {
            Delivery delivery = sms(twilio).send(Messages.problem("x"), null);
            assertThat(delivery).isInstanceOf(Delivery.Refused.class);
            assertThat(delivery.inWords()).contains("20003").doesNotContain(TOKEN.reveal());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {21211, 21408, 21610, 21614, 21606, 20003})
    void permanentCodesAreNotTriedAgain(int code) {
        try (StandIn twilio = StandIn.always(400, "{\"code\":" + code + ",\"message\":\"no\",\"status\":400}")) {
            Delivery delivery = sms(twilio).send(Messages.problem("x"), null);
            assertThat(delivery).isInstanceOf(Delivery.Refused.class);
            assertThat(delivery.inWords()).contains(String.valueOf(code));
            assertThat(twilio.asked).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"429, 20429", "500, 20500", "503, 20503"})
    void othersMayPassAndAreAskedOnceOnly(int status, int code) {
        try (StandIn twilio =
                StandIn.always(status, "{\"code\":" + code + ",\"message\":\"busy\",\"status\":" + status + "}")) {
            assertThat(sms(twilio).send(Messages.problem("x"), null)).isInstanceOf(Delivery.Later.class);
            assertThat(twilio.asked).hasSize(1);
        }
    }

    @Test
    void aReadTimeoutIsAmbiguousAndLookedUpBeforeSendingAgain() throws Exception {
        Instant begun = Instant.now();
        try (ServerSocket hangsUp = new ServerSocket(0)) {
            Thread.ofVirtual().start(() -> {
                try (Socket socket = hangsUp.accept()) {
                    // It takes the whole request, and the connection breaks.
                    socket.getInputStream().read(new byte[4096]);
                } catch (java.io.IOException e) {
                    // The test is over.
                }
            });
            assertThat(sms(URI.create("http://127.0.0.1:" + hangsUp.getLocalPort()), null, "+15005550006")
                            .send(Messages.problem("x"), null))
                    .isInstanceOf(Delivery.Unclear.class);
        }
        try (StandIn twilio = new StandIn(asked -> asked.method().equals("GET")
                ? Answer.of(
                        200,
                        "{\"messages\":[{\"sid\":\"SM7\",\"body\":\"shop: x\",\"status\":\"sent\"}],"
                                + "\"page\":0,\"page_size\":20,\"uri\":\"" + PATH + ".json\"}")
                : Answer.of(201, "{\"sid\":\"SM8\"}"))) {
            assertThat(sms(twilio).send(Messages.problem("x"), begun)).isEqualTo(new Delivery.Accepted("SM7"));
            assertThat(twilio.asked.getFirst().target().getQuery()).contains("To=+491701234567");
            assertThat(sms(twilio).send(Messages.problem("y"), begun)).isEqualTo(new Delivery.Accepted("SM8"));
        }
    }

    @Test
    void anUnreachableTwilioHasNotSentAnything() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        assertThat(sms(URI.create("http://127.0.0.1:" + closed), null, "+15005550006")
                        .send(Messages.problem("x"), null))
                .isInstanceOf(Delivery.Later.class);
    }

    @Test
    void tellsLaterWhetherItArrived() {
        AtomicReference<String> status = new AtomicReference<>("sent");
        try (StandIn twilio = new StandIn(asked -> asked.path().equals(PATH + "/SM1.json")
                ? Answer.of(200, "{\"sid\":\"SM1\",\"status\":\"" + status.get() + "\",\"error_code\":30007}")
                : Answer.of(404, "{\"code\":20404,\"message\":\"not found\",\"status\":404}"))) {
            TwilioSms sms = sms(twilio);
            assertThat(sms.check("SM1")).isEqualTo(new Delivery.Accepted("SM1"));
            status.set("delivered");
            assertThat(sms.check("SM1")).isEqualTo(new Delivery.Delivered());
            status.set("undelivered");
            assertThat(sms.check("SM1")).isEqualTo(new Delivery.Refused("undelivered, error 30007"));
            assertThat(sms.check("SM2")).isInstanceOf(Delivery.Refused.class);
        }
    }
}
