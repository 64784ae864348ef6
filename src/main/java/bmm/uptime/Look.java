package bmm.uptime;

import bmm.alert.Observation.Status;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt saw.
 *
 * @param stage where it breaks, if it does and the probe has stages
 * @param sentence what was seen; one line, without secrets
 * @param latency how long the whole of it took
 * @param certificateEnds until when the server's certificate is good, where it showed one
 */
record Look(
        Status status,
        @Nullable Stage stage,
        String sentence,
        Duration latency,
        @Nullable Instant certificateEnds) {
    static Look up(String sentence, Duration latency) {
        return new Look(Status.UP, null, sentence, latency, null);
    }

    static Look down(@Nullable Stage stage, String sentence, Duration latency) {
        return new Look(Status.DOWN, stage, sentence, latency, null);
    }

    boolean isUp() {
        return status == Status.UP;
    }

    Look withCertificate(@Nullable Instant ends) {
        return new Look(status, stage, sentence, latency, ends);
    }
}
