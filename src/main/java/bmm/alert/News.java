package bmm.alert;

import bmm.notify.Severity;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One thing to be told. What is still untold when the next thing happens is put together with it, see {@link Digest}.
 *
 * @param incident which outage it belongs to; 0 for notices
 * @param since when the outage began
 * @param until when it ended, for RECOVERED and OUTAGE
 * @param cause a deeper incident that was open at that moment, by its short name
 * @param at when this happened
 */
public record News(
        Kind kind,
        long incident,
        Subject subject,
        Severity severity,
        Layer layer,
        Instant since,
        @Nullable Instant until,
        String sentence,
        @Nullable String cause,
        Instant at) {
    /** What happened. */
    public enum Kind {
        /** An incident opened. */
        DOWN,
        /** It is open still. */
        STILL_DOWN,
        /** It is over, and its beginning was told. */
        RECOVERED,
        /** It began and ended before anyone could be told. */
        OUTAGE,
        /** Something that has no end. */
        NOTICE
    }

    /** Something to be told once. */
    public static News notice(Subject subject, Severity severity, String sentence, Instant at) {
        return new News(Kind.NOTICE, 0, subject, severity, Layer.JOB, at, null, sentence, null, at);
    }

    static News of(Kind kind, Subject subject, Incident incident, @Nullable Instant until, Instant at) {
        return new News(
                kind,
                incident.id(),
                subject,
                incident.severity(),
                incident.layer(),
                incident.since(),
                until,
                incident.sentence(),
                null,
                at);
    }

    /** The same as one sentence about an outage of which nothing was told. */
    News asOutage(Instant end) {
        return new News(Kind.OUTAGE, incident, subject, severity, layer, since, end, sentence, cause, at);
    }

    News because(@Nullable String deeper) {
        return new News(kind, incident, subject, severity, layer, since, until, sentence, deeper, at);
    }
}
