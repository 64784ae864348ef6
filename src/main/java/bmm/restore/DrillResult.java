package bmm.restore;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.dump.Found;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the drill of one backup went.
 *
 * @param subject the database, or the file where nobody knows its database
 * @param found null if there was no backup to be found
 * @param target what it was restored into, null if it did not come so far
 * @param took the phases fetch, restore and proof
 * @param kept how to connect to what was kept, in shell words; empty if nothing was
 * @param problem why it could not go on, null if it did
 */
public record DrillResult(
        String subject,
        @Nullable Found found,
        @Nullable String target,
        @Nullable String targetVersion,
        Instant startedAt,
        Map<String, Duration> took,
        List<Proof> proofs,
        long tables,
        long rows,
        long bytes,
        List<String> kept,
        @Nullable Failure problem) {
    /** Whether everything that could be proven was. */
    public boolean isProven() {
        return exitCode() == ExitCode.OK;
    }

    public ExitCode exitCode() {
        if (problem != null) {
            // That a restore fails is what a drill is there to find out.
            return switch (problem.exitCode()) {
                case RESTORE, DUMP -> ExitCode.DRILL;
                default -> problem.exitCode();
            };
        }
        return failed().isEmpty() ? ExitCode.OK : ExitCode.DRILL;
    }

    /** The proofs that failed. */
    public List<Proof> failed() {
        return proofs.stream()
                .filter(proof -> proof.outcome() == Proof.Outcome.FAILED)
                .toList();
    }

    /** How restored code was kept away from everything else; null if it did not come so far. */
    public @Nullable String isolation() {
        return proofs.stream()
                .filter(proof -> proof.name().equals(Proof.ISOLATION))
                .map(Proof::detail)
                .findFirst()
                .orElse(null);
    }

    /** From the beginning until the data was back: what a real restore would have taken. */
    public Duration rto() {
        return took.getOrDefault("fetch", Duration.ZERO).plus(took.getOrDefault("restore", Duration.ZERO));
    }

    public Duration total() {
        return took.values().stream().reduce(Duration.ZERO, Duration::plus);
    }

    /** A drill that came to nothing. */
    static DrillResult without(String subject, Instant startedAt, Failure problem) {
        return new DrillResult(subject, null, null, null, startedAt, Map.of(), List.of(), 0, 0, 0, List.of(), problem);
    }
}
