package bmm.cli;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Hint;
import bmm.base.Hint.Sql;
import bmm.base.Keys;
import bmm.catalog.Manifest;
import bmm.restore.Compared;
import bmm.restore.Restore;
import bmm.restore.RestorePlan;
import bmm.restore.RestoreReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code bmm restore} prints: its plan, and what came of it. */
final class RestoreOutput {
    private RestoreOutput() {}

    static void print(Restore.Written written, Output out) {
        out.line(written.file() + "  from " + written.found().place() + "/"
                + written.found().file()
                + (written.found().manifest() == null
                        ? "  no manifest, so no hash to compare with"
                        : "  hash = manifest"));
    }

    static Map<String, Object> json(Restore.Written written) {
        return Map.of(
                "exit",
                0,
                "file",
                written.file().toString(),
                "backup",
                written.found().file(),
                "place",
                written.found().place());
    }

    static void print(RestorePlan plan, Output out) {
        out.line("backup    " + plan.subject());
        out.line("from      " + plan.found().place());
        out.line("into      " + plan.into() + " at " + plan.address() + ", PostgreSQL "
                + plan.server().version());
        for (int i = 0; i < plan.steps().size(); i++) {
            out.line((i == 0 ? "steps     " : "          ") + (i + 1) + ". "
                    + plan.steps().get(i));
        }
        plan.notes().forEach(note -> out.line("note      " + note));
        Duration estimate = plan.estimate();
        out.line("estimate  "
                + (estimate == null
                        ? "unknown"
                        : "about " + Amounts.duration(estimate) + ", twice what the backup took")
                + (plan.room() == 0 ? "" : "; " + Amounts.bytes(plan.room()) + " of temporary files"));
    }

    static void print(RestoreReport report, Output out) {
        RestorePlan plan = report.plan();
        Compared compared = report.compared();
        out.line(plan.into() + "  restored from " + plan.found().file() + "  "
                + Amounts.duration(report.took()) + "   "
                + (compared == null ? "not compared" : "verified: hash, " + compared.inWords()));
        report.notes().forEach(note -> out.line("note:     " + note));
        String previous = plan.previous();
        if (previous != null) {
            out.line("before:   " + previous + " still holds what was there");
            Hint psql = Hint.of("psql -d template1 -c ");
            String into = plan.into();
            out.line("drop it:  " + psql.sql(Sql.of("DROP DATABASE ").identifier(previous)));
            out.line("back:     "
                    + psql.sql(rename(into, into + "_restored")).and(" -c ").sql(rename(previous, into)));
        }
    }

    private static Sql rename(String from, String to) {
        return Sql.of("ALTER DATABASE ").identifier(from).and(" RENAME TO ").identifier(to);
    }

    static Map<String, Object> json(RestorePlan plan) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("exit", 0);
        json.put("backup", plan.found().file());
        json.put("place", plan.found().place());
        Manifest manifest = plan.found().manifest();
        json.put("snapshot", manifest == null ? null : manifest.snapshotAt());
        json.put("into", plan.into());
        json.put("way", Keys.lower(plan.way()));
        json.put("steps", plan.steps());
        json.put("notes", plan.notes());
        json.put("previous", plan.previous());
        Duration estimate = plan.estimate();
        json.put("estimated_seconds", estimate == null ? null : estimate.toMillis() / 1000.0);
        return json;
    }

    static Map<String, Object> json(RestoreReport report, ExitCode exit) {
        Map<String, Object> json = json(report.plan());
        json.put("exit", exit.code());
        json.put("seconds", report.took().toMillis() / 1000.0);
        Compared compared = report.compared();
        json.put("tables", compared == null ? null : compared.tables());
        json.put("rows", compared == null ? null : compared.rows());
        json.put("equal", compared == null ? null : true);
        List<String> notes = new ArrayList<>(report.plan().notes());
        notes.addAll(report.notes());
        json.put("notes", notes);
        return json;
    }
}
