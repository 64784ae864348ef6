package bmm.cli;

import bmm.alert.Observation.Status;
import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.Instance;
import bmm.base.RunLock;
import bmm.uptime.ProbeResult;
import bmm.uptime.Probes;
import bmm.uptime.Tick;
import bmm.uptime.TickHistory;
import bmm.uptime.TickReport;
import bmm.uptime.Watch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bmm uptime}. */
@Command(
        name = "uptime",
        description = "Look at everything that a BMM_PROBE setting names, tell when something goes down or comes back,"
                + " and let the watchdog outside know that this machine is alive.")
final class UptimeCommand extends RunnableCommand {
    private static final Logger LOG = LoggerFactory.getLogger(UptimeCommand.class);

    @Parameters(
            paramLabel = "NAME",
            arity = "0..*",
            description = "Only these probes; nobody is told of what they saw.")
    List<String> names = new ArrayList<>();

    @Option(names = "--dry-run", description = "Look and print, but tell nobody and remember nothing.")
    boolean dryRun;

    @Override
    List<ExitCode> exitCodes() {
        return List.of(
                ExitCode.OK,
                ExitCode.LOCKED,
                ExitCode.STATUS,
                ExitCode.USAGE,
                ExitCode.INTERNAL,
                ExitCode.CONFIGURATION);
    }

    @Override
    String example() {
        return "BMM_PROBE_API='https://app.example/api/health status=200 json:$.status=ok latency<2s tls>14d' bmm uptime";
    }

    @Override
    ExitCode run(Run run) throws InterruptedException {
        List<Watch> all = new Probes(run.settings(), System.getProperty("user.name", ""), run.clock()).all();
        if (all.isEmpty()) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "there is nothing to look at: no BMM_PROBE setting",
                    "name something, as in BMM_PROBE_HOME=https://www.example");
        }
        if (dryRun || !names.isEmpty()) {
            TickReport report = new Tick(chosen(all), run.settings(), run.clock()).run();
            print(report, run);
            return report.exitCode();
        }
        Instance instance = run.instance();
        Alerts alerts = run.alerts(); // before looking: its settings may be wrong
        RunLock lock = lock(instance, run);
        try {
            TickReport report = new Tick(all, run.settings(), run.clock()).run();
            log(report);
            new TickHistory(instance.stateDirectory())
                    .append(report, run.clock().instant());
            print(report, run);
            alerts.tick(report.observations());
            return report.exitCode();
        } finally {
            if (lock != null) {
                lock.close();
            }
        }
    }

    /** Null where no lock can be had: a disk that is full or read-only is a reason to look, not one to stop looking. */
    private static @Nullable RunLock lock(Instance instance, Run run) {
        try {
            return RunLock.acquire(
                    instance.stateDirectory().resolve("uptime.lock"),
                    run.clock().instant());
        } catch (Failure e) {
            if (e.exitCode() == ExitCode.LOCKED) {
                throw e;
            }
            LOG.atWarn().log("looking without a lock: {}", e.getMessage());
            return null;
        }
    }

    private List<Watch> chosen(List<Watch> all) {
        if (names.isEmpty()) {
            return all;
        }
        List<Watch> chosen = new ArrayList<>();
        for (String name : names) {
            chosen.add(all.stream()
                    .filter(watch -> watch.name().equals(name.toLowerCase(Locale.ROOT)))
                    .findFirst()
                    .orElseThrow(() -> new Failure(
                            ExitCode.USAGE,
                            "there is no probe " + name,
                            Hint.of("there are: ")
                                    .names(all.stream().map(Watch::name).toList()))));
        }
        return chosen;
    }

    /** One line for each tick, whatever it saw. */
    private static void log(TickReport report) {
        List<String> notUp = report.results().stream()
                .filter(result -> result.status() != Status.UP)
                .map(result -> result.name() + " " + result.status() + ": " + result.reason())
                .toList();
        LoggingEventBuilder event = notUp.isEmpty() ? LOG.atInfo() : LOG.atWarn();
        event.addKeyValue("up", report.count(Status.UP))
                .addKeyValue("down", report.count(Status.DOWN))
                .addKeyValue("unknown", report.count(Status.UNKNOWN))
                .addKeyValue("ms", report.took().toMillis())
                .log(notUp.isEmpty() ? "tick: all up" : "tick: " + String.join("; ", notUp));
    }

    private static void print(TickReport report, Run run) {
        if (run.json()) {
            run.printJson(json(report));
            return;
        }
        int width = report.results().stream()
                .mapToInt(result -> result.name().length())
                .max()
                .orElse(0);
        for (ProbeResult result : report.results()) {
            String latency = result.latency() == null ? "" : Amounts.latency(result.latency());
            run.out()
                    .line(padded(result.name(), width) + "  "
                            + padded(result.status().name(), 7) + "  "
                            + " ".repeat(Math.max(0, 7 - latency.length())) + latency + "  "
                            + result.target() + "  " + result.reason() + certificate(result));
        }
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String certificate(ProbeResult result) {
        Long days = certificateDays(result);
        return days == null ? "" : ", certificate for " + Amounts.count(days, "day");
    }

    private static @Nullable Long certificateDays(ProbeResult result) {
        Instant ends = result.certificateEnds();
        return ends == null || result.isDown()
                ? null
                : Duration.between(result.at(), ends).toDays();
    }

    private static Map<String, Object> json(TickReport report) {
        List<Map<String, Object>> probes = new ArrayList<>();
        for (ProbeResult result : report.results()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", result.name());
            one.put("target", result.target());
            one.put("status", result.status().name());
            one.put("stage", result.stage() == null ? null : result.stage().toString());
            one.put("detail", result.sentence());
            one.put(
                    "seconds",
                    result.latency() == null ? null : result.latency().toMillis() / 1000.0);
            one.put("certificateDays", certificateDays(result));
            one.put("attempts", result.attempts());
            probes.add(one);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("exit", report.exitCode().code());
        all.put("seconds", report.took().toMillis() / 1000.0);
        all.put("probes", probes);
        return all;
    }
}
