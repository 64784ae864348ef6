package bmm.cli;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.dump.Moment;
import bmm.mirror.SnapshotRestore;
import bmm.store.ObjectStore;
import bmm.store.Stores;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bmm mirror restore}. */
@Command(
        name = "restore",
        description = {
            "Bring the state that a snapshot names back, into another bucket or folder; nothing there is replaced.",
            "Without --at: the newest snapshot."
        })
final class MirrorRestoreCommand extends RunnableCommand {
    @Parameters(
            index = "0",
            paramLabel = "MIRROR",
            description = "The destination of the mirror, where its snapshots are.")
    String mirror = "";

    @Option(names = "--into", required = true, paramLabel = "STORE", description = "Where to bring it.")
    String into = "";

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description =
                    "The newest snapshot at or before: 2026-11-21 (the end of that day, UTC) or 2026-11-21T03:15:00Z.")
    @Nullable
    String at;

    @Mixin
    MirrorConditions given = new MirrorConditions();

    @Override
    List<ExitCode> exitCodes() {
        return MirrorCommand.CODES;
    }

    @Override
    String example() {
        return "bmm mirror restore offsite/uploads --at 2026-11-21 --into file:///srv/uploads";
    }

    @Override
    ExitCode run(Run run) {
        MirrorPlaces places =
                MirrorPlaces.named(List.of(mirror, into), run.settings()).getFirst();
        try (ObjectStore from = Stores.open(places.source(), run.settings());
                ObjectStore target = Stores.open(places.destination(), run.settings())) {
            SnapshotRestore.Report report = new SnapshotRestore(
                            from, target, places.conditions(given.words()), run.temporaryDirectory(), run.progress())
                    .run(at == null ? Moment.NEWEST : Moment.at(at));
            if (run.json()) {
                run.printJson(json(report));
            } else {
                run.out()
                        .line(report.snapshot() + " of " + report.from() + ": " + Amounts.count(report.restored())
                                + " of " + Amounts.count(report.objects(), "object") + " ("
                                + Amounts.bytes(report.bytes()) + ") are in " + report.into());
            }
            if (report.failed() > 0) {
                return run.report(new Failure(
                        ExitCode.MIRROR,
                        Amounts.count(report.failed(), "object") + " not restored, first "
                                + report.failures().getFirst(),
                        "what is there stays; restore into an empty place, or run it again"));
            }
            return report.exitCode();
        }
    }

    private static Map<String, Object> json(SnapshotRestore.Report report) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("exit", report.exitCode().code());
        json.put("from", report.from());
        json.put("into", report.into());
        json.put("snapshot", report.snapshot());
        json.put("objects", report.objects());
        json.put("bytes", report.bytes());
        json.put("restored", report.restored());
        json.put("failed", report.failed());
        json.put("failures", report.failures());
        return json;
    }
}
