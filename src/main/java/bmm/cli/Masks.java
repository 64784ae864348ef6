package bmm.cli;

import bmm.base.SafeText;
import bmm.base.Secret;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Secret values that must not be shown, should one ever get into a message. A second line of defence, not the first. */
final class Masks {
    /** Shorter values would black out ordinary words. */
    private static final int SHORTEST = 4;

    private static final int SHORTEST_PATH = 8;

    private static final Pattern PATH_OF_URL = Pattern.compile("https?://[^/]+(/.+)");
    private static final Pattern PASSWORD_IN_URL = Pattern.compile("://[^/@:]*:([^@/]+)@");

    // Longest first, so that no rest of a longer one stays behind. Replaced as a whole: logging threads only read it.
    private volatile List<String> values = List.of();

    synchronized void add(Secret secret) {
        values = Stream.concat(values.stream(), forms(secret.reveal()))
                .filter(value -> value.length() >= SHORTEST)
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    String apply(String text) {
        String masked = text;
        for (String value : values) {
            masked = masked.replace(value, Secret.MASK);
        }
        return masked;
    }

    /** The value, as it is written in a URL, and the password inside it if it is a URL itself. */
    private static Stream<String> forms(String value) {
        // Escaped too, should it have been made fit to be shown before it got here.
        Stream<String> own = Stream.of(value, encoded(value), encoded(value).replace("+", "%20"), SafeText.line(value));
        // A file of keys: each of them by itself too.
        own = Stream.concat(own, value.lines().map(String::strip).filter(line -> line.length() < value.length()));
        Matcher path = PATH_OF_URL.matcher(value);
        if (path.matches()) {
            // What makes the address of a webhook or a check secret, without the host that may be told.
            own = Stream.concat(own, Stream.of(path.group(1)).filter(text -> text.length() >= SHORTEST_PATH));
        }
        Matcher url = PASSWORD_IN_URL.matcher(value);
        return url.find() ? Stream.concat(own, Stream.of(url.group(1), decoded(url.group(1)))) : own;
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static String decoded(String value) {
        try {
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return value;
        }
    }
}
