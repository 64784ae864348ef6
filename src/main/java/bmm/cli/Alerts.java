package bmm.cli;

import bmm.alert.Observation;
import java.util.List;

/** What a run has to tell, handed to incidents, channels and watchdogs. Nothing here fails a run or changes its exit code. */
final class Alerts {
    /** One round of {@code bmm uptime}: incidents, what is due to be sent, then the heartbeat. */
    void tick(List<Observation> seen) {
        observe(seen);
    }

    /** Observations of any command: opens and resolves incidents, and sends what is due. */
    void observe(List<Observation> seen) {}
}
