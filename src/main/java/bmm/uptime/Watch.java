package bmm.uptime;

import bmm.alert.Layer;
import bmm.notify.Severity;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A probe under its name, and on what terms it is watched.
 *
 * @param name as in BMM_PROBE_NAME, in lower case
 * @param slowest a success that took longer is none; null: any time within the timeout will do
 * @param timeout of one attempt
 * @param attempts until it counts as down
 */
public record Watch(
        String name,
        Probe probe,
        Layer layer,
        Severity severity,
        @Nullable Duration slowest,
        Duration timeout,
        int attempts) {}
