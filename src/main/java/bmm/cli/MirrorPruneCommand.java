package bmm.cli;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Keys;
import bmm.base.RunLock;
import bmm.catalog.Retention.Decision;
import bmm.mirror.SnapshotPrune;
import bmm.store.ObjectStore;
import bmm.store.Stores;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bmm mirror prune}. */
@Command(
        name = "prune",
        description = {
            "Remove the snapshots of a mirror that no rule keeps, then the replaced and deleted versions that no",
            "remaining snapshot names. Without a rule nothing is removed. The mirrored objects are never touched."
        })
final class MirrorPruneCommand extends RunnableCommand {
    private static final Logger LOG = LoggerFactory.getLogger(MirrorPruneCommand.class);

    @Parameters(paramLabel = "NAME | MIRROR", description = "A mirror of the settings, or the destination of one.")
    String mirror = "";

    @Option(names = "--keep-within", paramLabel = "AGE", description = "Keep every snapshot younger than this.")
    @Nullable
    String keepWithin;

    @Option(names = "--keep-last", paramLabel = "N", description = "Keep so many newest ones.")
    @Nullable
    String keepLast;

    @Option(names = "--keep-daily", paramLabel = "N", description = "Keep the newest of so many days.")
    @Nullable
    String keepDaily;

    @Option(names = "--keep-weekly", paramLabel = "N", description = "Keep the newest of so many weeks.")
    @Nullable
    String keepWeekly;

    @Option(names = "--keep-monthly", paramLabel = "N", description = "Keep the newest of so many months.")
    @Nullable
    String keepMonthly;

    @Option(names = "--keep-yearly", paramLabel = "N", description = "Keep the newest of so many years.")
    @Nullable
    String keepYearly;

    @Option(names = "--dry-run", description = "Only print what would be kept and removed, and why.")
    boolean dryRun;

    @Override
    List<ExitCode> exitCodes() {
        return MirrorCommand.CODES;
    }

    @Override
    String example() {
        return "bmm mirror prune offsite/uploads --keep-daily 14 --keep-monthly 12";
    }

    @Override
    ExitCode run(Run run) {
        boolean named = run.settings().all(Keys.MIRROR).containsKey(mirror.toUpperCase(Locale.ROOT));
        MirrorPlaces places = named
                ? MirrorPlaces.named(List.of(mirror), run.settings()).getFirst()
                : new MirrorPlaces(mirror, mirror, mirror, List.of());
        try (ObjectStore store = Stores.open(places.destination(), run.settings());
                RunLock lock = places.lock(run)) {
            LOG.atDebug().addKeyValue("lock", lock).log("holding the lock");
            SnapshotPrune.Report report = new SnapshotPrune(store, run.temporaryDirectory(), run.clock())
                    .run(places.conditions(words()), dryRun);
            if (run.json()) {
                run.printJson(json(report));
            } else {
                print(report, run);
            }
        }
        return ExitCode.OK;
    }

    private List<String> words() {
        List<String> words = new ArrayList<>();
        MirrorConditions.value(words, "keep-within", keepWithin);
        MirrorConditions.value(words, "keep-last", keepLast);
        MirrorConditions.value(words, "keep-daily", keepDaily);
        MirrorConditions.value(words, "keep-weekly", keepWeekly);
        MirrorConditions.value(words, "keep-monthly", keepMonthly);
        MirrorConditions.value(words, "keep-yearly", keepYearly);
        return words;
    }

    private static void print(SnapshotPrune.Report report, Run run) {
        for (Decision one : report.snapshots()) {
            run.out()
                    .line((one.keep() ? "keep    " : "remove  ")
                            + one.candidate().name() + "  " + one.reason());
        }
        run.out()
                .line(report.store() + ": " + Amounts.count(report.oldVersions(), "old version") + " ("
                        + Amounts.bytes(report.oldBytes()) + ") "
                        + (report.dryRun() ? "would be removed" : "removed"));
    }

    private static Map<String, Object> json(SnapshotPrune.Report report) {
        List<Map<String, Object>> snapshots = new ArrayList<>();
        for (Decision one : report.snapshots()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("snapshot", one.candidate().name());
            entry.put("keep", one.keep());
            entry.put("reason", one.reason());
            snapshots.add(entry);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("exit", 0);
        json.put("store", report.store());
        json.put("dryRun", report.dryRun());
        json.put("snapshots", snapshots);
        json.put("oldVersionsRemoved", report.oldVersions());
        json.put("oldBytesRemoved", report.oldBytes());
        return json;
    }
}
