package bmm.doctor;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of the process a check-up needs to know.
 *
 * @param systemUser libpq's default role
 * @param searchPath PATH
 * @param envFiles the files that the settings were read from
 * @param temporaryDirectory where a restore puts what it fetches
 * @param now when it began
 */
public record Surroundings(
        String systemUser, @Nullable String searchPath, List<Path> envFiles, Path temporaryDirectory, Instant now) {}
