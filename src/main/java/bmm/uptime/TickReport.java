package bmm.uptime;

import bmm.alert.Observation;
import bmm.alert.Observation.Status;
import bmm.base.ExitCode;
import java.time.Duration;
import java.util.List;

/** What one tick saw, in the order of the probes' names. */
public record TickReport(List<ProbeResult> results, Duration took) {
    public TickReport {
        results = List.copyOf(results);
    }

    public long count(Status status) {
        return results.stream().filter(result -> result.status() == status).count();
    }

    public List<Observation> observations() {
        return results.stream().map(ProbeResult::observation).toList();
    }

    public ExitCode exitCode() {
        return count(Status.DOWN) > 0 ? ExitCode.STATUS : ExitCode.OK;
    }
}
