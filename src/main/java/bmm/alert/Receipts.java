package bmm.alert;

import bmm.notify.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What follows when a channel that had only accepted a message tells what became of it. */
final class Receipts {
    /** An operator that says nothing for so long will not say more. */
    private static final Duration NO_LONGER_ASKED = Duration.ofHours(6);

    private Receipts() {}

    static AlertState settled(AlertState state, Entry entry, Delivery delivery, Instant now) {
        Instant accepted = entry.sending().first();
        return switch (delivery) {
            case Delivery.Delivered delivered -> state.remove(entry.id());
            case Delivery.Refused refused -> again(state, entry, refused.problem(), now);
            case Delivery.Accepted onItsWay -> tooOld(accepted, now) ? state.remove(entry.id()) : state;
            case Delivery.Later later -> tooOld(accepted, now) ? state.remove(entry.id()) : state;
            case Delivery.Unclear unclear -> tooOld(accepted, now) ? state.remove(entry.id()) : state;
        };
    }

    private static boolean tooOld(@Nullable Instant accepted, Instant now) {
        return accepted == null || now.isAfter(accepted.plus(NO_LONGER_ASKED));
    }

    /**
     * It never arrived: to the next channel with it. What is over by now, and whose end was told, is not told any more:
     * that would sound as if it had begun again.
     */
    private static AlertState again(AlertState state, Entry entry, String problem, Instant now) {
        List<News> news = entry.news().stream()
                .filter(one -> !isBeginning(one) || state.isOpen(one.incident()) || endWaits(state, entry, one))
                .toList();
        if (news.isEmpty()) {
            return state.remove(entry.id());
        }
        return state.replace(entry.with(news).onNextChannel(problem, now));
    }

    private static boolean isBeginning(News news) {
        return news.kind() == News.Kind.DOWN || news.kind() == News.Kind.STILL_DOWN;
    }

    private static boolean endWaits(AlertState state, Entry entry, News news) {
        return state.outbox().stream()
                .filter(other -> other.isPending() && other.route().equals(entry.route()))
                .flatMap(other -> other.news().stream())
                .anyMatch(other -> other.kind() == News.Kind.RECOVERED && other.incident() == news.incident());
    }
}
