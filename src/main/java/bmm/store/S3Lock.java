package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.store.ObjectLock.Mode;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;

/** Object lock in the words of S3. */
final class S3Lock {
    private final @Nullable ObjectLock lock;

    S3Lock(@Nullable ObjectLock lock) {
        this.lock = lock;
    }

    /** The lock in the answer to HEAD; without the right to see it there is none in it. */
    static Optional<ObjectLock> of(HeadObjectResponse there) {
        Instant until = there.objectLockRetainUntilDate();
        return switch (there.objectLockMode()) {
            case GOVERNANCE -> Optional.ofNullable(until).map(end -> new ObjectLock(Mode.GOVERNANCE, end));
            case COMPLIANCE -> Optional.ofNullable(until).map(end -> new ObjectLock(Mode.COMPLIANCE, end));
            case null, default -> Optional.empty();
        };
    }

    @Nullable
    ObjectLockMode mode() {
        return lock == null ? null : ObjectLockMode.fromValue(lock.mode().name());
    }

    @Nullable
    Instant until() {
        return lock == null ? null : lock.until();
    }

    /**
     * {@code Content-MD5} of a piece, which S3 wants with everything that is stored under a lock; null without one.
     *
     * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html">PutObject, Content-MD5</a>
     */
    @Nullable
    String md5(Source source, long offset, long length) {
        if (lock == null) {
            return null;
        }
        try (InputStream in = source.open(offset, length)) {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            byte[] buffer = new byte[256 * 1024];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return Base64.getEncoder().encodeToString(digest.digest());
        } catch (IOException e) {
            // The source remembers it, and whoever puts asks it why.
            throw new IllegalStateException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }

    /** Why an object that was to be locked was refused, if it was for the bucket. */
    Optional<Failure> refusal(String store, RuntimeException thrown) {
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
