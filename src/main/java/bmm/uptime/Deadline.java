package bmm.uptime;

import java.net.SocketTimeoutException;
import java.time.Duration;

/** A moment by which something must be done, on the clock that nobody sets. */
final class Deadline {
    private final long start = System.nanoTime();
    private final Duration length;

    Deadline(Duration length) {
        this.length = length;
    }

    static Deadline in(Duration length) {
        return new Deadline(length);
    }

    Duration spent() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** Not negative. */
    Duration left() {
        Duration left = length.minus(spent());
        return left.isNegative() ? Duration.ZERO : left;
    }

    boolean hasPassed() {
        return left().isZero();
    }

    /**
     * What is left as a timeout of a socket, in milliseconds, at least 1.
     *
     * @throws SocketTimeoutException if nothing is left
     */
    int socketTimeout() throws SocketTimeoutException {
        Duration left = left();
        if (left.isZero()) {
            throw new SocketTimeoutException("Read timed out");
        }
        return Math.toIntExact(Math.max(1, left.toMillis()));
    }
}
