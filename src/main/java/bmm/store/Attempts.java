package bmm.store;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Makes a request again after a transient failure, a few times, waiting longer each time. */
final class Attempts {
    private final int most;
    private final Duration pause;
    private final Predicate<RuntimeException> isTransient;

    Attempts(S3Tuning tuning) {
        this(tuning.attempts(), tuning.pause(), S3Errors::isTransient);
    }

    /**
     * @param pause before the second attempt; three times as long before each further one
     */
    Attempts(int most, Duration pause, Predicate<RuntimeException> isTransient) {
        this.most = most;
        this.pause = pause;
        this.isTransient = isTransient;
    }

    int most() {
        return most;
    }

    <T> T of(Supplier<T> request) {
        for (int attempt = 1; ; attempt++) {
            try {
                return request.get();
            } catch (RuntimeException e) {
                if (attempt >= most || !isTransient.test(e)) {
                    throw e;
                }
                waitAfter(attempt, e);
            }
        }
    }

    void run(Runnable request) {
        var unused = of(() -> {
            request.run();
            return true;
        });
    }

    /** Waits before the next attempt; jitter keeps many hosts that failed together from coming back together. */
    void waitAfter(int attempt, RuntimeException cause) {
        double millis = pause.toMillis()
                * Math.pow(3, attempt - 1)
                * ThreadLocalRandom.current().nextDouble(0.8, 1.2);
        try {
            Thread.sleep(Math.round(millis));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cause.addSuppressed(e);
            throw cause;
        }
    }
}
