package bmm.alert;

import bmm.notify.Severity;
import java.time.Instant;

/**
 * A subject that is failing now.
 *
 * @param id different for every outage
 * @param since the first of the failures that opened it
 * @param sentence why, as last seen
 * @param told when someone was last told of it, or would have been
 */
public record Incident(long id, Severity severity, Layer layer, Instant since, String sentence, Instant told) {
    Incident seen(String newSentence) {
        return new Incident(id, severity, layer, since, newSentence, told);
    }

    Incident told(Instant at) {
        return new Incident(id, severity, layer, since, sentence, at);
    }
}
