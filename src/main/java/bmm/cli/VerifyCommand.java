package bmm.cli;

import bmm.backup.Verify;
import bmm.backup.Verify.Selection;
import bmm.backup.Verify.Verdict;
import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.catalog.BackupName;
import bmm.dump.AgeKeys;
import bmm.store.ObjectStore;
import bmm.store.Stores;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bmm verify}. */
@Command(
        name = "verify",
        description = {
            "Read stored backups again, every byte: hash, whole archive, rows and content of each table",
            "against the manifest; and name what is incomplete. Without options the newest backup of each database.",
            "Of encrypted backups the hash only, where no identity (BMM_AGE_IDENTITY_FILE) is at hand."
        })
final class VerifyCommand extends RunnableCommand {
    @Option(
            names = "--from",
            paramLabel = "STORE",
            description =
                    "Where to look for this instance: local (default), NAME/prefix of a named store, or a store URL.")
    String from = StoreOption.LOCAL;

    @Option(names = "--all", description = "Every backup, not only the newest of each database.")
    boolean all;

    @Option(names = "--since", paramLabel = "DATE", description = "Every backup from this day on, such as 2026-11-01.")
    @Nullable
    String since;

    @Parameters(paramLabel = "FILE", arity = "0..*", description = "Verify these dump files instead.")
    List<Path> files = new ArrayList<>();

    @Override
    List<ExitCode> exitCodes() {
        return List.of(
                ExitCode.OK,
                ExitCode.STORE,
                ExitCode.VERIFICATION,
                ExitCode.USAGE,
                ExitCode.INTERNAL,
                ExitCode.CONFIGURATION);
    }

    @Override
    String example() {
        return "bmm verify --from offsite/backups --since 2026-11-01\nbmm verify archiv-20261121T031500Z.dump.zst";
    }

    @Override
    ExitCode run(Run run) {
        Verify verify = new Verify(AgeKeys.identities(run.settings()), run.progress());
        List<Verdict> verdicts = new ArrayList<>();
        if (!files.isEmpty()) {
            files.forEach(file -> verdicts.add(verify.file(file)));
        } else if (from.equals(StoreOption.LOCAL)) {
            try (ObjectStore store = StoreOption.local(run.instance())) {
                verdicts.addAll(verify.store(store, "", selection()));
            }
        } else {
            try (ObjectStore store = Stores.open(from, run.settings())) {
                String prefix = BackupName.remotePrefix(run.instance().name());
                verdicts.addAll(verify.store(store, prefix, selection()));
            }
        }
        if (verdicts.isEmpty()) {
            throw new Failure(
                    ExitCode.VERIFICATION,
                    "there is no backup to verify " + (from.equals(StoreOption.LOCAL) ? "here" : "at " + from),
                    "check BMM_BACKUP_DIR, --from, --since and --instance");
        }
        ExitCode outcome = ExitCode.OK;
        for (Verdict verdict : verdicts) {
            Failure problem = verdict.problem();
            outcome = problem == null ? outcome : outcome.worse(problem.exitCode());
        }
        if (run.json()) {
            run.printJson(json(verdicts, outcome));
        } else {
            print(verdicts, run);
        }
        for (Verdict verdict : verdicts) {
            Failure problem = verdict.problem();
            if (problem != null) {
                run.report(problem);
            }
        }
        return outcome;
    }

    private Selection selection() {
        return new Selection(since == null ? null : instant(since), all);
    }

    private static Instant instant(String date) {
        try {
            return date.contains("T")
                    ? Instant.parse(date)
                    : LocalDate.parse(date).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeException e) {
            throw new Failure(ExitCode.USAGE, "--since " + date + ": not a date", "write it as 2026-11-01", e);
        }
    }

    private static void print(List<Verdict> verdicts, Run run) {
        long damaged = verdicts.stream().filter(verdict -> !verdict.isGood()).count();
        for (Verdict verdict : verdicts) {
            run.out()
                    .line(word(verdict) + verdict.subject() + "  "
                            + Amounts.bytes(verdict.bytes())
                            + (verdict.detail().isEmpty() ? "" : "  " + verdict.detail()));
        }
        run.out().line(verdicts.size() - damaged + " of " + Amounts.count(verdicts.size(), "backup") + " good");
    }

    private static String word(Verdict verdict) {
        Failure problem = verdict.problem();
        if (problem == null) {
            return "good     ";
        }
        return problem.exitCode() == ExitCode.CONFIGURATION ? "LOCKED   " : "DAMAGED  ";
    }

    private static Map<String, Object> json(List<Verdict> verdicts, ExitCode outcome) {
        List<Map<String, Object>> backups = new ArrayList<>();
        for (Verdict verdict : verdicts) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("backup", verdict.subject());
            one.put("bytes", verdict.bytes());
            one.put("good", verdict.isGood());
            one.put("checked", verdict.detail());
            Failure problem = verdict.problem();
            one.put("error", problem == null ? null : problem.getMessage());
            backups.add(one);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("exit", outcome.code());
        all.put("backups", backups);
        return all;
    }
}
