package bmm.store;

import java.time.Instant;

/**
 * A promise of the store that an object stays as it is.
 *
 * @param until when the promise ends
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html">Object Lock</a>
 */
public record ObjectLock(Mode mode, Instant until) {
    /** Who can break it. */
    public enum Mode {
        /** Whoever has a special permission. */
        GOVERNANCE,
        /** Nobody. */
        COMPLIANCE
    }

    /** Whether it is at least as strong as another one. */
    public boolean covers(ObjectLock wanted) {
        return mode.compareTo(wanted.mode) >= 0 && !until.isBefore(wanted.until);
    }
}
