package bmm.uptime;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a server answered to one request.
 *
 * @param headers by name in lower case
 * @param body its beginning, at most {@link HttpRequest#MOST_BYTES}
 * @param whole whether that is all of it
 * @param certificateEnds the first end among the certificates that it showed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record HttpAnswer(
        URI uri,
        int status,
        Map<String, List<String>> headers,
        byte[] body,
        boolean whole,
        @Nullable Instant certificateEnds) {
    Optional<String> header(String lowerCaseName) {
        return headers.getOrDefault(lowerCaseName, List.of()).stream().findFirst();
    }

    /** The beginning of the body, as UTF-8: what is looked for in it is mostly ASCII. */
    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    boolean isRedirect() {
        return switch (status) {
            case 301, 302, 303, 307, 308 -> header("location").isPresent();
            default -> false;
        };
    }
}
