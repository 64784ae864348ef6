package bmm.backup;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.catalog.Manifest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run did, database by database.
 *
 * @param failure of the run as a whole: a hook
 */
public record BackupReport(
        List<Result> results, Duration took, @Nullable Failure failure) {
    /** The worst of all outcomes. */
    public ExitCode exitCode() {
        ExitCode worst = failure == null ? ExitCode.OK : failure.exitCode();
        for (Result result : results) {
            worst = worst.worse(result.exitCode());
        }
        return worst;
    }

    /**
     * One database.
     *
     * @param stored null if no backup was made
     * @param failure why not, or why it is incomplete
     */
    public record Result(
            String database,
            Duration took,
            @Nullable Stored stored,
            List<Sent> sent,
            @Nullable Pruned pruned,
            @Nullable Failure failure) {
        public ExitCode exitCode() {
            ExitCode worst = failure == null ? ExitCode.OK : failure.exitCode();
            for (Sent to : sent) {
                Failure problem = to.failure();
                worst = problem == null ? worst : worst.worse(problem.exitCode());
            }
            return worst;
        }
    }

    /**
     * A backup that was made.
     *
     * @param took from the lock to the manifest
     * @param checks how far it was verified, in words
     * @param createCommand a shell command that makes an empty database for it, with what joins it to the next one
     * @param restoreCommand a shell command that restores it into an empty database
     */
    public record Stored(
            Path dump,
            Manifest manifest,
            Duration took,
            List<String> checks,
            String createCommand,
            String restoreCommand) {}

    /**
     * What went to one off-site store.
     *
     * @param backups how many, earlier ones that had not arrived included
     */
    public record Sent(
            String place,
            int backups,
            long bytes,
            Duration took,
            @Nullable Failure failure) {}

    /** What retention did, in one sentence, and how many backups it removed. */
    public record Pruned(String summary, int removed) {}
}
