package bmm.cli;

import bmm.alert.Subject;
import bmm.backup.Backup;
import bmm.backup.BackupReport;
import bmm.backup.BackupReport.Pruned;
import bmm.backup.BackupReport.Result;
import bmm.backup.BackupReport.Sent;
import bmm.backup.BackupReport.Stored;
import bmm.base.AlertKeys;
import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Instance;
import bmm.base.Shell;
import bmm.catalog.History;
import bmm.catalog.Manifest;
import bmm.notify.Severity;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code bmm backup}. */
@Command(name = "backup", description = "Dump, fingerprint, verify, store, send off-site and prune, for each database.")
final class BackupCommand extends RunnableCommand {
    @Override
    List<ExitCode> exitCodes() {
        return List.of(
                ExitCode.OK,
                ExitCode.LOCKED,
                ExitCode.DUMP,
                ExitCode.STORE,
                ExitCode.VERIFICATION,
                ExitCode.PREFLIGHT,
                ExitCode.USAGE,
                ExitCode.INTERNAL,
                ExitCode.CONFIGURATION);
    }

    @Override
    String example() {
        return "PGHOST=db.example BMM_DATABASES=archiv BMM_BACKUP_DIR=/srv/backups bmm backup\n"
                + "sudo -u postgres bmm backup";
    }

    @Override
    Unattended unattended() {
        return new Unattended("backup", Severity.CRITICAL, AlertKeys.HEARTBEAT_BACKUP);
    }

    @Override
    ExitCode run(Run run) throws InterruptedException {
        Instance instance = run.instance();
        Backup.Environment environment = new Backup.Environment(
                Version.line(),
                System.getProperty("user.name", ""),
                run.environment("PATH").orElse(null));
        BackupReport report;
        try {
            report = new Backup(run.settings(), instance, environment, run.clock(), run.progress()).run();
        } catch (Failure e) {
            if (e.exitCode() != ExitCode.LOCKED) {
                new History(instance.stateDirectory()).append(line(run, History.ALL, e.exitCode(), false));
            }
            throw e;
        }
        record(report, instance, run);
        tell(report, run.job());
        if (run.json()) {
            run.printJson(json(report));
        } else {
            print(report, run);
        }
        report.results().forEach(result -> reportFailures(result, run));
        Failure ofTheRun = report.failure();
        if (ofTheRun != null) {
            run.report(ofTheRun);
        }
        return report.exitCode();
    }

    /** Each database by itself, and each place off-site: what is repaired is told even while something else fails. */
    private static void tell(BackupReport report, @Nullable JobReport job) {
        if (job == null) {
            return;
        }
        Map<String, Optional<Failure>> offSite = new LinkedHashMap<>();
        for (Result result : report.results()) {
            job.add(result.database(), result.failure());
            for (Sent sent : result.sent()) {
                offSite.merge(sent.place(), Optional.ofNullable(sent.failure()), (one, other) -> one.or(() -> other));
            }
        }
        offSite.forEach((place, failure) -> job.add(Subject.of("offsite", place), failure.orElse(null)));
    }

    private static void reportFailures(Result result, Run run) {
        Failure failure = result.failure();
        if (failure != null) {
            run.report(failure);
        }
        for (Sent sent : result.sent()) {
            Failure problem = sent.failure();
            if (problem != null) {
                run.report(problem);
            }
        }
    }

    private static void record(BackupReport report, Instance instance, Run run) {
        History history = new History(instance.stateDirectory());
        for (Result result : report.results()) {
            Stored stored = result.stored();
            Map<String, Object> line = line(run, result.database(), result.exitCode(), stored != null);
            line.put("seconds", seconds(result.took()));
            line.put("bytes", stored == null ? 0 : stored.manifest().dump().bytes());
            history.append(line);
        }
    }

    private static Map<String, Object> line(Run run, String subject, ExitCode exit, boolean stored) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("at", run.clock().instant().truncatedTo(ChronoUnit.MILLIS).toString());
        line.put("job", "backup");
        line.put("subject", subject);
        line.put("exit", exit.code());
        line.put("stored", stored);
        return line;
    }

    private static void print(BackupReport report, Run run) {
        Output out = run.out();
        List<String> names = report.results().stream().map(Result::database).toList();
        int width = Math.max(8, names.stream().mapToInt(String::length).max().orElse(0));
        for (Result result : report.results()) {
            print(result, width, out);
        }
        printRestore(report, out);
        List<String> failed = report.results().stream()
                .filter(result -> result.exitCode() != ExitCode.OK)
                .map(Result::database)
                .toList();
        if (report.results().size() > 1) {
            out.line(report.results().size() - failed.size() + " of "
                    + Amounts.count(report.results().size(), "database") + " done"
                    + (failed.isEmpty() ? "" : "; failed: " + String.join(", ", failed)) + "  "
                    + Amounts.duration(report.took()));
        }
    }

    private static void print(Result result, int width, Output out) {
        String indent = " ".repeat(width + 2);
        String name =
                result.database() + " ".repeat(width + 2 - result.database().length());
        Stored stored = result.stored();
        if (stored == null) {
            out.line(name + "FAILED  " + firstLine(result.failure()));
            return;
        }
        Manifest manifest = stored.manifest();
        out.line(name
                + Amounts.bytes(manifest.database().sizeBytes()) + "  "
                + manifest.dump().file() + "  "
                + Amounts.bytes(manifest.dump().bytes()) + "  "
                + Amounts.duration(stored.took()) + "   verified: "
                + String.join(", ", stored.checks()));
        for (Sent sent : result.sent()) {
            out.line(indent + "off-site " + sent.place() + "  " + inWords(sent));
        }
        Pruned pruned = result.pruned();
        if (pruned != null) {
            out.line(indent + pruned.summary());
        }
    }

    private static String inWords(Sent sent) {
        if (sent.failure() != null) {
            return "FAILED  " + firstLine(sent.failure());
        }
        return Amounts.bytes(sent.bytes()) + "  " + Amounts.duration(sent.took()) + "  read back"
                + (sent.backups() > 1 ? " (with " + Amounts.count(sent.backups() - 1L, "earlier one") + ")" : "");
    }

    private static void printRestore(BackupReport report, Output out) {
        report.results().stream().filter(result -> result.stored() != null).forEach(result -> {
            Stored stored = result.stored();
            if (stored != null) {
                out.line("restore:  bmm restore " + Shell.option("--database", result.database()) + "     or     "
                        + stored.restoreCommand());
            }
        });
    }

    private static String firstLine(@Nullable Failure failure) {
        return failure == null
                ? ""
                : String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }

    private static Map<String, Object> json(BackupReport report) {
        List<Map<String, Object>> databases = new ArrayList<>();
        for (Result result : report.results()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("database", result.database());
            one.put("exit", result.exitCode().code());
            one.put("seconds", seconds(result.took()));
            Stored stored = result.stored();
            if (stored != null) {
                one.put("file", stored.dump().toString());
                one.put("bytes", stored.manifest().dump().bytes());
                one.put("sha256", stored.manifest().dump().sha256());
                one.put("tables", stored.manifest().fingerprint().tables().size());
                one.put("rows", stored.manifest().fingerprint().rows());
                one.put("verified", stored.manifest().verified());
                one.put("restore", stored.restoreCommand());
            }
            one.put("offsite", result.sent().stream().map(BackupCommand::json).toList());
            Pruned pruned = result.pruned();
            one.put("removed", pruned == null ? 0 : pruned.removed());
            one.put("error", result.failure() == null ? null : firstLine(result.failure()));
            databases.add(one);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("exit", report.exitCode().code());
        all.put("seconds", seconds(report.took()));
        all.put("databases", databases);
        return all;
    }

    private static Map<String, Object> json(Sent sent) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("place", sent.place());
        one.put("backups", sent.backups());
        one.put("bytes", sent.bytes());
        one.put("seconds", seconds(sent.took()));
        one.put("error", sent.failure() == null ? null : firstLine(sent.failure()));
        return one;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
