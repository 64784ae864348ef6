package bmm.cli;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.mirror.Check;
import bmm.store.ObjectStore;
import bmm.store.Stores;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bmm mirror check}. */
@Command(
        name = "check",
        description = {
            "Compare two stores and change nothing: sizes, and hashes where both sides have them.",
            "Says what is the same, what differs and what is missing on each side."
        })
final class MirrorCheckCommand extends RunnableCommand {
    @Parameters(arity = "0..2", paramLabel = "NAME | SRC DST", description = "As for bmm mirror.")
    List<String> places = new ArrayList<>();

    @Option(names = "--download", description = "Read every byte of both sides instead of believing the listings.")
    boolean download;

    @Option(names = "--transfers", paramLabel = "N", description = "Objects under way at a time (default: 16).")
    int transfers = 16;

    @Option(names = "--bandwidth", paramLabel = "SIZE", description = "Bytes a second at most, such as 10MB.")
    String bandwidth = "0";

    @Option(names = "--include", paramLabel = "GLOB", description = "Only these keys; repeatable.")
    List<String> include = new ArrayList<>();

    @Option(names = "--exclude", paramLabel = "GLOB", description = "Not these keys; repeatable.")
    List<String> exclude = new ArrayList<>();

    @Override
    List<ExitCode> exitCodes() {
        return MirrorCommand.CODES;
    }

    @Override
    String example() {
        return "bmm mirror check minio/uploads offsite/uploads --download";
    }

    @Override
    ExitCode run(Run run) {
        ExitCode outcome = ExitCode.OK;
        List<Map<String, Object>> results = new ArrayList<>();
        List<String> words = new ArrayList<>(List.of("transfers=" + transfers, "bandwidth=" + bandwidth));
        include.forEach(glob -> words.add("include=" + glob));
        exclude.forEach(glob -> words.add("exclude=" + glob));
        for (MirrorPlaces mirror : MirrorPlaces.named(places, run.settings())) {
            try (ObjectStore source = Stores.open(mirror.source(), run.settings());
                    ObjectStore destination = Stores.open(mirror.destination(), run.settings())) {
                Check.Report report =
                        new Check(source, destination, mirror.conditions(words), download, run.progress()).run();
                outcome = outcome.worse(report.exitCode());
                results.add(json(report));
                if (!run.json()) {
                    print(report, run);
                }
            }
        }
        if (run.json()) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("exit", outcome.code());
            all.put("mirrors", results);
            run.printJson(all);
        }
        return outcome;
    }

    private static void print(Check.Report report, Run run) {
        report.findings().forEach(run.out()::line);
        run.out()
                .line(report.source() + " and " + report.destination() + ": "
                        + Amounts.count(report.same()) + " same, "
                        + (report.sizeOnly() > 0
                                ? Amounts.count(report.sizeOnly()) + " of the same size (no hash to compare), "
                                : "")
                        + Amounts.count(report.differ()) + " differ, "
                        + Amounts.count(report.missingAtDestination()) + " missing at the destination, "
                        + Amounts.count(report.missingAtSource()) + " missing at the source"
                        + (report.failed() > 0 ? ", " + Amounts.count(report.failed()) + " not readable" : ""));
    }

    private static Map<String, Object> json(Check.Report report) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("source", report.source());
        json.put("destination", report.destination());
        json.put("same", report.same());
        json.put("sameSize", report.sizeOnly());
        json.put("differ", report.differ());
        json.put("missingAtDestination", report.missingAtDestination());
        json.put("missingAtSource", report.missingAtSource());
        json.put("failed", report.failed());
        json.put("findings", report.findings());
        return json;
    }
}
