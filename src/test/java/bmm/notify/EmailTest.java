package bmm.notify;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.base.Secret;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.icegreen.greenmail.util.ServerSetupTest;
import java.net.ServerSocket;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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

    private static Email email(int port, Email.Security security, @Nullable String user, String password) {
        return new Email(
                new Email.Server("127.0.0.1", port, security, user, new Secret(password)),
                "bmm@example.org",
                List.of("ops@example.org", "boss@example.org"));
    }

    @Test
    void arrivesWithItsCharacters() throws Exception {
        GreenMail mail = start(ServerSetupTest.SMTP);
        Email email = email(mail.getSmtp().getPort(), Email.Security.NONE, "ops", "mail-password");

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
        Email email = email(mail.getSmtp().getPort(), Email.Security.NONE, null, "");
        assertThat(email.send(Messages.problem("api DOWN"), null)).isEqualTo(new Delivery.Delivered());
        assertThat(email.send(Messages.problem("api DOWN"), null)).isEqualTo(new Delivery.Delivered());
        assertThat(mail.getReceivedMessages()[0].getHeader("Message-ID"))
                .isEqualTo(mail.getReceivedMessages()[2].getHeader("Message-ID"));
    }

    @Test
    void aWrongPasswordIsRefusedAndNotShown() {
        GreenMail mail = start(ServerSetupTest.SMTP);
        Delivery delivery = email(mail.getSmtp().getPort(), Email.Security.NONE, "ops", "wrong-password")
                .send(Messages.problem("x"), null);
        assertThat(delivery).isInstanceOf(Delivery.Refused.class);
        assertThat(delivery.inWords()).doesNotContain("wrong-password");
    }

    @Test
    void withoutStarttlsNothingIsSent() {
        GreenMail mail = start(ServerSetupTest.SMTP);
        assertThat(email(mail.getSmtp().getPort(), Email.Security.STARTTLS, null, "")
                        .send(Messages.problem("x"), null))
                .isInstanceOf(Delivery.Later.class);
        assertThat(mail.getReceivedMessages()).isEmpty();
    }

    @Test
    void aCertificateThatNobodyVouchesForIsNotTrusted() {
        GreenMail mail = start(ServerSetupTest.SMTPS);
        Delivery delivery =
                email(mail.getSmtps().getPort(), Email.Security.TLS, null, "").send(Messages.problem("x"), null);
        assertThat(delivery).isInstanceOf(Delivery.Later.class);
        assertThat(mail.getReceivedMessages()).isEmpty();
    }

    @Test
    void aServerThatIsNotThereIsTriedLater() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        assertThat(email(closed, Email.Security.NONE, null, "").send(Messages.problem("x"), null))
                .isInstanceOf(Delivery.Later.class);
    }
}
