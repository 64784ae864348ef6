package bmm.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.catalog.GenuineOnly.Rules;
import bmm.catalog.Retention.Candidate;
import bmm.catalog.Retention.Decision;
import bmm.catalog.Retention.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What anybody puts beside the genuine backups never makes retention remove one of them. */
final class GenuineOnlyTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private static Candidate candidate(String name, Duration age) {
        return new Candidate(name, NOW.minus(age), true);
    }

    private static Rules rules(Policy policy) {
        return some -> Retention.decide(some, policy, NOW, false, Map.of());
    }

    private static Set<String> kept(List<Decision> decisions) {
        return decisions.stream()
                .filter(Decision::keep)
                .map(one -> one.candidate().name())
                .collect(Collectors.toSet());
    }

    @Test
    void forgedOnesOfTheSameDayDoNotTakeThePlaceOfTheGenuineOne() {
        Policy policy = new Policy(null, 2, 0, 3, 0, 0, 0);
        List<Candidate> all = List.of(
                candidate("g1", Duration.ofHours(5)),
                candidate("g2", Duration.ofHours(29)),
                candidate("forged1", Duration.ofHours(1)),
                candidate("forged2", Duration.ofHours(2)),
                candidate("forged3", Duration.ofHours(25)));

        List<Decision> decided = GenuineOnly.decide(all, rules(policy), name -> name.startsWith("g"));

        assertThat(kept(decided)).contains("g1", "g2");
        assertThat(decided)
                .filteredOn(one -> one.candidate().name().startsWith("forged"))
                .allSatisfy(one -> assertThat(one.reason()).contains("not signed"));
    }

    @Test
    void thoseOfAnEarlierBmmGoByTheRules() {
        Policy policy = new Policy(Duration.ofDays(7), 0, 0, 0, 0, 0, 0);
        List<Candidate> all = List.of(
                candidate("g1", Duration.ofDays(1)),
                candidate("old1", Duration.ofDays(3)),
                candidate("old2", Duration.ofDays(9)));

        assertThat(kept(GenuineOnly.decide(all, rules(policy), name -> name.startsWith("g"))))
                .containsExactlyInAnyOrder("g1", "old1");
    }

    @Test
    void fewAreAskedFor() {
        List<String> asked = new ArrayList<>();
        List<Candidate> all = List.of(
                candidate("g1", Duration.ofDays(1)),
                candidate("g2", Duration.ofDays(2)),
                candidate("g3", Duration.ofDays(3)),
                candidate("g4", Duration.ofDays(4)));

        assertThat(kept(GenuineOnly.decide(all, rules(Policy.KEEP_ALL), asked::add)))
                .hasSize(4);
        assertThat(asked).isEmpty();
        assertThat(kept(GenuineOnly.decide(all, rules(new Policy(null, 2, 0, 0, 0, 0, 0)), asked::add)))
                .containsExactlyInAnyOrder("g1", "g2");
        assertThat(asked).containsExactlyInAnyOrder("g1", "g2");
    }

    @Test
    void whateverIsBesideThemTheGenuineAreDecidedOnAsIfTheyWereAlone() {
        Random random = new Random(5);
        for (int round = 0; round < 2000; round++) {
            Policy policy = new Policy(
                    random.nextBoolean() ? Duration.ofHours(random.nextInt(100)) : null,
                    random.nextInt(4),
                    random.nextInt(4),
                    random.nextInt(4),
                    random.nextInt(3),
                    random.nextInt(3),
                    random.nextInt(2));
            List<Candidate> genuine = new ArrayList<>();
            List<Candidate> all = new ArrayList<>();
            for (int i = random.nextInt(12); i > 0; i--) {
                genuine.add(candidate("g" + i, Duration.ofHours(random.nextInt(400) - 5)));
            }
            all.addAll(genuine);
            for (int i = random.nextInt(12); i > 0; i--) {
                all.add(candidate("forged" + i, Duration.ofHours(random.nextInt(400) - 5)));
            }

            Set<String> kept = kept(GenuineOnly.decide(all, rules(policy), name -> name.startsWith("g")));

            Set<String> alone = kept(rules(policy).decide(genuine));
            Set<String> keptGenuine = new HashSet<>(kept);
            keptGenuine.removeIf(name -> name.startsWith("forged"));
            assertThat(keptGenuine).as("round %s", round).isEqualTo(alone);
        }
    }
}
