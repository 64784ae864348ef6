package bmm.cli;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Finding;
import bmm.base.Hint;
import bmm.doctor.Checkup;
import bmm.doctor.Diagnosis;
import bmm.doctor.LifecycleDoctor;
import bmm.doctor.StoreDoctor;
import bmm.doctor.UnfinishedWrites;
import bmm.store.BucketLifecycle;
import bmm.store.LifecycleRule;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bmm doctor}. */
@Command(
        name = "doctor",
        description = {
            "Look at settings, directories, tools, databases and stores; or, for one store, try what it",
            "really does and what these credentials could do to it, with throwaway keys that are removed."
        })
final class DoctorCommand extends RunnableCommand {
    @Parameters(
            paramLabel = "STORE",
            arity = "0..1",
            description = "NAME or NAME/prefix of a configured store, or a store URL.")
    @Nullable
    String store;

    @Option(
            names = "--lifecycle",
            description = "Print the lifecycle rules that fit the retention, and those that the bucket has today.")
    boolean lifecycle;

    @Option(names = "--apply", description = "With --lifecycle: set them; rules that are not bmm's stay as they are.")
    boolean apply;

    @Option(
            names = "--clean",
            description = {
                "Remove what killed runs have left at the store: temporary files and unfinished uploads, two days old or",
                "more. No object is touched."
            })
    boolean clean;

    @Override
    List<ExitCode> exitCodes() {
        return List.of(
                ExitCode.OK,
                ExitCode.STORE,
                ExitCode.PREFLIGHT,
                ExitCode.USAGE,
                ExitCode.INTERNAL,
                ExitCode.CONFIGURATION);
    }

    @Override
    String example() {
        return "bmm doctor\nbmm doctor offsite/backups\nbmm doctor --lifecycle offsite --apply";
    }

    @Override
    ExitCode run(Run run) {
        if (store == null) {
            if (lifecycle || apply || clean) {
                String option = clean ? "--clean" : "--lifecycle";
                throw new Failure(
                        ExitCode.USAGE,
                        option + " wants a store",
                        Hint.of("bmm doctor ").name(option).and(" NAME, or a store URL"));
            }
            return machine(run);
        }
        if (clean && lifecycle) {
            throw new Failure(ExitCode.USAGE, "--clean and --lifecycle do not go together", "one after the other");
        }
        if (apply && !lifecycle) {
            throw new Failure(
                    ExitCode.USAGE,
                    "--apply is for --lifecycle",
                    Hint.of("bmm doctor --lifecycle --apply ").name(store));
        }
        return clean ? clean(store, run) : lifecycle ? lifecycle(store, run) : store(store, run);
    }

    private ExitCode machine(Run run) {
        Checkup.Report report = new Checkup(
                        run.settings(),
                        run.instance(),
                        new bmm.doctor.Surroundings(
                                System.getProperty("user.name", ""),
                                run.environment("PATH").orElse(null),
                                run.envFiles(),
                                run.temporaryDirectory(),
                                run.clock().instant()))
                .run();
        if (run.json()) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("exit", report.exitCode().code());
            all.put("findings", json(report.findings()));
            run.printJson(all);
        } else {
            print(report.findings(), run.out());
        }
        return report.exitCode();
    }

    private ExitCode store(String address, Run run) {
        Diagnosis diagnosis = new StoreDoctor(
                        run.settings(), run.instance().stateDirectory(), run.clock(), new SecureRandom())
                .examine(address);
        if (run.json()) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("exit", diagnosis.exitCode().code());
            all.put("store", diagnosis.store());
            all.put("findings", json(diagnosis.findings()));
            all.put("left", diagnosis.left());
            all.put("profile", diagnosis.profile().map(Path::toString).orElse(null));
            all.put("policy", diagnosis.policy().orElse(null));
            run.printJson(all);
        } else {
            Output out = run.out();
            out.line(diagnosis.store());
            print(diagnosis.findings(), out);
            diagnosis.left().forEach(key -> out.line("left  " + key));
            diagnosis.profile().ifPresent(file -> out.line("kept in " + file));
            diagnosis.policy().ifPresent(policy -> {
                out.line("");
                out.lines(policy.stripTrailing().lines().toList());
            });
        }
        return diagnosis.exitCode();
    }

    private static void print(List<Finding> findings, Output out) {
        int width = findings.stream()
                .mapToInt(finding -> finding.subject().length())
                .max()
                .orElse(0);
        for (Finding finding : findings) {
            String word = finding.level().word();
            out.line(word
                    + " ".repeat(6 - word.length())
                    + finding.subject()
                    + " ".repeat(width + 2 - finding.subject().length())
                    + finding.says());
            if (finding.hint() != null) {
                out.line(" ".repeat(width + 8) + "hint: " + finding.hint());
            }
        }
    }

    private static List<Map<String, Object>> json(List<Finding> findings) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Finding finding : findings) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("level", finding.level().lower());
            one.put("subject", finding.subject());
            one.put("says", finding.says());
            one.put("hint", finding.hint() == null ? null : finding.hint().toString());
            all.add(one);
        }
        return all;
    }

    private static ExitCode clean(String address, Run run) {
        UnfinishedWrites.Removed removed = new UnfinishedWrites(run.settings(), run.clock()).remove(address);
        if (run.json()) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("exit", ExitCode.OK.code());
            all.put("store", removed.store());
            all.put("removed", removed.count());
            all.put("bytes", removed.bytes());
            run.printJson(all);
        } else {
            run.out()
                    .line(removed.store() + "  removed " + Amounts.count(removed.count(), "unfinished write") + ", "
                            + Amounts.bytes(removed.bytes()));
        }
        return ExitCode.OK;
    }

    private ExitCode lifecycle(String address, Run run) {
        LifecycleDoctor.Rules rules = new LifecycleDoctor(run.settings(), run.instance()).examine(address, apply);
        if (run.json()) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("exit", ExitCode.OK.code());
            all.put("store", rules.store());
            all.put("today", rules.today());
            all.put("wanted", rules.wanted());
            all.put("set", rules.set().stream().map(LifecycleRule::id).toList());
            all.put("notes", rules.notes());
            run.printJson(all);
            return ExitCode.OK;
        }
        Output out = run.out();
        out.line(rules.store());
        out.line("today:");
        for (BucketLifecycle.Present rule : rules.today()) {
            out.line("  " + rule.id() + "  " + rule.says() + (rule.enabled() ? "" : " (disabled)"));
        }
        if (rules.today().isEmpty()) {
            out.line("  no rules");
        }
        out.line("for the configured retention:");
        for (LifecycleRule rule : rules.wanted()) {
            out.line("  " + rule.id() + "  " + rule.says() + outcome(rule, rules));
        }
        rules.notes().forEach(note -> out.line("note: " + note));
        if (!apply) {
            out.line("nothing was changed; --apply sets them, and keeps all other rules");
        }
        return ExitCode.OK;
    }

    private String outcome(LifecycleRule rule, LifecycleDoctor.Rules rules) {
        if (!apply) {
            boolean there = rules.today().stream()
                    .anyMatch(one -> one.id().equals(rule.id())
                            && one.enabled()
                            && one.says().equals(rule.says()));
            return there ? " (is there)" : "";
        }
        return rules.set().contains(rule) ? " (set)" : " (the store does not take it)";
    }
}
