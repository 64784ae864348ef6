package bmm.catalog;

import bmm.base.Amounts;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which backups of one database stay, and why. A pure function: it reads no clock and removes nothing.
 *
 * <p>A rule such as {@code daily 14} keeps the newest backup of each of the 14 newest days <em>that have one</em>, so
 * a pause in backups never empties the store. Days, ISO weeks, months and years are those of UTC.
 */
public final class Retention {
    /**
     * What to keep. A rule that is zero or absent keeps nothing by itself; where all are, nothing is ever removed.
     *
     * @param within keep every backup that is not older, or null
     * @param last keep this many newest
     * @param hourly keep the newest of this many hours, and so on
     */
    public record Policy(
            @Nullable Duration within, int last, int hourly, int daily, int weekly, int monthly, int yearly) {
        /** Removes nothing. */
        public static final Policy KEEP_ALL = new Policy(null, 0, 0, 0, 0, 0, 0);

        /** Whether this policy has no rule at all, and so removes nothing. */
        public boolean keepsAll() {
            return (within == null || within.isZero() || within.isNegative())
                    && Math.max(Math.max(last, Math.max(hourly, daily)), Math.max(weekly, Math.max(monthly, yearly)))
                            <= 0;
        }
    }

    /**
     * A backup as retention sees it.
     *
     * @param name unique among the candidates
     * @param when the moment of its snapshot
     * @param verified whether it was verified, not only written
     */
    public record Candidate(String name, Instant when, boolean verified) {}

    /**
     * One ground to keep or to remove.
     *
     * @param label what backups kept on this ground are counted under: {@code daily}
     * @param text in full: {@code daily 3 of 14}
     */
    public record Reason(String label, String text) {
        private Reason(String text) {
            this(text, text);
        }
    }

    /** What is to become of one backup, with every reason that applies. */
    public record Decision(Candidate candidate, boolean keep, List<Reason> reasons) {
        /** The same backup, which no rule keeps but the store does. */
        public Decision locked(Instant until) {
            return new Decision(candidate, true, List.of(new Reason("locked", "locked until " + until)));
        }

        /** The same backup, which is not what it says, or nobody can know. */
        Decision unsigned() {
            List<Reason> all = new ArrayList<>(reasons);
            all.add(UNSIGNED);
            return new Decision(candidate, keep, List.copyOf(all));
        }

        /** All reasons in one line: {@code newest, within 14d, daily 1 of 14}. */
        public String reason() {
            return String.join(", ", reasons.stream().map(Reason::text).toList());
        }
    }

    /** A rule that keeps the newest of each period, finest first. {@code start} is the beginning of a moment's period. */
    private record Periodic(String rule, String noun, int count, UnaryOperator<ZonedDateTime> start) {}

    private static final Reason NEWEST = new Reason("newest");
    private static final Reason NEWEST_VERIFIED = new Reason("newest verified");
    private static final Reason FUTURE = new Reason("dated in the future");
    private static final Reason NO_RULE = new Reason("no rule removes anything");
    private static final Reason RUN_FAILED = new Reason("the newest run failed");
    private static final Reason UNSIGNED = new Reason("not signed", "not signed as it must be");
    private static final Reason OLDER = new Reason("older than every rule");

    private Retention() {}

    /**
     * Decides on every candidate, newest first.
     *
     * @param candidates all backups of one database at one place
     * @param now the present moment
     * @param newestRunFailed if so, nothing is removed: the backups that are there may be the last good ones
     * @param protectedNames names that must stay for another reason, with that reason ({@code newest that passed a drill})
     */
    public static List<Decision> decide(
            Collection<Candidate> candidates,
            Policy policy,
            Instant now,
            boolean newestRunFailed,
            Map<String, String> protectedNames) {
        List<Candidate> newestFirst = candidates.stream()
                .sorted(Comparator.comparing(Candidate::when)
                        .thenComparing(Candidate::name)
                        .reversed())
                .toList();
        if (newestRunFailed) {
            return keepAll(newestFirst, RUN_FAILED);
        }
        if (policy.keepsAll()) {
            return keepAll(newestFirst, NO_RULE);
        }
        Map<Candidate, List<Reason>> kept = new HashMap<>();
        List<Candidate> past =
                newestFirst.stream().filter(one -> !one.when().isAfter(now)).toList();
        past.stream().findFirst().ifPresent(one -> add(kept, one, NEWEST));
        past.stream().filter(Candidate::verified).findFirst().ifPresent(one -> add(kept, one, NEWEST_VERIFIED));
        for (Candidate one : newestFirst) {
            if (one.when().isAfter(now)) {
                add(kept, one, FUTURE);
            }
            Optional.ofNullable(protectedNames.get(one.name())).ifPresent(why -> add(kept, one, new Reason(why)));
        }
        keepYoung(past, policy, now, kept);
        Map<Periodic, List<Instant>> periods = new LinkedHashMap<>();
        periodic(policy).forEach(rule -> periods.put(rule, keepNewestOfEach(rule, past, kept)));
        return newestFirst.stream()
                .map(one -> kept.containsKey(one)
                        ? new Decision(one, true, kept.getOrDefault(one, List.of()))
                        : new Decision(one, false, List.of(whyRemoved(one, periods))))
                .toList();
    }

    /**
     * The decisions in one line: {@code kept 14 daily, 8 weekly; removed 1 (older than every rule)}. A backup that
     * several rules keep is counted under each of them.
     */
    public static String summary(List<Decision> decisions) {
        for (Reason whole : List.of(RUN_FAILED, NO_RULE)) {
            if (!decisions.isEmpty() && decisions.getFirst().reasons().contains(whole)) {
                return "kept " + decisions.size() + " (" + whole.text() + ")";
            }
        }
        Map<String, Integer> kept = new LinkedHashMap<>();
        Set<String> whyRemoved = new LinkedHashSet<>();
        for (Decision decision : decisions) {
            if (!decision.keep()) {
                whyRemoved.add(decision.reason());
                continue;
            }
            // That it is the newest is worth saying only where no rule would have kept it.
            List<Reason> rules =
                    decision.reasons().stream().filter(one -> !isNewest(one)).toList();
            (rules.isEmpty() ? decision.reasons().subList(0, 1) : rules)
                    .forEach(reason -> kept.merge(reason.label(), 1, Integer::sum));
        }
        long removed = decisions.stream().filter(one -> !one.keep()).count();
        return "kept "
                + (kept.isEmpty()
                        ? "none"
                        : kept.entrySet().stream()
                                .map(one -> one.getValue() + " " + one.getKey())
                                .collect(Collectors.joining(", ")))
                + (removed == 0 ? "" : "; removed " + removed + " (" + String.join(", ", whyRemoved) + ")");
    }

    private static boolean isNewest(Reason reason) {
        return reason.equals(NEWEST) || reason.equals(NEWEST_VERIFIED);
    }

    private static List<Decision> keepAll(List<Candidate> candidates, Reason reason) {
        return candidates.stream()
                .map(one -> new Decision(one, true, List.of(reason)))
                .toList();
    }

    private static void keepYoung(List<Candidate> past, Policy policy, Instant now, Map<Candidate, List<Reason>> kept) {
        Duration within = policy.within();
        for (int i = 0; i < past.size(); i++) {
            Candidate one = past.get(i);
            if (within != null
                    && !within.isZero()
                    && Duration.between(one.when(), now).compareTo(within) <= 0) {
                add(kept, one, new Reason("within " + Amounts.compact(within)));
            }
            if (i < policy.last()) {
                add(kept, one, new Reason("last", "last " + (i + 1) + " of " + policy.last()));
            }
        }
    }

    /** Applies one rule and returns the periods that it keeps a backup of. */
    private static List<Instant> keepNewestOfEach(
            Periodic rule, List<Candidate> past, Map<Candidate, List<Reason>> kept) {
        List<Instant> periods = new ArrayList<>();
        for (Candidate one : past) {
            Instant period = periodOf(one, rule);
            // Newest first: the first one of a period is its newest, and periods come in order.
            boolean isNew = periods.isEmpty() || !periods.getLast().equals(period);
            if (isNew && periods.size() < rule.count()) {
                periods.add(period);
                add(kept, one, new Reason(rule.rule(), rule.rule() + " " + periods.size() + " of " + rule.count()));
            }
        }
        return periods;
    }

    private static Reason whyRemoved(Candidate one, Map<Periodic, List<Instant>> periods) {
        return periods.entrySet().stream()
                .filter(entry -> entry.getValue().contains(periodOf(one, entry.getKey())))
                .findFirst()
                .map(entry -> "a newer one is kept for that " + entry.getKey().noun())
                .map(Reason::new)
                .orElse(OLDER);
    }

    private static Instant periodOf(Candidate one, Periodic rule) {
        return rule.start().apply(one.when().atZone(ZoneOffset.UTC)).toInstant();
    }

    private static List<Periodic> periodic(Policy policy) {
        return List.of(
                new Periodic("hourly", "hour", policy.hourly(), time -> time.truncatedTo(ChronoUnit.HOURS)),
                new Periodic("daily", "day", policy.daily(), Retention::day),
                new Periodic(
                        "weekly",
                        "week",
                        policy.weekly(),
                        time -> day(time).with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))),
                new Periodic(
                        "monthly", "month", policy.monthly(), time -> day(time).withDayOfMonth(1)),
                new Periodic(
                        "yearly", "year", policy.yearly(), time -> day(time).withDayOfYear(1)));
    }

    private static ZonedDateTime day(ZonedDateTime time) {
        return time.truncatedTo(ChronoUnit.DAYS);
    }

    private static void add(Map<Candidate, List<Reason>> kept, Candidate one, Reason reason) {
        kept.computeIfAbsent(one, unused -> new ArrayList<>()).add(reason);
    }
}
