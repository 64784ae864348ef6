package bmm.alert;

import bmm.notify.Severity;
import java.time.Instant;

/**
 * What one look at one thing saw.
 *
 * @param sentence why it is down, or what was seen; one line, without secrets
 * @param severity of the incident that this may open
 * @param layer which decides what is cause and what is symptom
 * @param at when it was seen
 */
public record Observation(Subject subject, Status status, String sentence, Severity severity, Layer layer, Instant at) {
    /** What was seen. UNKNOWN counts neither as failure nor as success. */
    public enum Status {
        UP,
        DOWN,
        UNKNOWN
    }

    /** Of the kind that wakes people up. */
    public static Observation of(Subject subject, Status status, String sentence, Layer layer, Instant at) {
        return new Observation(subject, status, sentence, Severity.CRITICAL, layer, at);
    }
}
