package bmm.cli;

import bmm.alert.Heartbeat;
import bmm.alert.IncidentBook;
import bmm.alert.Layer;
import bmm.alert.Maintenance;
import bmm.alert.News;
import bmm.alert.Observation;
import bmm.alert.Outbox;
import bmm.alert.Rules;
import bmm.alert.Subject;
import bmm.base.AlertKeys;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.Instance;
import bmm.base.SafeText;
import bmm.base.Settings;
import bmm.notify.Channels;
import bmm.notify.Routes;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a run has to tell, handed to incidents, channels and watchdogs. Nothing here fails a run or changes its exit code. */
final class Alerts {
    private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);
    private static final int LONGEST_SENTENCE = 400;

    private final Settings settings;
    private final Clock clock;
    private final Path stateDirectory;
    private final List<String> hosts;
    private final Channels channels;
    private final Routes routes;
    private final IncidentBook book;
    private final Outbox outbox;
    private final Duration patience;

    /**
     * Reads what the settings say of channels and incidents.
     *
     * @param patience how long a run stays for sending
     * @throws Failure {@link ExitCode#CONFIGURATION} if that cannot be understood
     */
    Alerts(Settings settings, Instance instance, Places places, Clock clock, Duration patience) {
        this.settings = settings;
        this.patience = patience;
        this.clock = clock;
        ChannelSettings described = new ChannelSettings(settings);
        stateDirectory = instance.stateDirectory();
        hosts = described.hosts();
        channels = described.channels();
        routes = described.routes();
        book = new IncidentBook(instance.stateDirectory(), places.reserve(instance), rules(settings), routes, clock);
        outbox = new Outbox(book, channels, places.source(instance), instance.stateDirectory());
    }

    private static Rules rules(Settings settings) {
        try {
            return new Rules(
                    settings.get(AlertKeys.OPEN_AFTER),
                    settings.get(AlertKeys.RESOLVE_AFTER),
                    settings.get(AlertKeys.REMIND_EVERY),
                    Maintenance.parseAll(settings.find(AlertKeys.MAINTENANCE).orElse("")),
                    settings.find(AlertKeys.CAUSES).orElse(List.of()));
        } catch (IllegalArgumentException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION, "BMM_MAINTENANCE: " + Failure.reason(e), Hint.of(AlertKeys.MAINTENANCE), e);
        }
    }

    /** One round of {@code bmm uptime}: incidents, what is due to be sent, then the heartbeat. */
    void tick(List<Observation> seen) {
        try (KnownAddresses known = KnownAddresses.use(stateDirectory, clock.instant())) {
            forgetAllBut(seen);
            tellAndPing(seen);
            known.refresh(hosts);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void forgetAllBut(List<Observation> seen) {
        try {
            book.forgetAllBut("uptime", seen.stream().map(Observation::subject).toList());
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("the state of incidents cannot be read: {}", Failure.reason(e));
        }
    }

    private void tellAndPing(List<Observation> seen) {
        Outbox.@Nullable Rest rest = take(seen);
        boolean down = seen.stream().anyMatch(one -> one.status() == Observation.Status.DOWN);
        settings.find(AlertKeys.HEARTBEAT_URL).ifPresent(url -> {
            Heartbeat heartbeat = new Heartbeat(
                    ChannelSettings.address(url.reveal(), AlertKeys.HEARTBEAT_URL.key()), UUID.randomUUID());
            try {
                if (rest != null && rest.stuck()) {
                    heartbeat.fail(
                            1, Duration.ZERO, "alerts cannot be delivered: " + clean(String.valueOf(rest.problem())));
                } else if (down && settings.get(AlertKeys.HEARTBEAT_FAIL_WHEN_DOWN)) {
                    heartbeat.fail(ExitCode.STATUS.code(), Duration.ZERO, sentences(seen));
                } else {
                    heartbeat.success(Duration.ZERO, "");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static String sentences(List<Observation> seen) {
        return String.join(
                "\n",
                seen.stream()
                        .filter(one -> one.status() == Observation.Status.DOWN)
                        .map(one -> one.subject() + ": " + clean(one.sentence()))
                        .toList());
    }

    /** Observations of any command: opens and resolves incidents, and sends what is due. */
    void observe(List<Observation> seen) {
        try (KnownAddresses known = KnownAddresses.use(stateDirectory, clock.instant())) {
            LOG.atTrace().log("telling with {}", known);
            var unused = take(seen);
        }
    }

    private Outbox.@Nullable Rest take(List<Observation> seen) {
        try {
            List<News> news = book.observe(seen.stream().map(Alerts::clean).toList());
            if (!news.isEmpty()) {
                var unused = ChannelSettings.syslog().send(outbox.message(news), null);
            }
            return outbox.deliver(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("the alert failed: {}", Failure.reason(e));
        }
        return null;
    }

    /** Puts a message that is no incident into the outbox, and sends it if it can. */
    Outbox.Rest tell(News news) throws InterruptedException {
        News cleaned = News.notice(news.subject(), news.severity(), clean(news.sentence()), clock.instant());
        var unused = ChannelSettings.syslog().send(outbox.message(List.of(cleaned)), null);
        book.tell(cleaned);
        return outbox.deliver(patience);
    }

    /** The channels that the settings describe. */
    Channels channels() {
        return channels;
    }

    /** Which way messages go. */
    Routes routes() {
        return routes;
    }

    /** What a job as a whole came to. */
    Observation ofJob(Unattended job, ExitCode exit, @Nullable String reason) {
        boolean ok = exit == ExitCode.OK;
        return new Observation(
                new Subject(job.job()),
                ok ? Observation.Status.UP : Observation.Status.DOWN,
                ok ? "done" : reason == null ? exit.meaning() : reason,
                job.severity(),
                Layer.JOB,
                clock.instant());
    }

    private static Observation clean(Observation seen) {
        return new Observation(
                seen.subject(), seen.status(), clean(seen.sentence()), seen.severity(), seen.layer(), seen.at());
    }

    /** One line without secrets. */
    private static String clean(String sentence) {
        return SafeText.line(
                LogSetup.masked(sentence).replaceAll("[\\r\\n\\t ]+", " ").strip(), LONGEST_SENTENCE);
    }
}
