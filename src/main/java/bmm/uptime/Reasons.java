package bmm.uptime;

import bmm.base.Failure;
import java.util.Locale;

/** Exceptions of sockets in words. */
final class Reasons {
    private static final int LONGEST = 300;

    private Reasons() {}

    /** One line that can stand after a colon. What a server said is in it, so it is cut where it is long. */
    static String of(Throwable thrown) {
        String reason = switch (String.valueOf(thrown.getMessage())) {
            case "Connect timed out" -> "no answer: the packets are swallowed on the way, or the machine is gone";
            case "Read timed out" -> "accepts connections, but does not answer in time";
            case "Unexpected end of file from server" -> "accepts connections and closes them without an answer";
            default -> Failure.reason(thrown);
        };
        String first = reason.substring(0, 1).toLowerCase(Locale.ROOT);
        boolean isWord = reason.length() > 1 && Character.isLowerCase(reason.charAt(1));
        String text = isWord ? first + reason.substring(1) : reason;
        return cut(text);
    }

    /** What a server or a program said, short enough for a message. */
    static String cut(String text) {
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }
}
