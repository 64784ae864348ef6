package bmm.notify;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which way messages of each severity go. A route is a list of channels: the first one, or the next when that cannot.
 * Several routes are independent of each other. Written as {@code critical=sms,email+slack warning=slack info=none}:
 * blanks between severities, {@code +} between routes, commas between a channel and its fall-back; without a severity it
 * is meant for all.
 */
public record Routes(Map<Severity, List<List<String>>> bySeverity) {
    private static final String NONE = "none";

    /** The routes of a severity; none if it is only logged. */
    public List<List<String>> of(Severity severity) {
        return bySeverity.getOrDefault(severity, List.of());
    }

    /** One route for everything: each channel is the fall-back of the one before. */
    public static Routes inOrder(Collection<String> channels) {
        Map<Severity, List<List<String>>> routes = new EnumMap<>(Severity.class);
        for (Severity severity : Severity.values()) {
            routes.put(severity, channels.isEmpty() ? List.of() : List.of(List.copyOf(channels)));
        }
        return new Routes(routes);
    }

    /**
     * Reads {@code BMM_CHANNELS}. Whether the channels exist is not looked at.
     *
     * @throws IllegalArgumentException if it is not written as above
     */
    public static Routes parse(String text) {
        Map<Severity, List<List<String>>> routes = new EnumMap<>(Severity.class);
        for (String word : text.strip().split("\\s+", -1)) {
            int equals = word.indexOf('=');
            List<List<String>> parsed = routes(word.substring(equals + 1));
            if (equals < 0) {
                Arrays.stream(Severity.values()).forEach(severity -> routes.putIfAbsent(severity, parsed));
            } else {
                routes.put(severity(word.substring(0, equals)), parsed);
            }
        }
        return new Routes(routes);
    }

    /** Every channel that is named somewhere. */
    public List<String> channels() {
        return bySeverity.values().stream()
                .flatMap(List::stream)
                .flatMap(List::stream)
                .distinct()
                .toList();
    }

    /** A severity by its name. */
    public static Severity severity(String name) {
        try {
            return Severity.valueOf(name.strip().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + name + "\" is no severity: critical, warning or info", e);
        }
    }

    private static List<List<String>> routes(String text) {
        if (text.equalsIgnoreCase(NONE)) {
            return List.of();
        }
        return Arrays.stream(text.split("\\+", -1))
                .map(route -> Arrays.stream(route.split(",", -1))
                        .map(name -> name.strip().toLowerCase(Locale.ROOT))
                        .toList())
                .peek(Routes::requireNames)
                .toList();
    }

    private static void requireNames(List<String> route) {
        if (route.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("write critical=sms,email+slack warning=slack info=none");
        }
    }
}
