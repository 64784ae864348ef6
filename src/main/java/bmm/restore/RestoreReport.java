package bmm.restore;

import bmm.base.Failure;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a restore did.
 *
 * @param compared null where there was nothing to compare with, or nobody wanted it
 * @param notes what the user should know afterwards
 * @param failure of the post hook; the data is back all the same
 */
public record RestoreReport(
        RestorePlan plan,
        Duration took,
        @Nullable Compared compared,
        List<String> notes,
        @Nullable Failure failure) {}
