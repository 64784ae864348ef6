package bmm.cli;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.Shell;
import bmm.dump.Found;
import bmm.restore.DrillResult;
import bmm.restore.Proof;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Results of drills, as one screen or as JSON. */
final class DrillOutput {
    private static final int MOST_DIFFERENCES = 20;

    private DrillOutput() {}

    static void print(DrillResult result, Output out) {
        Found found = result.found();
        out.line(result.subject() + "  " + (found == null ? "" : found.file() + "  from " + found.place()));
        for (Proof proof : result.proofs()) {
            out.line("  " + padded(word(proof.outcome()), 9) + padded(proof.name(), 15) + firstLine(proof.detail()));
            if (proof.differences().size() > 1) {
                proof.differences().stream()
                        .limit(MOST_DIFFERENCES)
                        .forEach(difference -> out.line("           " + firstLine(difference)));
            }
        }
        Failure problem = result.problem();
        if (problem != null) {
            out.line("FAILED  " + firstLine(String.valueOf(problem.getMessage())));
        } else if (!result.isProven()) {
            out.line("FAILED  restored, but not proven: "
                    + firstLine(result.failed().getFirst().detail()));
        } else {
            boolean equal = result.proofs().stream()
                    .anyMatch(proof -> proof.name().equals("content") && proof.outcome() == Proof.Outcome.PROVEN);
            out.line("restored, " + (equal ? "equal" : "content not compared") + ": "
                    + Amounts.count(result.tables(), "table") + ", " + Amounts.count(result.rows(), "row") + ", "
                    + Amounts.bytes(result.bytes()) + ", in " + Amounts.duration(result.total()));
        }
        if (!result.took().isEmpty()) {
            out.line("took: "
                    + result.took().entrySet().stream()
                            .map(phase -> phase.getKey() + " " + Amounts.duration(phase.getValue()))
                            .collect(Collectors.joining(", "))
                    + (result.took().containsKey("proof")
                            ? "; data back after " + Amounts.duration(result.rto()) + " (RTO)"
                            : ""));
        }
        if (!result.kept().isEmpty()) {
            out.line("kept:    " + connect(result));
            out.line("remove:  bmm restore-drill --clean   (until then code of the owners of what is in it can run)");
        }
    }

    private static String connect(DrillResult result) {
        return result.kept().stream().map(Shell::quote).collect(Collectors.joining(" "));
    }

    private static String word(Proof.Outcome outcome) {
        return switch (outcome) {
            case PROVEN -> "proven";
            case FAILED -> "FAILED";
            case MISSING -> "missing";
            case REPORTED -> "-";
        };
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    static Map<String, Object> json(List<DrillResult> results, List<Path> records, ExitCode outcome) {
        List<Map<String, Object>> drills = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            Map<String, Object> one = json(results.get(i));
            one.put("record", i < records.size() ? records.get(i).toString() : null);
            drills.add(one);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("exit", outcome.code());
        all.put("drills", drills);
        return all;
    }

    private static Map<String, Object> json(DrillResult result) {
        Found found = result.found();
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("subject", result.subject());
        one.put("exit", result.exitCode().code());
        one.put("proven", result.isProven());
        one.put("file", found == null ? null : found.file());
        one.put("place", found == null ? null : found.place());
        one.put("target", result.target());
        one.put("targetVersion", result.targetVersion());
        one.put(Proof.ISOLATION, result.isolation());
        one.put("tables", result.tables());
        one.put("rows", result.rows());
        one.put("bytes", result.bytes());
        Map<String, Object> seconds = new LinkedHashMap<>();
        result.took().forEach((phase, took) -> seconds.put(phase, seconds(took)));
        seconds.put("rto", seconds(result.rto()));
        seconds.put("total", seconds(result.total()));
        one.put("seconds", seconds);
        List<Map<String, Object>> proofs = new ArrayList<>();
        for (Proof proof : result.proofs()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("name", proof.name());
            line.put("outcome", Keys.lower(proof.outcome()));
            line.put("detail", proof.detail());
            line.put("differences", proof.differences());
            proofs.add(line);
        }
        one.put("proofs", proofs);
        one.put("connect", result.kept().isEmpty() ? null : connect(result));
        Failure problem = result.problem();
        one.put("error", problem == null ? null : problem.getMessage());
        return one;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
