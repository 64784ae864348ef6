package bmm.cli;

import bmm.base.AlertKeys;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.Secret;
import bmm.base.Settings;
import bmm.notify.Channel;
import bmm.notify.Channels;
import bmm.notify.Email;
import bmm.notify.FailUrl;
import bmm.notify.Loopback;
import bmm.notify.Routes;
import bmm.notify.Syslog;
import bmm.notify.TwilioSms;
import bmm.notify.Webhook;
import bmm.notify.WebhookStyle;
import bmm.process.Command;
import com.google.errorprone.annotations.CompileTimeConstant;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The channels that the settings describe, and the routes between them. Libraries are loaded when a channel is used. */
final class ChannelSettings {
    private static final String SYSLOG = "syslog";
    private static final Duration LOGGER_TIMEOUT = Duration.ofSeconds(5);

    private final Settings settings;
    private final Map<String, Supplier<Channel>> makers = new LinkedHashMap<>();

    ChannelSettings(Settings settings) {
        this.settings = settings;
        addSms();
        settings.all(AlertKeys.WEBHOOK).forEach(this::addWebhook);
        addEmail();
        settings.find(AlertKeys.FAIL_URL).ifPresent(url -> {
            URI address = address(url.reveal(), AlertKeys.FAIL_URL.key());
            makers.put("healthchecks", () -> new FailUrl(address));
        });
    }

    /** The names that must be known for a message or a ping to get out. */
    List<String> hosts() {
        List<Optional<String>> hosts = new ArrayList<>();
        if (makers.containsKey("sms")) {
            hosts.add(settings.find(AlertKeys.TWILIO_URL).or(() -> Optional.of(TwilioSms.ADDRESS)));
        }
        hosts.addAll(settings.all(AlertKeys.WEBHOOK).values().stream()
                .map(Optional::of)
                .toList());
        hosts.add(settings.find(AlertKeys.FAIL_URL).map(Secret::reveal));
        hosts.add(settings.find(AlertKeys.HEARTBEAT_URL).map(Secret::reveal));
        hosts.add(settings.find(AlertKeys.SMTP_HOST).map(host -> "smtp://" + host));
        return hosts.stream()
                .flatMap(Optional::stream)
                .map(url -> URI.create(url).getHost())
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    /** In the order of fall-back; syslog last. */
    Channels channels() {
        Map<String, Supplier<Channel>> all = new LinkedHashMap<>(makers);
        all.put(SYSLOG, ChannelSettings::syslog);
        return new Channels(all);
    }

    /** As {@code BMM_CHANNELS} says, or each the fall-back of the one before. */
    Routes routes() {
        Optional<String> given = settings.find(AlertKeys.CHANNELS);
        if (given.isEmpty()) {
            return Routes.inOrder(makers.keySet());
        }
        Routes routes;
        try {
            routes = Routes.parse(given.get());
        } catch (IllegalArgumentException e) {
            throw wrong("BMM_CHANNELS: " + Failure.reason(e), "docs/configuration.md explains it", e);
        }
        List<String> unknown = new ArrayList<>(routes.channels());
        unknown.removeAll(makers.keySet());
        unknown.remove(SYSLOG);
        if (!unknown.isEmpty()) {
            throw wrong(
                    "BMM_CHANNELS names " + String.join(", ", unknown) + ", which "
                            + (unknown.size() == 1 ? "is" : "are") + " not set up",
                    Hint.of("there is ")
                            .names(channels().names())
                            .and(
                                    "; sms needs TWILIO_ACCOUNT_SID, a token or API key, a number to send from, and ADMIN_PHONE"),
                    null);
        }
        return routes;
    }

    /** The journal of this machine, which gets every message. */
    static Syslog syslog() {
        return new Syslog(Syslog.JOURNAL, (priority, line) -> {
            Command logger = Command.of("logger", "-t", Syslog.TAG, "-p", "user." + priority, "--", line)
                    .timeout(LOGGER_TIMEOUT)
                    .forCleaningUp();
            Command.Result result = logger.run();
            if (!result.ok()) {
                throw new IOException("logger: " + result.errors());
            }
        });
    }

    private void addSms() {
        Optional<String> account = settings.find(AlertKeys.TWILIO_ACCOUNT_SID);
        Optional<String> key = settings.find(AlertKeys.TWILIO_API_KEY);
        Optional<Secret> secret =
                settings.find(key.isPresent() ? AlertKeys.TWILIO_API_SECRET : AlertKeys.TWILIO_AUTH_TOKEN);
        Optional<String> from = settings.find(AlertKeys.TWILIO_MESSAGING_SERVICE_SID)
                .or(() -> settings.find(AlertKeys.TWILIO_FROM_NUMBER));
        Optional<String> to = settings.find(AlertKeys.ADMIN_PHONE);
        if (account.isPresent() && secret.isPresent() && from.isPresent() && to.isPresent()) {
            URI address = settings.find(AlertKeys.TWILIO_URL)
                    .map(url -> address(url, AlertKeys.TWILIO_URL.key()))
                    .orElse(null);
            makers.put(
                    "sms",
                    () -> new TwilioSms(new TwilioSms.Account(
                            account.get(), key.orElse(null), secret.get(), from.get(), to.get(), address)));
        }
    }

    private void addWebhook(String name, String url) {
        URI address = address(url, AlertKeys.WEBHOOK.key(name));
        WebhookStyle style = settings.find(AlertKeys.WEBHOOK_STYLE, name)
                .map(text -> style(text, name))
                .orElseGet(() -> WebhookStyle.of(address));
        Webhook.Target target = new Webhook.Target(
                address,
                settings.find(AlertKeys.WEBHOOK_TOKEN, name).orElse(null),
                settings.find(AlertKeys.WEBHOOK_TO, name).orElse(null));
        makers.put(name.toLowerCase(Locale.ROOT), () -> new Webhook(target, style));
    }

    private void addEmail() {
        Optional<String> host = settings.find(AlertKeys.SMTP_HOST);
        List<String> to = settings.find(AlertKeys.SMTP_TO).orElse(List.of());
        if (host.isPresent() && !to.isEmpty()) {
            refuseClearText(host.get());
            Email.Server server = new Email.Server(
                    host.get(),
                    settings.get(AlertKeys.SMTP_PORT),
                    Email.Security.valueOf(settings.get(AlertKeys.SMTP_SECURITY).name()),
                    settings.find(AlertKeys.SMTP_USER).orElse(null),
                    settings.find(AlertKeys.SMTP_PASSWORD).orElse(null));
            String from = settings.find(AlertKeys.SMTP_FROM).orElse(to.getFirst());
            makers.put("email", () -> new Email(server, from, to));
        }
    }

    private void refuseClearText(String host) {
        if (settings.get(AlertKeys.SMTP_SECURITY) != AlertKeys.MailSecurity.NONE) {
            return;
        }
        if (!Loopback.isLoopback(host)) {
            throw wrong(
                    "BMM_SMTP_SECURITY=none would send mail in clear text to " + host,
                    "set BMM_SMTP_SECURITY to starttls or tls, or BMM_SMTP_HOST to localhost and have a mail server there",
                    null);
        }
        if (settings.isGiven(AlertKeys.SMTP_USER) || settings.isGiven(AlertKeys.SMTP_PASSWORD)) {
            throw wrong(
                    "BMM_SMTP_SECURITY=none would send BMM_SMTP_USER and BMM_SMTP_PASSWORD in clear text",
                    "leave both out for a mail server on this machine, or set BMM_SMTP_SECURITY to starttls or tls",
                    null);
        }
    }

    private static WebhookStyle style(String text, String name) {
        try {
            return WebhookStyle.valueOf(text.strip().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw wrong(
                    AlertKeys.WEBHOOK_STYLE.key(name) + "=" + text + " is none that bmm knows",
                    Hint.of(AlertKeys.WEBHOOK_STYLE),
                    e);
        }
    }

    /** The value is never repeated: it may hold a token. */
    static URI address(String text, String key) {
        try {
            URI address = URI.create(text.strip());
            if (address.getHost() != null && String.valueOf(address.getScheme()).matches("(?i)https?")) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            throw wrong(key + " is not a URL", "it begins with https://", null);
        }
        throw wrong(key + " is not a URL", "it begins with https://", null);
    }

    private static Failure wrong(String message, @CompileTimeConstant final String hint, @Nullable Throwable cause) {
        return wrong(message, Hint.of(hint), cause);
    }

    private static Failure wrong(String message, Hint hint, @Nullable Throwable cause) {
        return new Failure(ExitCode.CONFIGURATION, message, hint, cause);
    }
}
