package bmm.notify;

import bmm.base.SafeText;
import java.time.Instant;
import java.util.List;

/**
 * One message to a person.
 *
 * @param kind what it tells
 * @param source who says so: instance and host
 * @param title one sentence, the essential part first; all that an SMS carries
 * @param lines everything, one line each; for channels that have room
 * @param subjects what it is about, such as {@code uptime/api}
 * @param key the same for the beginning and the end of one outage, for services that put the two together
 * @param at when it was written, not when it is sent
 */
public record Message(
        Kind kind,
        Severity severity,
        String source,
        String title,
        List<String> lines,
        List<String> subjects,
        String key,
        Instant at) {
    private static final int LONGEST = 2000;

    /** What a message tells. */
    public enum Kind {
        PROBLEM,
        RECOVERY,
        REMINDER,
        NOTICE,
        TEST
    }

    /** Each of its texts is one line that nothing obeys, so that no channel has to look for what a server said. */
    public Message {
        source = SafeText.line(source, LONGEST);
        title = SafeText.line(title, LONGEST);
        lines = lines.stream().map(line -> SafeText.line(line, LONGEST)).toList();
        subjects = subjects.stream()
                .map(subject -> SafeText.line(subject, LONGEST))
                .toList();
        key = SafeText.line(key, LONGEST);
    }

    /** Title and lines in one, for channels that carry text. */
    public String text() {
        return lines.isEmpty() ? title : title + "\n\n" + String.join("\n", lines);
    }
}
