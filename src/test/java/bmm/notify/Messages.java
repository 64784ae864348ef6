package bmm.notify;

import java.time.Instant;
import java.util.List;

/** Messages for tests. */
final class Messages {
    static final Instant AT = Instant.parse("2026-11-21T03:10:00Z");

    private Messages() {}

    static Message problem(String title) {
        return of(Message.Kind.PROBLEM, title);
    }

    static Message of(Message.Kind kind, String title) {
        return new Message(
                kind,
                Severity.CRITICAL,
                "shop",
                title,
                List.of("first line", "second <line> & more"),
                List.of("uptime/api", "uptime/home"),
                "shop/uptime/api",
                AT);
    }
}
