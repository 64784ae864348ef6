package bmm.notify;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A way to a person. Never throws for what the outside does: that is what {@link Delivery} says. */
public interface Channel {
    /**
     * Hands a message over, and takes no longer than about ten seconds.
     *
     * @param doubtfulSince if an earlier attempt with the very same message, begun at this moment, may have arrived: a
     *     channel that {@link #remembers} looks before it sends again
     */
    Delivery send(Message message, @Nullable Instant doubtfulSince) throws InterruptedException;

    /** Whether the other side can be asked what it was given. */
    default boolean remembers() {
        return false;
    }

    /** What became of a message that was {@link Delivery.Accepted}; Accepted again while it is on its way. */
    default Delivery check(String receipt) throws InterruptedException {
        return new Delivery.Delivered();
    }
}
