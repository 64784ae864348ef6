package bmm.uptime;

import bmm.alert.Observation.Status;
import bmm.base.Amounts;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One probe on its way through a tick: tried until it is up or has had its attempts. An attempt runs on a thread of its
 * own, which is left behind if it does not come back. Everything else happens on the thread of the tick.
 */
final class Round {
    /** So that an attempt that keeps time itself can tell more than that its time is up. */
    private static final Duration GRACE = Duration.ofMillis(300);

    /** What came back from an attempt. */
    record Answer(Round round, Trail trail, Look look) {}

    private final Watch watch;
    private final Duration pause;
    private final Queue<Answer> answers;
    private Trail trail = new Trail();
    private Deadline current;
    private boolean looking;
    private int attempt;
    private @Nullable Look last;

    Round(Watch watch, Duration pause, Queue<Answer> answers) {
        this.watch = watch;
        this.pause = pause;
        this.answers = answers;
        this.current = Deadline.in(Duration.ZERO);
    }

    /** Whether nothing more is to be done. */
    boolean isOver() {
        return !looking && last != null && (last.isUp() || attempt >= watch.attempts());
    }

    /** How long until {@link #step} has something to do. */
    Duration untilNextStep() {
        return isOver() ? Duration.ofDays(1) : current.left();
    }

    /** Starts the next attempt where it is time to, and gives up on one that takes too long. */
    void step(Duration leftOfTick) {
        if (isOver() || !current.hasPassed()) {
            return;
        }
        if (looking) {
            take(Look.down(trail.stage(), "no answer within " + Amounts.duration(watch.timeout()), watch.timeout()));
        } else if (leftOfTick.compareTo(GRACE) > 0) {
            start(leftOfTick.minus(GRACE));
        } else if (last != null) {
            attempt = watch.attempts(); // no time for another
        }
    }

    private void start(Duration most) {
        Duration timeout = watch.timeout().compareTo(most) < 0 ? watch.timeout() : most;
        Trail own = new Trail();
        trail = own;
        attempt++;
        looking = true;
        current = Deadline.in(timeout.plus(GRACE));
        Thread thread =
                new Thread(() -> answers.add(new Answer(this, own, look(own, timeout))), "probe-" + watch.name());
        thread.setDaemon(true);
        thread.start();
    }

    private Look look(Trail own, Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        try {
            return watch.probe().look(own, timeout);
        } catch (IOException | RuntimeException e) {
            return Look.down(own.stage(), Reasons.of(e), deadline.spent());
        } catch (InterruptedException e) {
            return Look.down(own.stage(), "stopped", deadline.spent());
        } catch (StackOverflowError | OutOfMemoryError e) {
            return Look.down(own.stage(), "the answer is more than this machine can take: " + e, deadline.spent());
        }
    }

    /** Takes an answer, unless it comes from an attempt that was given up. */
    void take(Answer answer) {
        if (looking && answer.trail() == trail) {
            take(answer.look());
        }
    }

    private void take(Look look) {
        looking = false;
        last = isTooSlow(look)
                ? new Look(
                        Status.DOWN,
                        look.stage(),
                        "took " + Amounts.latency(look.latency()) + ", not less than "
                                + Amounts.latency(watch.slowest() == null ? Duration.ZERO : watch.slowest()),
                        look.latency(),
                        look.certificateEnds())
                : look;
        current = Deadline.in(pause);
    }

    private boolean isTooSlow(Look look) {
        return look.isUp() && watch.slowest() != null && look.latency().compareTo(watch.slowest()) >= 0;
    }

    /** What came of it, also when the tick ends before it is over. */
    ProbeResult result(Instant now) {
        Look look = last != null && !looking
                ? last
                : Look.down(trail.stage(), "no answer before the end of the tick", Duration.ZERO);
        return new ProbeResult(
                watch.name(),
                watch.probe().target(),
                look.status(),
                look.sentence(),
                look.stage(),
                look.latency(),
                look.certificateEnds(),
                attempt,
                watch.layer(),
                watch.severity(),
                now);
    }

    /** Whether the last attempt led out of this machine. */
    boolean leadsOutside() {
        return trail.leadsOutside();
    }
}
