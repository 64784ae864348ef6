package bmm.alert;

import bmm.notify.Message;
import bmm.notify.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something to be sent one way. It leaves the outbox only when it is delivered.
 *
 * @param route names of channels: the first one, then its fall-backs
 * @param created when the oldest of its news happened
 * @param sending how far that has come
 */
record Entry(long id, List<String> route, List<News> news, Severity severity, Instant created, Sending sending) {
    /** A channel that has been trying for so long gives way to the next one. */
    static final Duration STUCK = Duration.ofMinutes(10);

    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    /**
     * How far sending has come.
     *
     * @param channel index in the route
     * @param tries with that channel
     * @param first when the first of them began
     * @param next not before that
     * @param underway from before it is sent until the outcome is known; after a crash it tells that it may have arrived
     * @param message as it was sent, while the outcome is unknown
     * @param receipt of a channel that has accepted it and can say later whether it arrived
     * @param problem of the last try
     */
    record Sending(
            int channel,
            int tries,
            @Nullable Instant first,
            @Nullable Instant next,
            boolean underway,
            @Nullable Message message,
            @Nullable String receipt,
            @Nullable String problem) {
        static final Sending NOT_YET = new Sending(0, 0, null, null, false, null, null, null);
    }

    String channel() {
        return route.get(sending.channel() % route.size());
    }

    boolean isPending() {
        return sending.receipt() == null;
    }

    /** A time to wait for that is longer than any bmm sets comes from a clock that was put back. */
    boolean isDue(Instant now) {
        Instant next = sending.next();
        return next == null || !next.isAfter(now) || next.isAfter(now.plus(LONGEST_WAIT));
    }

    /** Not to be sent before that time, unless something else is. */
    Entry waiting(Instant until) {
        return with(new Sending(0, 0, null, until, false, null, null, null));
    }

    /** Tried, and not delivered for as long as a channel may take. */
    boolean isStuck(Instant now) {
        return isPending() && sending.problem() != null && !now.isBefore(created.plus(STUCK));
    }

    Entry with(Sending other) {
        return new Entry(id, route, news, severity, created, other);
    }

    Entry with(List<News> other) {
        return new Entry(id, route, other, severity, created, sending);
    }

    /** About to be sent. */
    Entry started(Message message, Instant now) {
        Instant first = sending.first();
        return with(new Sending(
                sending.channel(),
                sending.tries() + 1,
                first == null || first.isAfter(now) ? now : first,
                null,
                true,
                message,
                null,
                sending.problem()));
    }

    Entry accepted(String receipt, Instant now) {
        return with(new Sending(sending.channel(), sending.tries(), now, null, false, null, receipt, null));
    }

    /** To be tried again: with this channel, or the next one when it has had its time. */
    Entry postponed(String problem, boolean unclear, Instant now) {
        Instant first = sending.first();
        if (route.size() > 1 && first != null && !now.isBefore(first.plus(STUCK))) {
            return onNextChannel(problem, now);
        }
        return with(new Sending(
                sending.channel(),
                sending.tries(),
                first,
                now.plus(pause()),
                unclear,
                unclear ? sending.message() : null,
                null,
                problem));
    }

    /** When every channel has refused, some time passes before the first is asked again. */
    Entry onNextChannel(String problem, Instant now) {
        int channel = (sending.channel() + 1) % route.size();
        return with(new Sending(channel, 0, null, channel == 0 ? now.plus(STUCK) : null, false, null, null, problem));
    }

    private Duration pause() {
        return switch (sending.tries()) {
            case 0, 1 -> Duration.ofSeconds(2);
            case 2 -> Duration.ofSeconds(10);
            case 3 -> Duration.ofMinutes(1);
            default -> Duration.ofMinutes(4);
        };
    }
}
