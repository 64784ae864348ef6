package bmm.alert;

import bmm.base.Failure;
import bmm.notify.Channel;
import bmm.notify.Channels;
import bmm.notify.Delivery;
import bmm.notify.Message;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what waits, route by route and in order. Each try is written down before it is made and its outcome after it, so
 * that a crash loses nothing and repeats at most what was on its way. One process sends at a time; what others put in
 * meanwhile goes out with it.
 */
public final class Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

    private final IncidentBook book;
    private final Channels channels;
    private final Wording wording;
    private final @Nullable Path lock;

    /**
     * Sends what a book has to tell.
     *
     * @param source who says so, as in {@link Message#source}
     * @param directory of the state; null where nobody else can send
     */
    public Outbox(IncidentBook book, Channels channels, String source, @Nullable Path directory) {
        this.book = book;
        this.channels = channels;
        this.wording = new Wording(source, book.rules().causeFirst());
        this.lock = directory == null ? null : directory.resolve(".outbox.lock");
    }

    /**
     * What is left after sending.
     *
     * @param waiting entries not yet delivered
     * @param stuck whether some have waited for long although they were tried
     * @param problem of the oldest of them
     */
    public record Rest(int waiting, boolean stuck, @Nullable String problem) {}

    /** News as the one message that they would be by themselves. */
    public Message message(List<News> news) {
        return wording.message(news, book.clock().instant());
    }

    /** Sends what is due, and what becomes due shortly, for so long at most. */
    public Rest deliver(Duration most) throws InterruptedException {
        Patience patience = Patience.of(most);
        if (lock == null) {
            send(patience);
        } else {
            FileHold hold = FileHold.tryHold(lock, most);
            if (hold != null) {
                try (hold) {
                    send(patience);
                }
            }
        }
        AlertState state = book.state();
        List<Entry> waiting = state.outbox().stream().filter(Entry::isPending).toList();
        return new Rest(
                waiting.size(),
                state.isStuck(book.clock().instant()),
                waiting.isEmpty() ? null : waiting.getFirst().sending().problem());
    }

    void send(Patience patience) throws InterruptedException {
        if (book.state().outbox().isEmpty()) {
            return;
        }
        checkReceipts();
        while (!patience.isOver()) {
            Optional<Claim> claim = book.change(
                    state -> Claim.next(state, this::claimed, book.clock().instant()));
            if (claim.isPresent()) {
                settle(claim.get(), attempt(claim.get()));
            } else if (!soon(patience)) {
                return;
            }
        }
    }

    private Claim.Sendable claimed(Entry entry) {
        return new Claim.Sendable(
                channels.names(),
                book.routes(),
                channels.find(entry.channel()).map(Channel::remembers).orElse(false),
                wording);
    }

    private Delivery attempt(Claim claim) throws InterruptedException {
        Optional<Channel> channel = channels.find(claim.channel());
        if (channel.isEmpty()) {
            return new Delivery.Refused("there is no channel " + claim.channel() + " any more");
        }
        try {
            return channel.get().send(claim.message(), claim.doubtfulSince());
        } catch (RuntimeException | LinkageError e) {
            // A defect in one channel must not keep the others from sending.
            LOG.atDebug().setCause(e).log("channel {} failed", claim.channel());
            return new Delivery.Refused(Failure.reason(e));
        }
    }

    private void settle(Claim claim, Delivery delivery) {
        Instant now = book.clock().instant();
        var event = delivery instanceof Delivery.Delivered || delivery instanceof Delivery.Accepted
                ? LOG.atInfo()
                : LOG.atWarn();
        event.addKeyValue("channel", claim.channel())
                .addKeyValue("subject", String.join(",", claim.message().subjects()))
                .log("alert {}", delivery.inWords());
        book.change(state -> new IncidentBook.Changed<>(settled(state, claim.entry(), delivery, now), true));
    }

    static AlertState settled(AlertState state, long id, Delivery delivery, Instant now) {
        Optional<Entry> found =
                state.outbox().stream().filter(entry -> entry.id() == id).findFirst();
        if (found.isEmpty()) {
            return state;
        }
        Entry entry = found.get();
        return switch (delivery) {
            case Delivery.Delivered delivered -> state.remove(id);
            case Delivery.Accepted accepted -> state.replace(entry.accepted(accepted.receipt(), now));
            case Delivery.Later later -> state.replace(entry.postponed(later.problem(), false, now));
            case Delivery.Unclear unclear -> state.replace(entry.postponed(unclear.problem(), true, now));
            case Delivery.Refused refused -> state.replace(entry.onNextChannel(refused.problem(), now));
        };
    }

    /** Asks what became of what was only accepted. */
    private void checkReceipts() throws InterruptedException {
        for (Entry entry : book.state().outbox()) {
            String receipt = entry.sending().receipt();
            Optional<Channel> channel = channels.find(entry.channel());
            if (receipt != null) {
                Delivery delivery = channel.isEmpty()
                        ? new Delivery.Delivered()
                        : channel.get().check(receipt);
                Instant now = book.clock().instant();
                book.change(state -> new IncidentBook.Changed<>(Receipts.settled(state, entry, delivery, now), true));
            }
        }
    }

    /** Waits for what becomes due before the deadline. */
    private boolean soon(Patience patience) throws InterruptedException {
        Instant now = book.clock().instant();
        List<Instant> times = new ArrayList<>();
        for (Entry entry : book.state().outbox()) {
            Instant next = entry.sending().next();
            if (entry.isPending() && next != null && next.isAfter(now)) {
                times.add(next);
            }
        }
        Optional<Instant> earliest = times.stream().min(Instant::compareTo);
        return earliest.isPresent() && patience.pause(Duration.between(now, earliest.get()));
    }
}
