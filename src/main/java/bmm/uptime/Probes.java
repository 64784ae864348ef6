package bmm.uptime;

import bmm.alert.Layer;
import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.Secret;
import bmm.base.Settings;
import bmm.notify.Severity;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Makes probes of the BMM_PROBE settings. */
public final class Probes {
    private final Settings settings;
    private final ProbeKinds kinds;

    /** For the settings of a run; {@code systemUser} is the role of a database that names none. */
    public Probes(Settings settings, String systemUser, Clock clock) {
        this.settings = settings;
        this.kinds = new ProbeKinds(settings, systemUser, clock);
    }

    /**
     * All of them, by name. Nothing is looked at yet.
     *
     * @throws Failure {@link ExitCode#CONFIGURATION} naming everything that is wrong
     */
    public List<Watch> all() {
        List<String> problems = new ArrayList<>();
        List<Watch> watches = new ArrayList<>();
        settings.all(Keys.PROBE).forEach((name, text) -> {
            try {
                watches.add(watch(name, text));
            } catch (IllegalArgumentException e) {
                problems.add(Keys.PROBE.key(name) + ": " + Failure.reason(e));
            }
        });
        if (!problems.isEmpty()) {
            throw Failure.of(
                    ExitCode.CONFIGURATION,
                    problems,
                    "docs/configuration.md shows every kind of probe with its conditions");
        }
        return List.copyOf(watches);
    }

    private Watch watch(String name, String text) {
        ProbeLine line = ProbeLine.parse(text);
        Conditions conditions = new Conditions(line.conditions());
        Probe probe = kinds.of(
                line.target(),
                conditions,
                settings.find(Keys.PROBE_PASSWORD, name).map(Secret::new).orElse(null),
                settings.find(Keys.PROBE_HEADER, name).map(Secret::new).orElse(null));
        Watch watch = new Watch(
                name.toLowerCase(Locale.ROOT),
                probe,
                conditions.one("layer=", value -> choice(Layer.class, value)).orElse(probe.layer()),
                conditions
                        .one("severity=", value -> choice(Severity.class, value))
                        .orElse(Severity.CRITICAL),
                conditions.one("latency<", Probes::positive).orElse(null),
                conditions.one("timeout=", Probes::positive).orElseGet(() -> settings.get(Keys.UPTIME_TIMEOUT)),
                conditions.one("attempts=", Probes::attempts).orElseGet(() -> settings.get(Keys.UPTIME_ATTEMPTS)));
        conditions.refuseOthers();
        return watch;
    }

    static Duration positive(String text) {
        Duration duration = Amounts.parseDuration(text);
        if (duration.isZero()) {
            throw new IllegalArgumentException("must be more than nothing");
        }
        return duration;
    }

    private static int attempts(String text) {
        if (!text.matches("[1-9]")) {
            throw new IllegalArgumentException("must be 1 to 9");
        }
        return Integer.parseInt(text);
    }

    private static <E extends Enum<E>> E choice(Class<E> type, String text) {
        return Arrays.stream(type.getEnumConstants())
                .filter(one -> Keys.lower(one).equals(text.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of "
                        + Arrays.stream(type.getEnumConstants())
                                .map(Keys::lower)
                                .collect(Collectors.joining(", "))));
    }
}
