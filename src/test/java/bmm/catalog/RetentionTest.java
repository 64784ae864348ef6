package bmm.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.catalog.Retention.Candidate;
import bmm.catalog.Retention.Decision;
import bmm.catalog.Retention.Policy;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class RetentionTest {
    /** A Saturday. */
    private static final Instant NOW = Instant.parse("2026-11-21T04:00:00Z");

    private static final Policy DAILY_14_WEEKLY_8 = new Policy(null, 0, 0, 14, 8, 0, 0);

    @Test
    void fourteenDailyAndEightWeekly() {
        List<Decision> decisions = decide(nightly(120), DAILY_14_WEEKLY_8);

        List<String> expected = new ArrayList<>();
        IntStream.range(0, 14).forEach(i -> expected.add(day(i)));
        // Weeks 47 (today, a Saturday) and 46 are among the days already; then the Sundays of weeks 45 to 40.
        List.of("2026-11-08", "2026-11-01", "2026-10-25", "2026-10-18", "2026-10-11", "2026-10-04")
                .forEach(sunday -> {
                    if (!expected.contains(sunday)) {
                        expected.add(sunday);
                    }
                });
        assertThat(keptNames(decisions)).containsExactlyElementsOf(expected);
        assertThat(reasonOf(decisions, "2026-11-21"))
                .isEqualTo("newest, newest verified, daily 1 of 14, weekly 1 of 8");
        assertThat(reasonOf(decisions, "2026-11-19")).isEqualTo("daily 3 of 14");
        assertThat(reasonOf(decisions, "2026-11-15")).isEqualTo("daily 7 of 14, weekly 2 of 8");
        assertThat(reasonOf(decisions, "2026-10-18")).isEqualTo("weekly 6 of 8");
        assertThat(reasonOf(decisions, "2026-10-20")).isEqualTo("a newer one is kept for that week");
        assertThat(reasonOf(decisions, "2026-09-27")).isEqualTo("older than every rule");
        assertThat(Retention.summary(decisions))
                .startsWith("kept 14 daily, 8 weekly; removed 101 (")
                .contains("older than every rule");
    }

    @Test
    void aYearOfNightsWithPruningEachNightStaysSteady() {
        Set<Candidate> stored = new LinkedHashSet<>();
        for (int night = 0; night < 400; night++) {
            Instant now = NOW.plus(Duration.ofDays(night));
            stored.add(new Candidate("night-" + night, now.minusSeconds(600), true));
            Retention.decide(stored, DAILY_14_WEEKLY_8, now, false, Map.of()).stream()
                    .filter(one -> !one.keep())
                    .forEach(one -> stored.remove(one.candidate()));
        }

        // Two of the eight weeks are always within the fourteen days, at times the third one's Sunday too.
        assertThat(stored).hasSizeBetween(19, 20);
        List<Instant> whens = stored.stream().map(Candidate::when).sorted().toList();
        assertThat(Duration.between(whens.getFirst(), whens.getLast()))
                .isBetween(Duration.ofDays(45), Duration.ofDays(56));
    }

    @Test
    void isoWeeksRunFromMondayToSundayAcrossTheYear() {
        // 2026-12-28 is the Monday of week 53, 2027-01-04 that of week 1.
        List<Candidate> candidates = List.of(
                at("sunday before", "2026-12-27T23:59:59Z"),
                at("monday", "2026-12-28T00:00:00Z"),
                at("new year", "2027-01-01T12:00:00Z"),
                at("sunday", "2027-01-03T23:59:59Z"),
                at("next monday", "2027-01-04T00:00:00Z"));

        List<Decision> decisions = Retention.decide(
                candidates, new Policy(null, 0, 0, 0, 3, 0, 0), Instant.parse("2027-01-04T01:00:00Z"), false, Map.of());

        assertThat(keptNames(decisions)).containsExactly("next monday", "sunday", "sunday before");
    }

    @Test
    void hoursMonthsAndYears() {
        List<Candidate> candidates = List.of(
                at("a", "2026-11-21T03:59:00Z"),
                at("b", "2026-11-21T03:01:00Z"),
                at("c", "2026-11-21T02:59:00Z"),
                at("d", "2026-10-31T23:00:00Z"),
                at("e", "2026-10-01T00:00:00Z"),
                at("f", "2025-12-31T23:59:00Z"),
                at("g", "2025-01-01T00:00:00Z"));

        assertThat(keptNames(decide(candidates, new Policy(null, 0, 2, 0, 0, 0, 0))))
                .containsExactly("a", "c");
        assertThat(keptNames(decide(candidates, new Policy(null, 0, 0, 0, 0, 3, 0))))
                .containsExactly("a", "d", "f");
        assertThat(keptNames(decide(candidates, new Policy(null, 0, 0, 0, 0, 0, 9))))
                .containsExactly("a", "f");
        assertThat(keptNames(decide(candidates, new Policy(null, 3, 0, 0, 0, 0, 0))))
                .containsExactly("a", "b", "c");
        assertThat(reasonOf(decide(candidates, new Policy(null, 3, 0, 0, 0, 0, 0)), "b"))
                .isEqualTo("last 2 of 3");
    }

    @Test
    void withinIsInclusive() {
        List<Candidate> candidates = List.of(
                at("young", "2026-11-20T04:00:00Z"),
                at("edge", "2026-11-07T04:00:00Z"),
                at("old", "2026-11-07T03:59:59Z"));

        List<Decision> decisions = decide(candidates, new Policy(Duration.ofDays(14), 0, 0, 0, 0, 0, 0));

        assertThat(keptNames(decisions)).containsExactly("young", "edge");
        assertThat(reasonOf(decisions, "edge")).isEqualTo("within 14d");
        assertThat(Retention.summary(decisions)).isEqualTo("kept 2 within 14d; removed 1 (older than every rule)");
    }

    @Test
    void aPauseInBackupsRemovesNothingMore() {
        List<Decision> decisions =
                Retention.decide(nightly(14), DAILY_14_WEEKLY_8, NOW.plus(Duration.ofDays(1000)), false, Map.of());

        assertThat(decisions).allMatch(Decision::keep);
    }

    @Test
    void neverRemovesTheNewestNorTheNewestVerified() {
        List<Candidate> candidates = List.of(
                new Candidate("unverified", NOW.minus(Duration.ofDays(300)), false),
                new Candidate("verified", NOW.minus(Duration.ofDays(301)), true),
                new Candidate("older", NOW.minus(Duration.ofDays(302)), true));

        List<Decision> decisions = decide(candidates, new Policy(Duration.ofDays(1), 0, 0, 0, 0, 0, 0));

        assertThat(keptNames(decisions)).containsExactly("unverified", "verified");
        assertThat(reasonOf(decisions, "unverified")).isEqualTo("newest");
        assertThat(reasonOf(decisions, "verified")).isEqualTo("newest verified");
        assertThat(Retention.summary(decisions))
                .isEqualTo("kept 1 newest, 1 newest verified; removed 1 (older than every rule)");
    }

    @Test
    void neverRemovesWhatIsProtected() {
        List<Decision> decisions = Retention.decide(
                nightly(30),
                new Policy(null, 1, 0, 0, 0, 0, 0),
                NOW,
                false,
                Map.of("2026-11-01", "newest that passed a drill", "not there", "x"));

        assertThat(keptNames(decisions)).containsExactly("2026-11-21", "2026-11-01");
        assertThat(reasonOf(decisions, "2026-11-01")).isEqualTo("newest that passed a drill");
    }

    @Test
    void removesNothingWhileTheNewestRunFailed() {
        List<Decision> decisions =
                Retention.decide(nightly(30), new Policy(null, 1, 0, 0, 0, 0, 0), NOW, true, Map.of());

        assertThat(decisions)
                .hasSize(30)
                .allMatch(Decision::keep)
                .allMatch(one -> one.reason().equals("the newest run failed"));
        assertThat(Retention.summary(decisions)).isEqualTo("kept 30 (the newest run failed)");
    }

    @Test
    void aPolicyWithoutRulesRemovesNothing() {
        assertThat(decide(nightly(30), Policy.KEEP_ALL)).hasSize(30).allMatch(Decision::keep);
        assertThat(decide(nightly(30), new Policy(Duration.ZERO, 0, 0, 0, 0, 0, 0)))
                .allMatch(Decision::keep);
        assertThat(Retention.summary(decide(nightly(3), Policy.KEEP_ALL)))
                .isEqualTo("kept 3 (no rule removes anything)");
        assertThat(decide(List.of(), DAILY_14_WEEKLY_8)).isEmpty();
    }

    @Test
    void extremeValuesDoNotOverflow() {
        Policy endless = new Policy(
                Duration.ofSeconds(Long.MAX_VALUE),
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE);

        assertThat(decide(nightly(30), endless)).allMatch(Decision::keep);
    }

    @RepeatedTest(300)
    void holdsForRandomHistories(RepetitionInfo info) {
        Random random = new Random(info.getCurrentRepetition());
        List<Candidate> history = history(random);
        Policy policy = policy(random);

        List<Decision> decisions = decide(history, policy);

        Set<String> kept = Set.copyOf(keptNames(decisions));
        assertThat(decisions).extracting(Decision::candidate).containsExactlyInAnyOrderElementsOf(history);
        assertThat(decisions)
                .isSortedAccordingTo(
                        (a, b) -> b.candidate().when().compareTo(a.candidate().when()));
        assertThat(decisions).noneMatch(one -> one.reason().isBlank());
        assertThat(decisions.stream().filter(one -> one.candidate().when().isAfter(NOW)))
                .allMatch(Decision::keep);
        List<Decision> past = decisions.stream()
                .filter(one -> !one.candidate().when().isAfter(NOW))
                .toList();
        assertThat(past.stream().limit(1)).allMatch(Decision::keep);
        assertThat(past.stream().filter(one -> one.candidate().verified()).limit(1))
                .allMatch(Decision::keep);

        List<Candidate> shuffled = new ArrayList<>(history);
        Collections.shuffle(shuffled, random);
        assertThat(decide(shuffled, policy)).as("order does not matter").isEqualTo(decisions);

        List<Candidate> rest =
                history.stream().filter(one -> kept.contains(one.name())).toList();
        assertThat(decide(rest, policy)).as("a second run removes nothing").allMatch(Decision::keep);

        List<Candidate> withoutFuture =
                history.stream().filter(one -> !one.when().isAfter(NOW)).toList();
        assertThat(decide(withoutFuture, policy))
                .as("the future pushes nothing out")
                .isEqualTo(past);

        Policy wider = new Policy(
                policy.within(),
                policy.last() + 1,
                policy.hourly() + 1,
                policy.daily() + 1,
                policy.weekly() + 1,
                policy.monthly() + 1,
                policy.yearly() + 1);
        if (!policy.keepsAll()) {
            assertThat(keptNames(decide(history, wider)))
                    .as("a wider policy keeps no less")
                    .containsAll(kept);
            int most = (int) past.stream()
                            .filter(one -> one.reason().contains("within "))
                            .count()
                    + policy.last()
                    + policy.hourly()
                    + policy.daily()
                    + policy.weekly()
                    + policy.monthly()
                    + policy.yearly()
                    + 2;
            assertThat(past.stream().filter(Decision::keep).count()).isLessThanOrEqualTo(most);
        }
    }

    private static List<Candidate> history(Random random) {
        int count = random.nextInt(80);
        long spread = Duration.ofDays(1 + random.nextInt(900)).toSeconds();
        return IntStream.range(0, count)
                .mapToObj(i -> new Candidate(
                        "backup-" + i,
                        // Some at the same second, some in the future.
                        NOW.minusSeconds(random.nextLong(spread) / 1800 * 1800)
                                .plusSeconds(random.nextInt(20) == 0 ? spread : 0),
                        random.nextInt(4) != 0))
                .toList();
    }

    private static Policy policy(Random random) {
        Duration within = random.nextBoolean() ? null : Duration.ofHours(random.nextInt(1000));
        return new Policy(
                within,
                some(random, 5),
                some(random, 30),
                some(random, 20),
                some(random, 10),
                some(random, 12),
                some(random, 3));
    }

    private static int some(Random random, int most) {
        return random.nextBoolean() ? 0 : random.nextInt(most);
    }

    private static List<Candidate> nightly(int nights) {
        return IntStream.range(0, nights)
                .mapToObj(i -> at(day(i), day(i) + "T03:15:00Z"))
                .toList();
    }

    private static String day(int ago) {
        return LocalDate.ofInstant(NOW, ZoneOffset.UTC).minusDays(ago).toString();
    }

    private static Candidate at(String name, String when) {
        return new Candidate(name, Instant.parse(when), true);
    }

    private static List<Decision> decide(List<Candidate> candidates, Policy policy) {
        return Retention.decide(candidates, policy, NOW, false, Map.of());
    }

    private static List<String> keptNames(List<Decision> decisions) {
        return decisions.stream()
                .filter(Decision::keep)
                .map(one -> one.candidate().name())
                .collect(Collectors.toList());
    }

    private static String reasonOf(List<Decision> decisions, String name) {
        return decisions.stream()
                .filter(one -> one.candidate().name().equals(name))
                .findFirst()
                .orElseThrow()
                .reason();
    }
}
