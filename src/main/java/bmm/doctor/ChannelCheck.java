package bmm.doctor;

import bmm.base.AlertKeys;
import bmm.base.ExitCode;
import bmm.base.Finding;
import bmm.base.Hint;
import bmm.base.Secret;
import bmm.base.Setting;
import bmm.base.Settings;
import bmm.notify.Loopback;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whether messages, and the secrets that their addresses are, leave this machine in clear text. */
final class ChannelCheck {
    private static final Hint TLS = Hint.of(
            "anyone on the way can read it, and send in its name: use https://, or reach it through a tunnel or tailnet");

    private final Settings settings;

    ChannelCheck(Settings settings) {
        this.settings = settings;
    }

    List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        mail().ifPresent(findings::add);
        settings.all(AlertKeys.WEBHOOK)
                .forEach((name, url) -> clearText("webhook " + name.toLowerCase(Locale.ROOT), url)
                        .ifPresent(findings::add));
        for (Setting<Secret> setting : List.of(
                AlertKeys.FAIL_URL,
                AlertKeys.HEARTBEAT_URL,
                AlertKeys.HEARTBEAT_BACKUP,
                AlertKeys.HEARTBEAT_DRILL,
                AlertKeys.HEARTBEAT_MIRROR)) {
            settings.find(setting)
                    .flatMap(url -> clearText(setting.key(), url.reveal()))
                    .ifPresent(findings::add);
        }
        return findings;
    }

    private Optional<Finding> mail() {
        if (settings.get(AlertKeys.SMTP_SECURITY) != AlertKeys.MailSecurity.NONE) {
            return Optional.empty();
        }
        return settings.find(AlertKeys.SMTP_HOST)
                .map(host -> Loopback.isLoopback(host)
                        ? Finding.ok("mail", "in clear text, to this machine only")
                        : Finding.fail(
                                ExitCode.CONFIGURATION,
                                "mail",
                                "BMM_SMTP_SECURITY=none would send it in clear text to " + host,
                                "set BMM_SMTP_SECURITY to starttls or tls, or BMM_SMTP_HOST to localhost"));
    }

    private static Optional<Finding> clearText(String subject, String url) {
        return Loopback.isClearText(url)
                ? Optional.of(Finding.warn(subject, "an http:// address beyond this machine", TLS))
                : Optional.empty();
    }
}
