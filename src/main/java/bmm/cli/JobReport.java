package bmm.cli;

import bmm.alert.Heartbeat;
import bmm.alert.Layer;
import bmm.alert.Observation;
import bmm.alert.Subject;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Secret;
import bmm.base.Setting;
import bmm.base.Settings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an unattended command tells of itself: to its watchdog when it starts and ends, and to the incidents what it did, one
 * subject at a time. A run that was kept away by another one's lock says nothing.
 */
final class JobReport {
    private final Unattended job;
    private final Alerts alerts;
    private final Clock clock;
    private final Instant started;
    private final @Nullable Heartbeat heartbeat;
    private final List<Observation> seen = new ArrayList<>();
    private @Nullable String reason;

    JobReport(Unattended job, Alerts alerts, Settings settings, Clock clock) {
        this.job = job;
        this.alerts = alerts;
        this.clock = clock;
        this.started = clock.instant();
        Setting<Secret> key = job.heartbeat();
        this.heartbeat = key == null
                ? null
                : settings.find(key)
                        .map(url -> new Heartbeat(ChannelSettings.address(url.reveal(), key.key()), UUID.randomUUID()))
                        .orElse(null);
        if (heartbeat != null) {
            LogSetup.keepTail();
            heartbeat.start();
        }
    }

    /** One thing that the job worked on. */
    void add(String name, @Nullable Failure failure) {
        add(Subject.of(job.job(), name), failure);
    }

    /** One thing that the job worked on, under a subject of its own. */
    void add(Subject subject, @Nullable Failure failure) {
        seen.add(new Observation(
                subject,
                failure == null ? Observation.Status.UP : Observation.Status.DOWN,
                failure == null ? "done" : String.valueOf(failure.getMessage()),
                job.severity(),
                Layer.JOB,
                clock.instant()));
    }

    /** A failure that was told in the log. */
    void failed(Failure failure) {
        if (reason == null) {
            reason = String.valueOf(failure.getMessage());
        }
    }

    /** The run is over. */
    void end(ExitCode exit) {
        if (exit == ExitCode.LOCKED || exit == ExitCode.USAGE) {
            return;
        }
        boolean stopped = Thread.interrupted();
        boolean explained = seen.stream().anyMatch(one -> one.status() == Observation.Status.DOWN);
        if (explained) {
            // What failed has a subject of its own; the job itself ran.
            seen.add(alerts.ofJob(job, ExitCode.OK, null));
        } else {
            seen.add(alerts.ofJob(job, exit, reason));
        }
        alerts.observe(seen);
        ping(exit);
        if (stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void ping(ExitCode exit) {
        if (heartbeat == null) {
            return;
        }
        Duration took = Duration.between(started, clock.instant());
        try {
            if (exit == ExitCode.OK) {
                heartbeat.success(took, LogSetup.tail());
            } else {
                heartbeat.fail(exit.code(), took, LogSetup.tail());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
