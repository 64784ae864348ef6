package bmm.alert;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.alert.Observation.Status;
import bmm.notify.Message;
import bmm.notify.Routes;
import bmm.notify.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What people are told, message by message. */
class IncidentBookTest {
    private static World world(Rules rules) {
        return new World(1, rules, Routes.parse("sms"));
    }

    private static Rules rules(Duration remind, String maintenance, String... causes) {
        return new Rules(1, 1, remind, Maintenance.parseAll(maintenance), List.of(causes));
    }

    private static Observation seen(World world, String name, Layer layer, Status status) {
        return new Observation(new Subject(name), status, "broken", Severity.CRITICAL, layer, world.now);
    }

    private static void tick(World world, int minutes, Observation... seen) {
        world.run(List.of(seen));
        world.now = world.now.plus(Duration.ofMinutes(minutes));
    }

    private static List<String> titles(World world) {
        return world.inbox.stream().map(got -> got.message().title()).toList();
    }

    @Test
    void oneMessageWhenItBeginsAndOneWhenItEnds() {
        World world = world(Rules.DEFAULT);
        for (int i = 0; i < 5; i++) {
            tick(world, 5, seen(world, "uptime/api", Layer.SERVICE, Status.DOWN));
        }
        tick(world, 5, seen(world, "uptime/api", Layer.SERVICE, Status.UNKNOWN));
        tick(world, 5, seen(world, "uptime/api", Layer.SERVICE, Status.UP));
        tick(world, 5, seen(world, "uptime/api", Layer.SERVICE, Status.UP));

        assertThat(titles(world))
                .containsExactly("api DOWN: broken", "api UP again after 30 min 00 s (03:00-03:30 UTC)");
        assertThat(world.inbox)
                .extracting(got -> got.message().kind())
                .containsExactly(Message.Kind.PROBLEM, Message.Kind.RECOVERY);
        assertThat(world.inbox.get(0).message().key())
                .isEqualTo(world.inbox.get(1).message().key());
    }

    @Test
    void whatIsNotWatchedAnyMoreIsForgotten() {
        World world = world(Rules.DEFAULT);
        tick(
                world,
                5,
                seen(world, "uptime/old", Layer.MACHINE, Status.DOWN),
                seen(world, "uptime/api", Layer.SERVICE, Status.DOWN),
                seen(world, "backup/archiv", Layer.JOB, Status.DOWN));

        world.book().forgetAllBut("uptime", List.of(new Subject("uptime/api")));

        assertThat(world.book().state().subjects()).containsOnlyKeys("backup/archiv", "uptime/api");
        tick(world, 5, seen(world, "uptime/home", Layer.SURFACE, Status.DOWN));
        assertThat(titles(world))
                .hasSize(2)
                .last()
                .asString()
                .contains("home DOWN")
                .doesNotContain("old");
    }

    @Test
    void theCauseIsNamedBeforeItsSymptoms() {
        World world = world(Rules.DEFAULT);
        tick(
                world,
                5,
                seen(world, "uptime/home", Layer.SURFACE, Status.DOWN),
                seen(world, "uptime/api", Layer.SERVICE, Status.DOWN),
                seen(world, "uptime/db", Layer.DATABASE, Status.DOWN),
                seen(world, "uptime/disk", Layer.MACHINE, Status.DOWN));
        tick(world, 5, seen(world, "backup/archiv", Layer.JOB, Status.DOWN));

        assertThat(titles(world))
                .containsExactly(
                        "disk DOWN: broken; also db, api, home", "backup archiv FAILED: broken (disk is down too)");
        assertThat(world.inbox.getFirst().message().lines()).hasSize(4);
    }

    @Test
    void theOwnOrderOfCausesWins() {
        World world = world(rules(Duration.ZERO, "", "router", "uptime/api"));
        tick(
                world,
                5,
                seen(world, "uptime/api", Layer.SERVICE, Status.DOWN),
                seen(world, "uptime/disk", Layer.MACHINE, Status.DOWN),
                seen(world, "uptime/router", Layer.SURFACE, Status.DOWN));
        assertThat(titles(world)).containsExactly("router DOWN: broken; also api, disk");
    }

    @Test
    void whatWasOverBeforeItCouldBeToldIsOneSentence() {
        World world = world(Rules.DEFAULT);
        world.moods.put("sms", World.Mood.FAILING);
        tick(world, 15, seen(world, "uptime/api", Layer.SERVICE, Status.DOWN));
        tick(world, 15, seen(world, "uptime/api", Layer.SERVICE, Status.UP));
        world.moods.clear();
        tick(world, 5);
        assertThat(titles(world)).containsExactly("api was down 03:00-03:15 UTC, alert delayed: broken");
    }

    @Test
    void remindsOnlyWhenAsked() {
        World world = world(rules(Duration.ofHours(1), ""));
        for (int i = 0; i < 13; i++) {
            tick(world, 10, seen(world, "uptime/api", Layer.SERVICE, Status.DOWN));
        }
        assertThat(titles(world))
                .containsExactly(
                        "api DOWN: broken",
                        "api still DOWN since 03:00 UTC (60 min 00 s): broken",
                        "api still DOWN since 03:00 UTC (2 h 00 min): broken");
    }

    @Test
    void nothingOpensInMaintenance() {
        World world = world(rules(Duration.ZERO, "uptime/api sat 03:00-03:20; 2026-11-21T04:00Z/2026-11-21T04:30Z"));
        tick(world, 10, seen(world, "uptime/api", Layer.SERVICE, Status.DOWN));
        assertThat(titles(world)).isEmpty();
        tick(world, 10, seen(world, "uptime/db", Layer.DATABASE, Status.DOWN));
        tick(world, 40, seen(world, "uptime/api", Layer.SERVICE, Status.DOWN));
        assertThat(titles(world)).containsExactly("db DOWN: broken", "api DOWN: broken (db is down too)");
        tick(world, 40, seen(world, "uptime/home", Layer.SURFACE, Status.DOWN));
        assertThat(titles(world)).hasSize(2);
        tick(world, 10, seen(world, "uptime/home", Layer.SURFACE, Status.DOWN));
        assertThat(titles(world)).hasSize(3);
    }

    @Test
    void theNextChannelTakesOverWhenOneRefusesOrIsStuck() {
        World world = new World(1, Rules.DEFAULT, Routes.parse("sms,email"));
        world.moods.put("sms", World.Mood.REFUSING);
        tick(world, 5, seen(world, "uptime/api", Layer.SERVICE, Status.DOWN));
        assertThat(world.inbox).extracting(World.Received::channel).containsExactly("email");

        world.moods.put("sms", World.Mood.FAILING);
        tick(world, 5, seen(world, "uptime/api", Layer.SERVICE, Status.UP));
        assertThat(world.inbox).hasSize(1);
        tick(world, 6);
        tick(world, 5);
        assertThat(world.inbox).extracting(World.Received::channel).containsExactly("email", "email");
    }

    @Test
    void aStormOfFlappingProbesIsToldWithinBounds() {
        World world = world(Rules.DEFAULT);
        world.keeping = true;
        Random random = new Random(7);
        Instant end = world.now.plus(Duration.ofDays(7));
        boolean[] down = new boolean[200];
        int flips = 0;
        while (world.now.isBefore(end)) {
            List<Observation> seen = new ArrayList<>();
            for (int i = 0; i < down.length; i++) {
                boolean flip = random.nextInt(4) == 0;
                down[i] ^= flip;
                flips += flip ? 1 : 0;
                seen.add(seen(world, "uptime/p" + i, Layer.SERVICE, down[i] ? Status.DOWN : Status.UP));
            }
            tick(world, 5, seen.toArray(Observation[]::new));
        }
        System.out.printf("a week of 200 flapping probes: %d changes, %d messages%n", flips, world.inbox.size());
        assertThat(flips).isGreaterThan(90_000);
        assertThat(world.inbox).hasSizeLessThan(300);
        assertThat(StateText.write(world.state())).hasSizeLessThan(500_000);
    }
}
