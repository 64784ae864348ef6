package bmm.cli;

import bmm.base.AlertKeys;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.RunLock;
import bmm.catalog.History;
import bmm.mirror.Conditions;
import bmm.mirror.Mirror;
import bmm.mirror.MirrorReport;
import bmm.notify.Severity;
import bmm.store.ObjectStore;
import bmm.store.Stores;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bmm mirror}. */
@Command(
        name = "mirror",
        description = {
            "Copy a bucket or folder to another. What is there is neither replaced nor deleted unless that is asked for,",
            "and never when the source looks broken: then the whole run is refused, and nothing is touched.",
            "Without arguments: every mirror of the settings (BMM_MIRROR_<NAME>=SRC DST [conditions])."
        },
        subcommands = {MirrorCheckCommand.class, MirrorRestoreCommand.class, MirrorPruneCommand.class})
final class MirrorCommand extends RunnableCommand {
    private static final Logger LOG = LoggerFactory.getLogger(MirrorCommand.class);

    static final List<ExitCode> CODES = List.of(
            ExitCode.OK,
            ExitCode.LOCKED,
            ExitCode.STORE,
            ExitCode.MIRROR,
            ExitCode.USAGE,
            ExitCode.INTERNAL,
            ExitCode.CONFIGURATION);

    @Parameters(
            arity = "0..2",
            paramLabel = "NAME | SRC DST",
            description = "One mirror of the settings by its name, or two stores: NAME/prefix or a store URL.")
    List<String> places = new ArrayList<>();

    @Mixin
    MirrorConditions given = new MirrorConditions();

    @Option(names = "--dry-run", description = "Plan, guard and compare only; say what would be done.")
    boolean dryRun;

    @Override
    List<ExitCode> exitCodes() {
        return CODES;
    }

    @Override
    String example() {
        return "bmm mirror minio/uploads offsite/uploads --snapshot\n"
                + "bmm mirror file:///srv/uploads offsite/uploads --delete --max-delete 2%";
    }

    /** Two places on the command line are somebody's hand; the mirrors of the settings run by themselves. */
    @Override
    @Nullable
    Unattended unattended() {
        return dryRun || places.size() == 2
                ? null
                : new Unattended("mirror", Severity.CRITICAL, AlertKeys.HEARTBEAT_MIRROR);
    }

    @Override
    ExitCode run(Run run) {
        List<MirrorPlaces> mirrors = MirrorPlaces.named(places, run.settings());
        List<Map<String, Object>> results = new ArrayList<>();
        ExitCode outcome = ExitCode.OK;
        for (MirrorPlaces mirror : mirrors) {
            Instant began = run.clock().instant();
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("name", mirror.name());
            ExitCode exit;
            try {
                MirrorReport report = run(mirror, run);
                exit = report.exitCode();
                MirrorOutput.put(report, result);
                if (!run.json()) {
                    MirrorOutput.print(report, run.out());
                }
                Failure incomplete = incomplete(mirror, report);
                if (incomplete != null) {
                    run.report(incomplete);
                }
                tell(mirror, incomplete, run);
            } catch (Failure e) {
                exit = run.report(e);
                result.put("error", e.getMessage());
                tell(mirror, e, run);
            }
            result.put("exit", exit.code());
            results.add(result);
            remember(mirror, result, began, run);
            outcome = outcome.worse(exit);
        }
        if (run.json()) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("exit", outcome.code());
            all.put("mirrors", results);
            run.printJson(all);
        }
        return outcome;
    }

    private static @Nullable Failure incomplete(MirrorPlaces mirror, MirrorReport report) {
        return report.exitCode() == ExitCode.OK
                ? null
                : new Failure(
                        report.exitCode(),
                        "mirror " + mirror.name() + " is not complete: " + MirrorOutput.whyIncomplete(report),
                        "what is copied stays copied; run it again");
    }

    /** What another run's lock kept away tells nothing. */
    private static void tell(MirrorPlaces mirror, @Nullable Failure failure, Run run) {
        JobReport job = run.job();
        if (job != null && (failure == null || failure.exitCode() != ExitCode.LOCKED)) {
            job.add(mirror.name(), failure);
        }
    }

    private MirrorReport run(MirrorPlaces mirror, Run run) {
        Conditions conditions = mirror.conditions(given.words());
        try (RunLock lock = mirror.lock(run);
                ObjectStore source = Stores.open(mirror.source(), run.settings());
                ObjectStore destination = Stores.open(mirror.destination(), run.settings())) {
            LOG.atDebug().addKeyValue("lock", lock).log("holding the lock");
            return new Mirror(
                            source,
                            destination,
                            conditions,
                            mirror.state(run, given.words()),
                            run.temporaryDirectory(),
                            run.clock(),
                            run.progress())
                    .run(dryRun);
        }
    }

    private void remember(MirrorPlaces mirror, Map<String, Object> result, Instant began, Run run) {
        if (dryRun) {
            return;
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("job", "mirror");
        line.put("subject", mirror.name());
        line.put("startedAt", began.truncatedTo(ChronoUnit.SECONDS).toString());
        line.putAll(result);
        line.remove("name");
        new History(run.instance().stateDirectory()).append(line);
    }
}
