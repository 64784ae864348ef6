package bmm.postgres.sandbox;

import bmm.base.Hint;
import org.jspecify.annotations.Nullable;

/**
 * How restored code is kept away from everything else.
 *
 * @param user who it runs as, in a few words
 * @param means what keeps it away, and what is left where that is little
 * @param hint what would be better, if anything
 */
public record Isolation(String user, String means, @Nullable Hint hint) {
    @Override
    public String toString() {
        return user + ", " + means + (hint == null ? "" : " (hint: " + hint + ")");
    }
}
