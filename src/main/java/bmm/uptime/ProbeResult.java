package bmm.uptime;

import bmm.alert.Layer;
import bmm.alert.Observation;
import bmm.alert.Observation.Status;
import bmm.alert.Subject;
import bmm.notify.Severity;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one tick found out with one probe.
 *
 * @param name of the probe, in lower case
 * @param target what was looked at
 * @param sentence one line, without secrets
 * @param stage where it breaks, if it is down and that could be told
 * @param latency of the last attempt; null if it came to no end
 * @param certificateEnds until when the server's certificate is good, where it showed one
 * @param attempts how often it was tried
 */
public record ProbeResult(
        String name,
        String target,
        Status status,
        String sentence,
        @Nullable Stage stage,
        @Nullable Duration latency,
        @Nullable Instant certificateEnds,
        int attempts,
        Layer layer,
        Severity severity,
        Instant at) {
    public boolean isDown() {
        return status == Status.DOWN;
    }

    /** The sentence with the stage in front of it. */
    public String reason() {
        return stage == null ? sentence : stage + ": " + sentence;
    }

    /** As incidents are told of it. */
    public Observation observation() {
        return new Observation(Subject.of("uptime", name), status, reason(), severity, layer, at);
    }

    /** The same, but not counted: nothing can be said about it from here. */
    ProbeResult inconclusive(String why) {
        return new ProbeResult(
                name,
                target,
                Status.UNKNOWN,
                why + "; it said: " + reason(),
                null,
                latency,
                certificateEnds,
                attempts,
                layer,
                severity,
                at);
    }
}
