package bmm.store;

import java.time.Duration;

/**
 * Sizes and patience.
 *
 * @param partSize bytes of one part; anything larger than this goes up in parts
 * @param attempts how often one request is made before it counts as failed
 * @param pause before the second attempt; three times as long before each further one
 * @param silence how long the server may say nothing
 */
record S3Tuning(long partSize, int attempts, Duration pause, Duration silence) {
    static final S3Tuning DEFAULT = new S3Tuning(64L << 20, 4, Duration.ofMillis(400), Duration.ofMinutes(2));

    /** The least speed, in bytes a second, below which a request is given up. */
    private static final long LEAST_SPEED = 20_000;

    S3Tuning withPause(Duration other) {
        return new S3Tuning(partSize, attempts, other, silence);
    }

    /** How long one request with so many bytes may take at most. */
    Duration patience(long bytes) {
        return silence.plusSeconds(bytes / LEAST_SPEED);
    }
}
