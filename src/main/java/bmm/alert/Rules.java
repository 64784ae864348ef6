package bmm.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * When an incident opens, resolves, and is told of again.
 *
 * @param openAfter failures of a probe in a row; jobs open with the first
 * @param resolveAfter successes of a probe in a row; jobs resolve with the first
 * @param remindEvery zero: never
 * @param maintenance when nothing opens
 * @param causes names of subjects, causes first; what is not named is ordered by its layer, after them
 */
public record Rules(
        int openAfter, int resolveAfter, Duration remindEvery, List<Maintenance> maintenance, List<String> causes) {
    /** Opens with the first failure, resolves with the first success, never reminds. */
    public static final Rules DEFAULT = new Rules(1, 1, Duration.ZERO, List.of(), List.of());

    /** How often a subject may go down in a day before it counts as flapping. */
    static final int STEADY_OPENINGS = 2;

    private static final Duration FIRST_QUIET = Duration.ofMinutes(10);
    private static final Duration LONGEST_QUIET = Duration.ofHours(12);

    int openAfter(Subject subject) {
        return subject.isProbe() ? openAfter : 1;
    }

    int resolveAfter(Subject subject) {
        return subject.isProbe() ? resolveAfter : 1;
    }

    boolean inMaintenance(Subject subject, Instant at) {
        return maintenance.stream().anyMatch(window -> window.covers(subject, at));
    }

    /**
     * How long a subject must stay up before its incident resolves. It doubles with every incident of the last day after
     * the second, so that what flaps is told a few times and then not until it is steady.
     */
    Duration quiet(int openedInADay) {
        if (openedInADay <= STEADY_OPENINGS) {
            return Duration.ZERO;
        }
        int doublings = Math.min(openedInADay - STEADY_OPENINGS - 1, 16);
        Duration quiet = FIRST_QUIET.multipliedBy(1L << doublings);
        return quiet.compareTo(LONGEST_QUIET) > 0 ? LONGEST_QUIET : quiet;
    }

    /** Causes before symptoms. Not by Comparator's own methods: what these return is made at run time, in every tick. */
    Comparator<News> causeFirst() {
        return (one, other) -> {
            int byName = Integer.compare(named(one.subject()), named(other.subject()));
            int byLayer = one.layer().compareTo(other.layer());
            return byName != 0 ? byName : byLayer != 0 ? byLayer : one.since().compareTo(other.since());
        };
    }

    /** Whether one lies deeper than the other, so that it may be its cause. */
    boolean isDeeper(Subject deep, Layer deepLayer, Subject other, Layer otherLayer) {
        int byName = Integer.compare(named(deep), named(other));
        return byName != 0 ? byName < 0 : deepLayer.compareTo(otherLayer) < 0;
    }

    private int named(Subject subject) {
        for (int i = 0; i < causes.size(); i++) {
            String cause = causes.get(i);
            if (cause.equalsIgnoreCase(subject.name()) || cause.equalsIgnoreCase(subject.shortName())) {
                return i;
            }
        }
        return causes.size();
    }
}
