package bmm.cli;

import bmm.backup.SignBackups;
import bmm.backup.Verify;
import bmm.backup.Verify.Selection;
import bmm.backup.Verify.Verdict;
import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.RunLock;
import bmm.catalog.ManifestKeys;
import bmm.catalog.NewestBackups;
import bmm.catalog.VerifyKey;
import bmm.dump.AgeKeys;
import bmm.dump.Refused;
import bmm.dump.Trust;
import bmm.store.ObjectStore;
import bmm.store.Stores;
import java.nio.file.Files;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
    private static final Logger LOG = LoggerFactory.getLogger(VerifyCommand.class);

    @Option(
            names = "--from",
            paramLabel = "STORE",
            description =
                    "Where to look for this instance: local (default), NAME/prefix of a named store, or a store URL.")
    @Nullable
    String from;

    @Option(names = "--all", description = "Every backup, not only the newest of each database.")
    boolean all;

    @Option(names = "--since", paramLabel = "DATE", description = "Every backup from this day on, such as 2026-11-01.")
    @Nullable
    String since;

    @Option(
            names = "--allow-unsigned",
            description = "Verify also what no known key signed, such as backups of an earlier bmm.")
    boolean allowUnsigned;

    @Option(names = "--allow-plain", description = "Verify also plain backups where they are to be encrypted.")
    boolean allowPlain;

    @Option(
            names = "--sign",
            description =
                    "Verify every backup that this host's key has not signed, here and off-site (or --from), and sign what is good.")
    boolean sign;

    @Option(
            names = "--show-key",
            description = "Print the public key of this host, for BMM_VERIFY_KEY of others, and do nothing else.")
    boolean showKey;

    @Parameters(paramLabel = "FILE", arity = "0..*", description = "Verify these dump files instead.")
    List<Path> files = new ArrayList<>();

    @Override
    List<ExitCode> exitCodes() {
        return List.of(
                ExitCode.OK,
                ExitCode.LOCKED,
                ExitCode.STORE,
                ExitCode.VERIFICATION,
                ExitCode.USAGE,
                ExitCode.INTERNAL,
                ExitCode.CONFIGURATION);
    }

    @Override
    String example() {
        return "bmm verify --from offsite/backups --since 2026-11-01\nbmm verify archiv-20261121T031500Z.dump.zst\nbmm verify --sign";
    }

    @Override
    ExitCode run(Run run) {
        if (showKey) {
            return printKey(run);
        }
        List<Verdict> verdicts = sign ? signed(run) : verified(run);
        if (verdicts.isEmpty() && !sign) {
            throw new Failure(
                    ExitCode.VERIFICATION,
                    "there is no backup to verify " + (isLocal() ? "here" : "at " + from),
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

    private boolean isLocal() {
        return from == null || from.equals(StoreOption.LOCAL);
    }

    private Verify verify(Run run, Trust trust) {
        return new Verify(
                AgeKeys.identities(run.settings()),
                trust,
                new NewestBackups(run.instance().stateDirectory()),
                run.progress());
    }

    private List<Verdict> verified(Run run) {
        Verify verify = verify(run, Trust.of(run.settings(), run.instance(), allowUnsigned, allowPlain));
        if (!files.isEmpty()) {
            return files.stream().map(verify::file).toList();
        }
        if (from == null || isLocal()) {
            try (ObjectStore store = StoreOption.local(run.instance())) {
                return verify.store(store, null, selection());
            }
        }
        try (ObjectStore store = Stores.open(from, run.settings())) {
            return verify.store(store, run.instance().name(), selection());
        }
    }

    private List<Verdict> signed(Run run) {
        if (!files.isEmpty() || all || since != null) {
            throw new Failure(
                    ExitCode.USAGE, "--sign signs all that is good at a place", "leave out FILE, --all and --since");
        }
        Instance instance = run.instance();
        SignBackups signing = new SignBackups(
                verify(run, Trust.of(run.settings(), instance).withoutSignatures()),
                ManifestKeys.of(run.settings(), instance).signingOrNew());
        List<Verdict> verdicts = new ArrayList<>();
        if (isLocal() && Files.isDirectory(instance.backupDirectory())) {
            try (ObjectStore store = StoreOption.local(instance);
                    RunLock lock = RunLock.acquire(instance, run.clock().instant())) {
                LOG.atDebug().addKeyValue("lock", lock).log("holding the lock");
                verdicts.addAll(signing.at(store, null, instance.backupDirectory()));
            }
        }
        List<String> remotes = from == null
                ? run.settings().find(Keys.BACKUP_REMOTE).orElse(List.of())
                : isLocal() ? List.of() : List.of(from);
        for (String address : remotes) {
            try (ObjectStore store = Stores.open(address, run.settings())) {
                verdicts.addAll(signing.at(store, instance.name(), null));
            }
        }
        return verdicts;
    }

    private static ExitCode printKey(Run run) {
        VerifyKey key = ManifestKeys.of(run.settings(), run.instance())
                .signing()
                .orElseThrow(() -> new Failure(
                        ExitCode.CONFIGURATION,
                        "this host has no signing key yet",
                        "the first bmm backup makes one; BMM_SIGN_KEY_FILE names another"))
                .verifyKey();
        if (run.json()) {
            run.printJson(Map.of("exit", 0, "id", key.id(), "key", key.text()));
        } else {
            run.out().line("key " + key.id());
            run.out().line(Keys.VERIFY_KEY.key() + "=" + key.text());
        }
        return ExitCode.OK;
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
                            + (verdict.detail().isEmpty() ? "" : "  " + verdict.detail())
                            + (verdict.signature() == null ? "" : "; " + verdict.signature()));
        }
        run.out()
                .line(
                        verdicts.isEmpty()
                                ? "nothing to sign"
                                : verdicts.size() - damaged + " of " + Amounts.count(verdicts.size(), "backup")
                                        + " good");
    }

    private static String word(Verdict verdict) {
        Failure problem = verdict.problem();
        if (problem == null) {
            return "good     ";
        }
        return problem.exitCode() == ExitCode.CONFIGURATION
                ? "LOCKED   "
                : problem instanceof Refused ? "REFUSED  " : "DAMAGED  ";
    }

    private static Map<String, Object> json(List<Verdict> verdicts, ExitCode outcome) {
        List<Map<String, Object>> backups = new ArrayList<>();
        for (Verdict verdict : verdicts) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("backup", verdict.subject());
            one.put("bytes", verdict.bytes());
            one.put("good", verdict.isGood());
            one.put("checked", verdict.detail());
            one.put("signature", verdict.signature());
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
