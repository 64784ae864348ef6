package bmm.alert;

import bmm.alert.Observation.Status;
import bmm.notify.Routes;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/** A process of its own that opens incidents, one write each. */
final class StateWriter {
    static final int SUBJECTS = 15;

    private StateWriter() {}

    public static void main(String[] args) {
        for (int i = 0; i < SUBJECTS; i++) {
            new IncidentBook(Path.of(args[0]), null, Rules.DEFAULT, Routes.parse("sms"), Clock.systemUTC())
                    .observe(List.of(Observation.of(
                            Subject.of("uptime", args[1] + "-" + i),
                            Status.DOWN,
                            "broken",
                            Layer.SERVICE,
                            Instant.EPOCH)));
        }
    }
}
