package bmm.uptime;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.Settings;
import java.security.Security;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One round of looking: all probes side by side, failures looked at again, all under one deadline. */
public final class Tick {
    private static final Duration FOR_REFERENCES = Duration.ofSeconds(3);

    private final List<Watch> watches;
    private final OwnNetwork network;
    private final Duration length;
    private final Duration pause;
    private final Clock clock;

    /**
     * A tick over these probes.
     *
     * @throws Failure {@link ExitCode#CONFIGURATION} if a reference target is none
     */
    public Tick(List<Watch> watches, Settings settings, Clock clock) {
        this.watches = List.copyOf(watches);
        this.network = new OwnNetwork(references(settings));
        this.length = settings.get(Keys.UPTIME_DEADLINE);
        this.pause = settings.get(Keys.UPTIME_PAUSE);
        this.clock = clock;
        // A name that was not found is looked up again in the next attempt. Read once, before the first look-up.
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }

    private static List<TcpProbe> references(Settings settings) {
        List<String> targets = settings.get(Keys.UPTIME_REFERENCES);
        try {
            return targets.equals(List.of("none"))
                    ? List.of()
                    : targets.stream().map(ProbeKinds::reference).toList();
        } catch (IllegalArgumentException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    Keys.UPTIME_REFERENCES.key() + ": " + Failure.reason(e),
                    "name two targets that have nothing to do with what is watched, or none",
                    e);
        }
    }

    /** Looks, and returns at the deadline at the latest. */
    public TickReport run() throws InterruptedException {
        Deadline deadline = Deadline.in(length);
        BlockingQueue<Round.Answer> answers = new LinkedBlockingQueue<>();
        List<Round> rounds =
                watches.stream().map(watch -> new Round(watch, pause, answers)).toList();
        // What the references need is kept back.
        look(rounds, answers, Deadline.in(length.minus(reserve())));
        return new TickReport(judge(rounds, deadline), deadline.spent());
    }

    private Duration reserve() {
        // Not dividedBy(): that goes through BigDecimal, whose tables take longer to make than a probe to answer.
        Duration third = Duration.ofNanos(length.toNanos() / 3);
        return third.compareTo(FOR_REFERENCES) < 0 ? third : FOR_REFERENCES;
    }

    private static void look(List<Round> rounds, BlockingQueue<Round.Answer> answers, Deadline deadline)
            throws InterruptedException {
        while (true) {
            rounds.forEach(round -> round.step(deadline.left()));
            if (rounds.stream().allMatch(Round::isOver) || deadline.hasPassed()) {
                return;
            }
            Duration wait = deadline.left();
            for (Round round : rounds) {
                Duration next = round.untilNextStep();
                wait = next.compareTo(wait) < 0 ? next : wait;
            }
            Round.Answer answer = answers.poll(wait.toNanos() + 1_000_000, TimeUnit.NANOSECONDS);
            while (answer != null) {
                answer.round().take(answer);
                answer = answers.poll();
            }
        }
    }

    /** If nothing outside answered, and the references do not either, nothing can be said about what is outside. */
    private List<ProbeResult> judge(List<Round> rounds, Deadline deadline) throws InterruptedException {
        List<ProbeResult> results = new ArrayList<>();
        List<ProbeResult> outside = new ArrayList<>();
        for (Round round : rounds) {
            ProbeResult result = round.result(clock.instant());
            results.add(result);
            if (result.isDown() && round.leadsOutside()) {
                outside.add(result);
            } else if (!result.isDown() && round.leadsOutside()) {
                return rounds.stream().map(one -> one.result(clock.instant())).toList();
            }
        }
        if (outside.isEmpty() || !network.isDown(deadline.left())) {
            return results;
        }
        String why = "the network of this machine is down: " + network.inWords() + " do not answer either";
        return results.stream()
                .map(result -> outside.contains(result) ? result.inconclusive(why) : result)
                .toList();
    }
}
