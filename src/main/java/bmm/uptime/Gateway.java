package bmm.uptime;

import java.util.Locale;

/**
 * Tells the answers of what stands in front of a service (nginx, HAProxy, a content network) from its own. 502 and 504 are
 * defined as such (RFC 9110, sections 15.6.3 and 15.6.5); 520 to 527 are Cloudflare's.
 */
final class Gateway {
    private Gateway() {}

    static boolean isSpeaking(HttpAnswer answer) {
        return switch (answer.status()) {
            case 502, 504, 520, 521, 522, 523, 524, 525, 526, 527, 530 -> true;
            case 503 -> saysThatNobodyIsBehindIt(answer.text().toLowerCase(Locale.ROOT));
            default -> false;
        };
    }

    /** HAProxy, Traefik, Envoy. */
    private static boolean saysThatNobodyIsBehindIt(String body) {
        return body.contains("no server is available")
                || body.contains("no available server")
                || body.contains("upstream connect error");
    }

    static String inWords(HttpAnswer answer) {
        String name = answer.header("server")
                .map(server -> server.split("[/ (]", 2)[0])
                .filter(server -> server.matches("[A-Za-z][A-Za-z0-9._-]{0,30}"))
                .map(server -> " (" + server + ")")
                .orElse("");
        return "what stands in front" + name + " answers " + answer.status() + ", the service behind it does not";
    }
}
