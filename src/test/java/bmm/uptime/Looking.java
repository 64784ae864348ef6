package bmm.uptime;

import bmm.base.Settings;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Settings of a test, and a tick over the probes in them. */
final class Looking {
    final Map<String, String> settings = new TreeMap<>(Map.of(
            "BMM_UPTIME_ATTEMPTS", "1",
            "BMM_UPTIME_PAUSE", "50ms",
            "BMM_UPTIME_TIMEOUT", "5s",
            "BMM_UPTIME_DEADLINE", "20s",
            "BMM_UPTIME_REFERENCES", "none"));

    Clock clock = Clock.fixed(Instant.now(), ZoneOffset.UTC);

    Looking set(String key, String value) {
        settings.put(key, value);
        return this;
    }

    /** What a single probe sees, as its setting is written. */
    static ProbeResult at(String probe) {
        return new Looking().set("BMM_PROBE_X", probe).tick().results().getFirst();
    }

    List<Watch> probes() {
        return new Probes(loaded(), "postgres", clock).all();
    }

    TickReport tick() {
        try {
            return new Tick(probes(), loaded(), clock).run();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    ProbeResult only() {
        return tick().results().getFirst();
    }

    private Settings loaded() {
        return Settings.load(Map.of(), settings, List.of());
    }
}
