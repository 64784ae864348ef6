package bmm.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How one subject has been doing. A pure state machine: an observation makes a new one of it, and perhaps news.
 *
 * @param failures in a row
 * @param successes in a row, while an incident is open
 * @param failingSince the first of those failures
 * @param upSince the first of those successes
 * @param incident if one is open
 * @param opened when incidents opened in the last day
 */
record Watched(
        int failures,
        int successes,
        @Nullable Instant failingSince,
        @Nullable Instant upSince,
        @Nullable Incident incident,
        List<Instant> opened) {
    static final Watched NEW = new Watched(0, 0, null, null, null, List.of());

    private static final Duration A_DAY = Duration.ofDays(1);

    /** What follows from an observation. */
    record Step(Watched now, @Nullable News news) {}

    Step see(Observation seen, Rules rules, LongSupplier ids) {
        Watched current = forgetting(seen.at());
        return switch (seen.status()) {
            case UP -> current.up(seen, rules);
            case DOWN -> current.down(seen, rules, ids);
            case UNKNOWN -> new Step(current, null);
        };
    }

    /** Nothing to remember: it is as good as never seen. */
    boolean isUnremarkable() {
        return incident == null && failures == 0 && opened.isEmpty();
    }

    /** Down so often in a day that its news need not wake anyone each time. */
    boolean isFlapping() {
        return opened.size() > Rules.STEADY_OPENINGS;
    }

    private Step down(Observation seen, Rules rules, LongSupplier ids) {
        Instant first = failingSince == null || failingSince.isAfter(seen.at()) ? seen.at() : failingSince;
        boolean maintenance = rules.inMaintenance(seen.subject(), seen.at());
        if (incident != null) {
            Incident open = incident.seen(seen.sentence());
            boolean due = !rules.remindEvery().isZero()
                    && !maintenance
                    && !seen.at().isBefore(open.told().plus(rules.remindEvery()));
            News reminder = due ? News.of(News.Kind.STILL_DOWN, seen.subject(), open, null, seen.at()) : null;
            Incident next = due || open.told().isAfter(seen.at()) ? open.told(seen.at()) : open;
            return new Step(new Watched(failures + 1, 0, first, null, next, opened), reminder);
        }
        if (maintenance) {
            return new Step(new Watched(0, 0, null, null, null, opened), null);
        }
        if (failures + 1 < rules.openAfter(seen.subject())) {
            return new Step(new Watched(failures + 1, 0, first, null, null, opened), null);
        }
        List<Instant> openings =
                Stream.concat(opened.stream(), Stream.of(seen.at())).toList();
        Incident open = new Incident(
                ids.getAsLong(),
                seen.severity(),
                seen.layer(),
                first,
                seen.sentence() + flapping(openings.size(), rules),
                seen.at());
        return new Step(
                new Watched(failures + 1, 0, first, null, open, openings),
                News.of(News.Kind.DOWN, seen.subject(), open, null, seen.at()));
    }

    private Step up(Observation seen, Rules rules) {
        if (incident == null) {
            return new Step(new Watched(0, 0, null, null, null, opened), null);
        }
        Instant first = upSince == null || upSince.isAfter(seen.at()) ? seen.at() : upSince;
        boolean steady = successes + 1 >= rules.resolveAfter(seen.subject())
                && !seen.at().isBefore(first.plus(rules.quiet(opened.size())));
        if (!steady) {
            return new Step(new Watched(0, successes + 1, null, first, incident, opened), null);
        }
        return new Step(
                new Watched(0, 0, null, null, null, opened),
                News.of(News.Kind.RECOVERED, seen.subject(), incident, first, seen.at()));
    }

    /** Also what lies in the future, should the clock have been put back. */
    private Watched forgetting(Instant now) {
        List<Instant> recent = opened.stream()
                .filter(at -> !at.isAfter(now) && at.isAfter(now.minus(A_DAY)))
                .toList();
        return recent.size() == opened.size()
                ? this
                : new Watched(failures, successes, failingSince, upSince, incident, recent);
    }

    private static String flapping(int openings, Rules rules) {
        Duration quiet = rules.quiet(openings);
        return quiet.isZero()
                ? ""
                : " (down for the " + openings + ". time in a day; its end is told after " + quiet.toMinutes()
                        + " quiet minutes)";
    }
}
