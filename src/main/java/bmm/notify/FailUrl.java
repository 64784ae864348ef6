package bmm.notify;

import java.net.URI;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The failure address of a check at a watchdog, as in {@code https://hc-ping.com/<uuid>/fail}: its service then tells
 * people in its own ways. The end of an outage is the same address without {@code /fail}.
 */
public final class FailUrl implements Channel {
    private static final String FAIL = "/fail";

    private final URI address;

    public FailUrl(URI address) {
        this.address = address;
    }

    @Override
    public Delivery send(Message message, @Nullable Instant doubtfulSince) throws InterruptedException {
        boolean over = message.kind() == Message.Kind.RECOVERY;
        Http.Answer answer = Http.send(Http.Request.post(
                over ? withoutFail() : address, "text/plain; charset=utf-8", message.source() + ": " + message.text()));
        if (answer.ok() && answer.body().contains("not found")) {
            return new Delivery.Refused(
                    "the watchdog does not know this check: " + answer.body().strip());
        }
        return answer.delivery();
    }

    private URI withoutFail() {
        String text = address.toString();
        int end = text.indexOf('?') < 0 ? text.length() : text.indexOf('?');
        String path = text.substring(0, end);
        return path.endsWith(FAIL)
                ? URI.create(path.substring(0, path.length() - FAIL.length()) + text.substring(end))
                : address;
    }
}
