package bmm.mirror;

import bmm.base.ExitCode;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run of a mirror did. Of a dry run it is what would have been done.
 *
 * @param same objects that were there already
 * @param copied objects that the destination did not have
 * @param updated objects that were replaced
 * @param keptAside changed objects whose new version is under {@code .bmm/changed/}
 * @param reported changed objects of which nothing was copied
 * @param extra objects that only the destination has, and that stay
 * @param failures the first ones, one line each, with key and cause
 * @param left why some of it was left for another run; null if nothing was
 * @param snapshot the key of the snapshot that was made
 */
public record MirrorReport(
        String source,
        String destination,
        boolean dryRun,
        long sourceObjects,
        long sourceBytes,
        long same,
        long copied,
        long copiedBytes,
        long updated,
        long keptAside,
        long reported,
        long deleted,
        long extra,
        long vanished,
        long failed,
        List<String> failures,
        @Nullable String left,
        @Nullable String snapshot,
        Duration duration) {
    public ExitCode exitCode() {
        // Outside its window a mirror has nothing to do, and that is no failure.
        boolean interrupted = left != null && sourceObjects > 0;
        return failed > 0 || interrupted ? ExitCode.MIRROR : ExitCode.OK;
    }
}
