package bmm.notify;

import java.net.URI;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A message posted to an address, in the form that the service behind it wants. */
public final class Webhook implements Channel {
    /**
     * Where, and as whom.
     *
     * @param address often a secret itself
     * @param token that the service wants beside it, or null
     * @param to chat or user at that service, or null
     */
    public record Target(
            URI address, @Nullable String token, @Nullable String to) {}

    private final Target target;
    private final WebhookStyle style;

    public Webhook(Target target, WebhookStyle style) {
        this.target = target;
        this.style = style;
    }

    @Override
    public Delivery send(Message message, @Nullable Instant doubtfulSince) throws InterruptedException {
        return Http.send(style.request(target, message)).delivery();
    }
}
