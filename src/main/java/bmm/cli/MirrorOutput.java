package bmm.cli;

import bmm.base.Amounts;
import bmm.mirror.MirrorReport;
import java.util.Map;

/** What a run of a mirror did, for people and as JSON. */
final class MirrorOutput {
    private MirrorOutput() {}

    static void print(MirrorReport report, Output out) {
        if (report.left() != null && report.exitCode() == bmm.base.ExitCode.OK) {
            out.line(report.source() + " -> " + report.destination() + "  nothing done: " + report.left());
            return;
        }
        String would = report.dryRun() ? "would be " : "";
        StringBuilder line = new StringBuilder(report.source() + " -> " + report.destination() + "  "
                + Amounts.count(report.sourceObjects(), "object") + ", " + Amounts.bytes(report.sourceBytes()) + ": ");
        line.append(Amounts.count(report.copied())).append(" ").append(would).append("copied");
        if (report.copiedBytes() > 0) {
            line.append(" (").append(Amounts.bytes(report.copiedBytes())).append(")");
        }
        line.append(", ").append(Amounts.count(report.same())).append(" same");
        part(line, report.updated(), would + "replaced");
        part(line, report.keptAside(), "changed (both versions " + would + "kept)");
        part(line, report.reported(), "changed (old version kept)");
        part(line, report.deleted(), would + "deleted");
        part(line, report.extra(), "only at the destination");
        part(line, report.vanished(), "vanished meanwhile");
        part(line, report.failed(), "failed");
        out.line(line.append("  ").append(Amounts.duration(report.duration())).toString());
        if (report.snapshot() != null) {
            out.line("  snapshot " + report.snapshot());
        }
        report.failures().forEach(failure -> out.line("  failed: " + failure));
    }

    private static void part(StringBuilder line, long count, String what) {
        if (count > 0) {
            line.append(", ").append(Amounts.count(count)).append(" ").append(what);
        }
    }

    static String whyIncomplete(MirrorReport report) {
        String failed = report.failures().isEmpty()
                ? ""
                : Amounts.count(report.failed(), "object") + " failed, first "
                        + report.failures().getFirst();
        String left = report.left();
        return left == null ? failed : left + (failed.isEmpty() ? "" : "; " + failed);
    }

    static void put(MirrorReport report, Map<String, Object> result) {
        result.put("source", report.source());
        result.put("destination", report.destination());
        result.put("dryRun", report.dryRun());
        result.put("sourceObjects", report.sourceObjects());
        result.put("sourceBytes", report.sourceBytes());
        result.put("same", report.same());
        result.put("copied", report.copied());
        result.put("copiedBytes", report.copiedBytes());
        result.put("replaced", report.updated());
        result.put("changedKept", report.keptAside());
        result.put("changedReported", report.reported());
        result.put("deleted", report.deleted());
        result.put("extra", report.extra());
        result.put("vanished", report.vanished());
        result.put("failed", report.failed());
        result.put("failures", report.failures());
        result.put("left", report.left());
        result.put("snapshot", report.snapshot());
        result.put("seconds", report.duration().toMillis() / 1000.0);
    }
}
