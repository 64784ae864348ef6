package bmm.alert;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.alert.News.Kind;
import bmm.alert.World.Mood;
import bmm.alert.World.Received;
import bmm.notify.Routes;
import bmm.notify.Severity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random histories: probes that fail and recover, channels that fail, hang, refuse and lose messages, a clock that jumps,
 * and a process that dies before or after any write and any send. Whatever happened, everyone was told. Three hundred of
 * them in every run, 6 s; after a change to incidents or outbox take more: {@code -Dbmm.test.histories=10000}.
 */
class IncidentModelTest {
    private static final int HISTORIES = Integer.getInteger("bmm.test.histories", 300);
    private static final int TICKS = 25;
    private static final List<Layer> LAYERS = List.of(Layer.MACHINE, Layer.DATABASE, Layer.SERVICE, Layer.SURFACE);
    private static final int SUBJECTS = LAYERS.size();

    @Test
    void everyTransitionIsToldOnceAndInOrderWhateverHappens() {
        int transitions = 0;
        int crashes = 0;
        int messages = 0;
        int repeated = 0;
        for (long seed = 0; seed < HISTORIES; seed++) {
            History history = new History(seed);
            history.live();
            history.heal();
            history.check();
            transitions += history.opened.size() + history.resolved.size();
            crashes += history.world.crashed;
            messages += history.world.inbox.size();
            repeated += history.repeated;
        }
        System.out.printf(
                "%d histories: %d transitions, %d crashes, %d messages received, %d of them repeated%n",
                HISTORIES, transitions, crashes, messages, repeated);
        // The model itself must be worth something.
        assertThat(transitions).isGreaterThan(HISTORIES * 5);
        assertThat(crashes).isGreaterThan(HISTORIES);
        assertThat(repeated).isPositive();
    }

    /** One machine's life. */
    private static final class History {
        final World world;
        final long seed;
        /** Incidents by id, as the disk told of them after each run. */
        final Map<Long, String> opened = new TreeMap<>();

        final Set<Long> resolved = new HashSet<>();
        final boolean[] failing = new boolean[SUBJECTS];
        int repeated;

        History(long seed) {
            this.seed = seed;
            Random random = new Random(seed * 31);
            Rules rules = new Rules(
                    1 + random.nextInt(2),
                    1 + random.nextInt(2),
                    random.nextInt(3) == 0 ? Duration.ofMinutes(30) : Duration.ZERO,
                    List.of(),
                    List.of());
            Routes routes = Routes.parse(List.of("sms", "email", "sms,email", "email,sms", "sms,email+slack")
                    .get(random.nextInt(5)));
            world = new World(seed, rules, routes);
        }

        void live() {
            Random random = world.random;
            for (int tick = 0; tick < TICKS; tick++) {
                world.crashes = random.nextInt(3) == 0 ? 0.25 : 0;
                for (String channel : world.routes.channels()) {
                    if (random.nextInt(4) == 0) {
                        Mood[] moods = Mood.values();
                        world.moods.put(
                                channel, random.nextBoolean() ? Mood.GOOD : moods[random.nextInt(moods.length)]);
                    }
                }
                List<Observation> seen = new ArrayList<>();
                for (int i = 0; i < SUBJECTS; i++) {
                    failing[i] ^= random.nextInt(4) == 0;
                    if (random.nextInt(10) > 0) {
                        seen.add(observation(i, random.nextInt(12) == 0, failing[i]));
                    }
                }
                world.runOrCrash(seen);
                note();
                world.now = world.now.plus(
                        random.nextInt(25) == 0
                                ? Duration.ofMinutes(random.nextInt(600) - 200)
                                : Duration.ofSeconds(20 + random.nextInt(580)));
            }
        }

        /** Afterwards all is well, and nothing is observed any more: what is in the outbox must go out. */
        void heal() {
            world.crashes = 0;
            world.moods.clear();
            for (int tick = 0; tick < 14; tick++) {
                world.now = world.now.plus(Duration.ofMinutes(5));
                world.run(List.of());
            }
            note();
        }

        private Observation observation(int i, boolean unknown, boolean down) {
            Observation.Status status =
                    unknown ? Observation.Status.UNKNOWN : down ? Observation.Status.DOWN : Observation.Status.UP;
            return new Observation(
                    Subject.of("uptime", "s" + i), status, "broken", Severity.CRITICAL, LAYERS.get(i), world.now);
        }

        private void note() {
            Set<Long> open = new HashSet<>();
            world.state().subjects().forEach((name, watched) -> {
                if (watched.incident() != null) {
                    open.add(watched.incident().id());
                    opened.put(watched.incident().id(), name);
                }
            });
            opened.keySet().stream().filter(id -> !open.contains(id)).forEach(resolved::add);
        }

        void check() {
            assertThat(world.state().outbox()).as("seed %d", seed).isEmpty();
            List<List<String>> routes = world.routes.of(Severity.CRITICAL);
            for (List<String> route : routes) {
                List<Received> inbox = world.inbox.stream()
                        .filter(received -> received.route().equals(route))
                        .toList();
                opened.keySet().forEach(id -> checkIncident(id, inbox));
                int again = repeatedIn(inbox);
                repeated += again;
                assertThat(again)
                        .as("seed %d: messages that told something again", seed)
                        .isLessThanOrEqualTo(world.crashed + world.ambiguous);
            }
        }

        private void checkIncident(long id, List<Received> inbox) {
            List<Kind> told = inbox.stream()
                    .flatMap(received -> received.news().stream())
                    .filter(news -> news.incident() == id)
                    .map(News::kind)
                    .toList();
            String what = "seed " + seed + ", incident " + id + " of " + opened.get(id) + " was told as " + told;
            boolean lost = world.lostIncidents.contains(id);
            if (resolved.contains(id)) {
                assertThat(told).as(what).containsAnyOf(Kind.RECOVERED, Kind.OUTAGE);
            } else {
                assertThat(told).as(what).doesNotContain(Kind.RECOVERED, Kind.OUTAGE);
            }
            int end = firstOf(told, Kind.RECOVERED, Kind.OUTAGE);
            int beginning = firstOf(told, Kind.DOWN, Kind.OUTAGE);
            if (!lost) {
                assertThat(beginning).as(what).isLessThan(told.size());
                assertThat(beginning).as(what).isLessThanOrEqualTo(end);
            }
            assertThat(told.subList(Math.min(end, told.size()), told.size()))
                    .as(what)
                    .doesNotContain(Kind.DOWN, Kind.STILL_DOWN);
        }

        private static int firstOf(List<Kind> told, Kind one, Kind other) {
            for (int i = 0; i < told.size(); i++) {
                if (told.get(i) == one || told.get(i) == other) {
                    return i;
                }
            }
            return told.size();
        }

        /** Messages with a beginning or an end in them that had been told before. */
        private static int repeatedIn(List<Received> inbox) {
            Map<String, Integer> told = new HashMap<>();
            int repeated = 0;
            for (Received received : inbox) {
                boolean again = false;
                for (News news : received.news()) {
                    for (String edge : edges(news)) {
                        again |= Objects.requireNonNullElse(told.put(edge, 1), 0) > 0;
                    }
                }
                repeated += again ? 1 : 0;
            }
            return repeated;
        }

        private static List<String> edges(News news) {
            return switch (news.kind()) {
                case DOWN -> List.of("down" + news.incident());
                case RECOVERED -> List.of("up" + news.incident());
                case OUTAGE -> List.of("down" + news.incident(), "up" + news.incident());
                case STILL_DOWN, NOTICE -> List.of();
            };
        }
    }
}
