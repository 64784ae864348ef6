package bmm.alert;

import bmm.notify.Message;
import bmm.notify.Routes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The next thing to send, already marked as under way in the state.
 *
 * @param doubtfulSince if the same message may have arrived already, when that was begun
 */
record Claim(
        long entry,
        String channel,
        Message message,
        @Nullable Instant doubtfulSince) {
    /**
     * What the channels of now can do for an entry.
     *
     * @param channels that exist
     * @param remembers whether the entry's channel can be asked what it was given
     */
    record Sendable(Set<String> channels, Routes routes, boolean remembers, Wording wording) {}

    /**
     * The first entry of a route that is due, with all that waits behind it put into the same message. Routes do not wait
     * for each other; within one, nothing overtakes.
     */
    static IncidentBook.Changed<Optional<Claim>> next(
            AlertState given, Function<Entry, Sendable> sendable, Instant now) {
        AlertState state = rerouted(given, sendable);
        Set<List<String>> seen = new HashSet<>();
        for (Entry head : state.outbox()) {
            if (head.isPending() && seen.add(head.route()) && isDue(state, head, now)) {
                return claimed(state, head, sendable.apply(head), now);
            }
        }
        return new IncidentBook.Changed<>(state, Optional.empty());
    }

    /** What is due takes along what only waited for company; what has failed keeps its pause. */
    private static boolean isDue(AlertState state, Entry head, Instant now) {
        boolean untried = head.sending().problem() == null && head.sending().first() == null;
        return head.isDue(now)
                || (untried
                        && state.outbox().stream()
                                .anyMatch(entry ->
                                        entry.isPending() && entry.route().equals(head.route()) && entry.isDue(now)));
    }

    private static IncidentBook.Changed<Optional<Claim>> claimed(
            AlertState state, Entry head, Sendable sendable, Instant now) {
        Message before = head.sending().message();
        if (head.sending().underway() && before != null && sendable.remembers()) {
            Entry again = head.started(before, now);
            return new IncidentBook.Changed<>(
                    state.replace(again),
                    Optional.of(new Claim(
                            head.id(), head.channel(), before, head.sending().first())));
        }
        List<News> together = new ArrayList<>();
        List<Entry> kept = new ArrayList<>();
        for (Entry entry : state.outbox()) {
            if (entry.isPending() && entry.route().equals(head.route())) {
                together.addAll(entry.news());
            } else {
                kept.add(entry);
            }
        }
        Message message = sendable.wording().message(Digest.of(together), now);
        Entry merged = head.with(Digest.of(together)).started(message, now);
        kept.add(merged);
        kept.sort((one, other) -> Long.compare(one.id(), other.id()));
        return new IncidentBook.Changed<>(
                state.withOutbox(entries -> kept), Optional.of(new Claim(head.id(), head.channel(), message, null)));
    }

    /** Entries for channels that the settings no longer know take the route of now. */
    private static AlertState rerouted(AlertState state, Function<Entry, Sendable> sendable) {
        return state.withOutbox(entries -> {
            List<Entry> result = new ArrayList<>();
            for (Entry entry : entries) {
                Sendable now = sendable.apply(entry);
                if (!entry.isPending() || now.channels().containsAll(entry.route())) {
                    result.add(entry);
                } else {
                    now.routes().of(entry.severity()).stream()
                            .findFirst()
                            .map(route -> new Entry(
                                    entry.id(),
                                    route,
                                    entry.news(),
                                    entry.severity(),
                                    entry.created(),
                                    Entry.Sending.NOT_YET))
                            .ifPresent(result::add);
                }
            }
            return result;
        });
    }
}
