package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.store.ObjectLock.Mode;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Object lock in the words of S3. */
final class S3Lock {
    private S3Lock() {}

    /** The lock that an answer tells of; without the right to see it there is none in it. */
    static Optional<ObjectLock> of(@Nullable String mode, @Nullable Instant until) {
        return mode == null || until == null
                ? Optional.empty()
                : switch (mode.toUpperCase(Locale.ROOT)) {
                    case "GOVERNANCE" -> Optional.of(new ObjectLock(Mode.GOVERNANCE, until));
                    case "COMPLIANCE" -> Optional.of(new ObjectLock(Mode.COMPLIANCE, until));
                    default -> Optional.empty();
                };
    }

    /**
     * {@code Content-MD5} of a piece, which S3 wants with everything that is stored under a lock; null without one.
     *
     * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html">PutObject, Content-MD5</a>
     */
    static @Nullable String md5(@Nullable ObjectLock lock, Piece piece) {
        return lock == null ? null : Base64.getEncoder().encodeToString(piece.digest("MD5"));
    }

    /** Why an object that was to be locked was refused, if it was for the bucket. */
    static Optional<Failure> refusal(@Nullable ObjectLock lock, String store, RuntimeException thrown) {
        String reason =
                String.valueOf(thrown.getMessage()).toLowerCase(Locale.ROOT).replace(" ", "");
        if (lock == null || S3Errors.status(thrown) != 400 || !reason.contains("objectlock")) {
            return Optional.empty();
        }
        return Optional.of(new Failure(
                ExitCode.STORE,
                store + ": the bucket has no object lock, so nothing can be locked in it; nothing was sent",
                "make a new bucket with it (aws s3api create-bucket --object-lock-enabled-for-bucket, mc mb --with-lock), or unset BMM_REMOTE_LOCK_DAYS",
                thrown));
    }
}
