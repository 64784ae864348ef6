package bmm.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bmm.base.Secret;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.icegreen.greenmail.util.ServerSetupTest;
import java.net.ServerSocket;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real SMTP server within this JVM. */
class EmailTest {
    private @Nullable GreenMail server;

    private GreenMail start(ServerSetup setup) {
        server = new GreenMail(setup.dynamicPort());
        server.start();
        server.setUser("ops@example.org", "ops", "mail-password");
        return server;
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop();
        }
    }

    private static Email email(int port, Email.Security security) {
        return new Email(
                new Email.Server("127.0.0.1", port, security, null, null),
                "bmm@example.org",
                List.of("ops@example.org", "boss@example.org"));
    }

    @Test
    void arrivesWithItsCharacters() throws Exception {
        GreenMail mail = start(ServerSetupTest.SMTP);
        Email email = email(mail.getSmtp().getPort(), Email.Security.NONE);

        assertThat(email.send(Messages.problem("api DOWN: größer\r\nBcc: x@example.org"), null))
                .isEqualTo(new Delivery.Delivered());

        var received = mail.getReceivedMessages();
        assertThat(received).hasSize(2);
        assertThat(received[0].getSubject()).isEqualTo("[shop] api DOWN: größer\\r\\nBcc: x@example.org");
        assertThat(String.valueOf(received[0].getContent())).contains("second <line> & more");
        assertThat(received[0].getHeader("Bcc")).isNull();
    }

    @Test
    void theSecondTryHasTheSameIdentity() throws Exception {
        GreenMail mail = start(ServerSetupTest.SMTP);
        Email email = email(mail.getSmtp().getPort(), Email.Security.NONE);
        assertThat(email.send(Messages.problem("api DOWN"), null)).isEqualTo(new Delivery.Delivered());
        assertThat(email.send(Messages.problem("api DOWN"), null)).isEqualTo(new Delivery.Delivered());
        assertThat(mail.getReceivedMessages()[0].getHeader("Message-ID"))
                .isEqualTo(mail.getReceivedMessages()[2].getHeader("Message-ID"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"mail.example.org", "10.0.0.1", "192.168.1.2", "localhost.example.org", "0.0.0.0", "::2", ""})
    void inClearTextItGoesToThisMachineOnly(String host) {
        assertThatThrownBy(() -> new Email.Server(host, 25, Email.Security.NONE, null, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(new Email.Server(host, 25, Email.Security.STARTTLS, "ops", new Secret("x")).host())
                .isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST",
                "localhost.",
                "127.0.0.1",
                "127.8.0.1",
                "::1",
                "[::1]",
                "::ffff:127.0.0.1"
            })
    void thisMachineHasManyNames(String host) {
        assertThat(new Email.Server(host, 25, Email.Security.NONE, null, null).host())
                .isEqualTo(host);
        assertThat(Loopback.isClearText("http://"
                        + (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host) + ":8080/x"))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://hooks.example.org/secret", "HTTP://10.0.0.1/", " http://a.b "})
    void anAddressMayBeReadOnTheWay(String url) {
        assertThat(Loopback.isClearText(url)).isTrue();
        assertThat(Loopback.isClearText(url.strip().replaceFirst("(?i)http", "https")))
                .isFalse();
    }

    @Test
    void aPasswordIsNeverSentInClearText() {
        assertThatThrownBy(() -> new Email.Server("localhost", 25, Email.Security.NONE, "ops", null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Email.Server("localhost", 25, Email.Security.NONE, null, new Secret("hush")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void withoutStarttlsNothingIsSent() {
        GreenMail mail = start(ServerSetupTest.SMTP);
        assertThat(email(mail.getSmtp().getPort(), Email.Security.STARTTLS).send(Messages.problem("x"), null))
                .isInstanceOf(Delivery.Later.class);
        assertThat(mail.getReceivedMessages()).isEmpty();
    }

    @Test
    void aCertificateThatNobodyVouchesForIsNotTrusted() {
        GreenMail mail = start(ServerSetupTest.SMTPS);
        Delivery delivery = email(mail.getSmtps().getPort(), Email.Security.TLS).send(Messages.problem("x"), null);
        assertThat(delivery).isInstanceOf(Delivery.Later.class);
        assertThat(mail.getReceivedMessages()).isEmpty();
    }

    @Test
    void aServerThatIsNotThereIsTriedLater() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        assertThat(email(closed, Email.Security.NONE).send(Messages.problem("x"), null))
                .isInstanceOf(Delivery.Later.class);
    }
}
