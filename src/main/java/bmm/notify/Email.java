package bmm.notify;

import bmm.base.Failure;
import bmm.base.Secret;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.eclipse.angus.mail.util.MailConnectException;
import org.jspecify.annotations.Nullable;

/**
 * E-mail by SMTP. The server's certificate and its name are checked, and nothing is sent before the connection is
 * encrypted; in clear text only to this machine, and never a password.
 */
public final class Email implements Channel {
    /** How the connection is protected. */
    public enum Security {
        STARTTLS,
        TLS,
        NONE
    }

    /**
     * A server and an account on it.
     *
     * @param user null where the server asks for none
     */
    public record Server(
            String host,
            int port,
            Security security,
            @Nullable String user,
            @Nullable Secret password) {
        public Server {
            if (security == Security.NONE && (!Loopback.isLoopback(host) || user != null || password != null)) {
                throw new IllegalArgumentException("clear text goes to this machine only, and without a password");
            }
        }
    }

    private static final String MILLIS = String.valueOf(Http.TIMEOUT.toMillis());
    private static final int TRANSIENT = 400;
    private static final int PERMANENT = 500;

    private final Server server;
    private final String from;
    private final List<String> to;

    public Email(Server server, String from, List<String> to) {
        this.server = server;
        this.from = from;
        this.to = List.copyOf(to);
    }

    @Override
    public Delivery send(Message message, @Nullable Instant doubtfulSince) {
        Session session = Session.getInstance(properties());
        boolean connected = false;
        try (Transport transport = session.getTransport()) {
            MimeMessage mail = mail(session, message);
            Secret password = server.password();
            transport.connect(
                    server.security() == Security.NONE ? Loopback.addressOf(server.host()) : server.host(),
                    server.port(),
                    server.user(),
                    server.user() == null || password == null ? null : password.reveal());
            connected = true;
            transport.sendMessage(mail, mail.getAllRecipients());
            return new Delivery.Delivered();
        } catch (AuthenticationFailedException e) {
            return new Delivery.Refused("the mail server refuses the user: " + Failure.reason(e));
        } catch (AddressException e) {
            return new Delivery.Refused("not a mail address: " + Failure.reason(e));
        } catch (UnknownHostException e) {
            return new Delivery.Refused(Failure.reason(e));
        } catch (MailConnectException e) {
            return new Delivery.Later(Failure.reason(e));
        } catch (MessagingException e) {
            return outcome(e, connected);
        }
    }

    private static Delivery outcome(MessagingException e, boolean connected) {
        int code = code(e);
        String reason = Failure.reason(e);
        if (code >= PERMANENT) {
            return new Delivery.Refused(reason);
        }
        if (code >= TRANSIENT || !connected) {
            return new Delivery.Later(reason);
        }
        // Broken in the middle of a conversation: perhaps after the server had taken it.
        return e instanceof SendFailedException || !(e.getCause() instanceof IOException)
                ? new Delivery.Later(reason)
                : new Delivery.Unclear(reason);
    }

    /** The worst reply code among those in a chain of failures; 0 if the server said nothing. */
    private static int code(Exception failure) {
        int worst = 0;
        for (Exception e = failure; e instanceof MessagingException next; e = next.getNextException()) {
            worst = Math.max(
                    worst,
                    switch (e) {
                        case SMTPSendFailedException sending -> sending.getReturnCode();
                        case SMTPAddressFailedException address -> address.getReturnCode();
                        case SMTPSenderFailedException sender -> sender.getReturnCode();
                        default -> 0;
                    });
        }
        return worst;
    }

    private MimeMessage mail(Session session, Message message) throws MessagingException {
        String id = id(message.key() + message.at() + message.title());
        MimeMessage mail = new MimeMessage(session) {
            @Override
            protected void updateMessageID() throws MessagingException {
                // The same for every try, so that mailboxes can drop a second copy.
                setHeader("Message-ID", id);
            }
        };
        mail.setFrom(new InternetAddress(from));
        for (String address : to) {
            mail.addRecipient(jakarta.mail.Message.RecipientType.TO, new InternetAddress(address));
        }
        mail.setSubject("[" + message.source() + "] " + message.title(), StandardCharsets.UTF_8.name());
        mail.setSentDate(Date.from(message.at()));
        mail.setHeader("References", id(message.key()));
        mail.setHeader("Auto-Submitted", "auto-generated");
        mail.setText(
                message.text() + "\n\n-- \nbmm " + message.source() + ", " + message.at() + "\n",
                StandardCharsets.UTF_8.name());
        return mail;
    }

    private static String id(String text) {
        return "<" + UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)) + "@bmm.invalid>";
    }

    private Properties properties() {
        Properties properties = new Properties();
        boolean tls = server.security() == Security.TLS;
        String protocol = tls ? "smtps" : "smtp";
        properties.setProperty("mail.transport.protocol", protocol);
        String prefix = "mail." + protocol + ".";
        properties.setProperty(prefix + "connectiontimeout", MILLIS);
        properties.setProperty(prefix + "timeout", MILLIS);
        properties.setProperty(prefix + "writetimeout", MILLIS);
        properties.setProperty(prefix + "auth", String.valueOf(server.user() != null));
        boolean starttls = server.security() == Security.STARTTLS;
        properties.setProperty(prefix + "starttls.enable", String.valueOf(starttls));
        properties.setProperty(prefix + "starttls.required", String.valueOf(starttls));
        properties.setProperty(prefix + "ssl.checkserveridentity", "true");
        return properties;
    }
}
