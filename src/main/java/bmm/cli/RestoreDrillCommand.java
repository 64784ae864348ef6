package bmm.cli;

import bmm.base.AlertKeys;
import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.catalog.DrillRecord;
import bmm.catalog.History;
import bmm.dump.Found;
import bmm.dump.Moment;
import bmm.dump.Trust;
import bmm.notify.Severity;
import bmm.restore.Drill;
import bmm.restore.DrillEvidence;
import bmm.restore.DrillResult;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bmm restore-drill}. */
@Command(
        name = "restore-drill",
        description = {
            "Prove that a backup restores and that its content is equal: into a scratch cluster, compared with the",
            "manifest, and nothing left behind. Without options the newest backup of each database, off-site if it is there."
        })
final class RestoreDrillCommand extends RunnableCommand {
    @Option(
            names = "--dump",
            paramLabel = "FILE",
            description = "This dump, whoever made it: custom, directory, tar or SQL text, in gzip or zstd too.")
    @Nullable
    Path dump;

    @Option(
            names = "--at",
            paramLabel = "DATE",
            description =
                    "The newest backup at or before 2026-10-21 (the end of that day, UTC) or 2026-10-21T03:15:00Z.")
    @Nullable
    String at;

    @Option(
            names = "--age",
            paramLabel = "AGE",
            description = "The newest backup that is at least so old, such as 30d.")
    @Nullable
    String age;

    @Option(
            names = "--database",
            paramLabel = "NAME",
            description =
                    "Only this database; repeatable (default: BMM_DATABASES, else all that there are backups of).")
    List<String> databases = new ArrayList<>();

    @Option(
            names = "--from",
            paramLabel = "STORE",
            description = "local, NAME/prefix of a named store, or a store URL (default: off-site if set, else local).")
    @Nullable
    String from;

    @Option(names = "--keep", description = "Keep what was restored, and print how to connect and how to remove it.")
    boolean keep;

    @Option(names = "--clean", description = "Remove what --keep kept, and do nothing else.")
    boolean clean;

    @Option(
            names = "--allow-unsigned",
            description = "Take a backup that no known key signed, such as one of an earlier bmm.")
    boolean allowUnsigned;

    @Option(names = "--allow-plain", description = "Take a plain backup where backups are to be encrypted.")
    boolean allowPlain;

    @Option(
            names = "--verify-record",
            paramLabel = "FILE",
            description = "Check the signature of the record of a drill, and do nothing else.")
    @Nullable
    Path verifyRecord;

    @Override
    List<ExitCode> exitCodes() {
        return List.of(
                ExitCode.OK,
                ExitCode.STORE,
                ExitCode.VERIFICATION,
                ExitCode.DRILL,
                ExitCode.PREFLIGHT,
                ExitCode.USAGE,
                ExitCode.INTERNAL,
                ExitCode.CONFIGURATION);
    }

    @Override
    String example() {
        return "bmm restore-drill --from offsite/backups --database archiv\nbmm restore-drill --dump old.dump --keep";
    }

    @Override
    @Nullable
    Unattended unattended() {
        return clean || verifyRecord != null
                ? null
                : new Unattended("drill", Severity.CRITICAL, AlertKeys.HEARTBEAT_DRILL);
    }

    @Override
    ExitCode run(Run run) {
        Instance instance = run.instance();
        DrillEvidence evidence = new DrillEvidence(run.settings(), instance, Version.line());
        if (verifyRecord != null) {
            return verified(evidence.verify(verifyRecord), run);
        }
        Trust trust = Trust.of(run.settings(), instance, allowUnsigned, allowPlain);
        Drill drill = new Drill(run.settings(), instance, environment(run), trust, run.clock(), run.progress());
        if (clean) {
            return cleaned(drill.clean(), run);
        }
        List<Path> records = new ArrayList<>();
        List<Failure> unrecorded = new ArrayList<>();
        // While the store that the backup came from is still open.
        Consumer<DrillResult> afterEach = result -> {
            record(result, instance, run);
            try {
                records.add(evidence.write(result, run.clock().instant()));
                var unused = evidence.publish(result, run.clock().instant());
            } catch (Failure e) {
                unrecorded.add(e);
            }
        };
        List<DrillResult> results = dump == null
                ? drill.backups(databases(run), moment(run), from, keep, afterEach)
                : List.of(drill.file(given(dump), keep, afterEach));
        ExitCode outcome = ExitCode.OK;
        for (DrillResult result : results) {
            outcome = outcome.worse(result.exitCode());
        }
        for (Failure failure : unrecorded) {
            outcome = outcome.worse(failure.exitCode());
        }
        if (run.json()) {
            run.printJson(DrillOutput.json(results, records, outcome));
        } else {
            results.forEach(result -> DrillOutput.print(result, run.out()));
        }
        results.forEach(result -> tell(result, run));
        unrecorded.forEach(run::report);
        return outcome;
    }

    private static Drill.Environment environment(Run run) {
        return new Drill.Environment(
                System.getProperty("user.name", "postgres"),
                run.environment("PATH").orElse(null),
                Runtime.getRuntime().availableProcessors(),
                memory(),
                run.temporaryDirectory());
    }

    /** Of the machine, or of the container that bmm runs in. */
    private static long memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
    }

    private List<String> databases(Run run) {
        if (!databases.isEmpty()) {
            return databases;
        }
        List<String> set = run.settings().find(Keys.DATABASES).orElse(List.of());
        return set.contains("*") ? List.of() : set;
    }

    private Path given(Path file) {
        if (at != null || age != null || from != null || !databases.isEmpty()) {
            throw new Failure(ExitCode.USAGE, "--dump names the one file to use", "leave out the options that search");
        }
        return file;
    }

    private Moment moment(Run run) {
        if (at != null && age != null) {
            throw new Failure(ExitCode.USAGE, "--at and --age say the same thing twice", "give one of them");
        }
        if (at != null) {
            return Moment.at(at);
        }
        return age == null ? Moment.NEWEST : Moment.olderThan(age, run.clock().instant());
    }

    private static void record(DrillResult result, Instance instance, Run run) {
        Map<String, Object> line = new LinkedHashMap<>();
        Instant now = run.clock().instant();
        line.put("at", now.truncatedTo(ChronoUnit.MILLIS).toString());
        line.put("job", "restore-drill");
        line.put("subject", result.subject());
        line.put("exit", result.exitCode().code());
        line.put("seconds", result.total().toMillis() / 1000.0);
        line.put("rto", result.rto().toMillis() / 1000.0);
        line.put("bytes", result.bytes());
        Found found = result.found();
        line.put("file", found == null ? "" : found.file());
        new History(instance.stateDirectory()).append(line);
    }

    private static void tell(DrillResult result, Run run) {
        Failure failure = failure(result);
        if (failure != null) {
            run.report(failure);
        }
        JobReport job = run.job();
        if (job != null) {
            job.add(result.subject(), failure);
        }
    }

    /** One line for what went wrong, as every command tells it. */
    private static @Nullable Failure failure(DrillResult result) {
        Failure problem = result.problem();
        if (problem != null) {
            return problem.as(result.exitCode());
        }
        if (!result.failed().isEmpty()) {
            String first = result.failed().getFirst().detail();
            return new Failure(
                    ExitCode.DRILL,
                    "database " + result.subject() + ": the drill failed to prove "
                            + String.join(
                                    ", ",
                                    result.failed().stream()
                                            .map(proof -> proof.name())
                                            .toList()) + ": " + first,
                    "bmm verify tells whether the dump is whole; --keep lets you look at what was restored");
        }
        return null;
    }

    private static ExitCode verified(DrillRecord record, Run run) {
        if (run.json()) {
            run.printJson(Map.of("exit", 0, "proven", record.proven(), "signed", true));
        } else {
            run.out()
                    .line("the signature is right: " + (record.proven() ? "proven" : "FAILED") + "  "
                            + (record.backup() == null ? record.file() : record.backup()) + "  drilled "
                            + record.startedAt() + "  " + Amounts.count(record.tables(), "table") + ", "
                            + Amounts.count(record.rows(), "row"));
        }
        return ExitCode.OK;
    }

    private static ExitCode cleaned(List<String> removed, Run run) {
        if (run.json()) {
            run.printJson(Map.of("exit", 0, "removed", removed));
        } else {
            removed.forEach(name -> run.out().line("removed  " + name));
            if (removed.isEmpty()) {
                run.out().line("nothing was kept");
            }
        }
        return ExitCode.OK;
    }
}
