package bmm.cli;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Keys;
import bmm.base.Shell;
import bmm.catalog.Manifest;
import bmm.restore.Compared;
import bmm.restore.Restore;
import bmm.restore.RestorePlan;
import bmm.restore.RestoreReport;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code bmm restore} prints: its plan, and what came of it. */
final class RestoreOutput {
    private RestoreOutput() {}

    static void print(Restore.Written written, PrintStream out) {
        out.println(written.file() + "  from " + written.found().place() + "/"
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

    static void print(RestorePlan plan, PrintStream out) {
        out.println("backup    " + plan.subject());
        out.println("from      " + plan.found().place());
        out.println("into      " + plan.into() + " at " + plan.address() + ", PostgreSQL "
                + plan.server().version());
        for (int i = 0; i < plan.steps().size(); i++) {
            out.println((i == 0 ? "steps     " : "          ") + (i + 1) + ". "
                    + plan.steps().get(i));
        }
        plan.notes().forEach(note -> out.println("note      " + note));
        Duration estimate = plan.estimate();
        out.println("estimate  "
                + (estimate == null
                        ? "unknown"
                        : "about " + Amounts.duration(estimate) + ", twice what the backup took")
                + (plan.room() == 0 ? "" : "; " + Amounts.bytes(plan.room()) + " of temporary files"));
    }

    static void print(RestoreReport report, PrintStream out) {
        RestorePlan plan = report.plan();
        Compared compared = report.compared();
        out.println(plan.into() + "  restored from " + plan.found().file() + "  "
                + Amounts.duration(report.took()) + "   "
                + (compared == null ? "not compared" : "verified: hash, " + compared.inWords()));
        report.notes().forEach(note -> out.println("note:     " + note));
        String previous = plan.previous();
        if (previous != null) {
            out.println("before:   " + previous + " still holds what was there");
            out.println("drop it:  " + sql("DROP DATABASE " + quoted(previous)));
            out.println("back:     "
                    + sql(
                            "ALTER DATABASE " + quoted(plan.into()) + " RENAME TO " + quoted(plan.into() + "_restored"),
                            "ALTER DATABASE " + quoted(previous) + " RENAME TO " + quoted(plan.into())));
        }
    }

    /** Quoted where it has to be, and also where it is easier to be sure. */
    private static String quoted(String name) {
        return name.matches("[a-z_][a-z0-9_]*") ? name : "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static String sql(String... statements) {
        StringBuilder command = new StringBuilder("psql -d template1");
        for (String statement : statements) {
            command.append(" -c ").append(Shell.quote(statement));
        }
        return command.toString();
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
