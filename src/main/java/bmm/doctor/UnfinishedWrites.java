package bmm.doctor;

import bmm.base.Amounts;
import bmm.base.Failure;
import bmm.base.Finding;
import bmm.base.Hint;
import bmm.base.Settings;
import bmm.store.Leftover;
import bmm.store.ObjectStore;
import bmm.store.Stores;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What runs that were killed have left at a store: temporary files and uploads in parts. Nobody sees them as objects, and
 * they hold no backup, but they take room, and a bucket's owner pays for it.
 */
public final class UnfinishedWrites {
    /** What has not changed for so long nobody is writing any more. */
    private static final Duration OLD = Duration.ofDays(2);

    private final Settings settings;
    private final Clock clock;

    public UnfinishedWrites(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * What was removed.
     *
     * @param store its name
     * @param bytes as far as the store tells
     */
    public record Removed(String store, long count, long bytes) {}

    /** Says what is left of old ones; empty where nothing is, or these credentials may not see it. */
    Optional<Finding> finding(String address) {
        try (ObjectStore store = Stores.open(address, settings)) {
            List<Leftover> old = old(store);
            return old.stream()
                    .map(Leftover::since)
                    .min(Comparator.naturalOrder())
                    .map(first -> Finding.warn(
                            "unfinished",
                            Amounts.count(old.size(), "write") + " of runs that were killed, "
                                    + Amounts.bytes(bytes(old)) + ", the first of " + first,
                            Hint.of("bmm doctor --clean ").name(address)));
        } catch (Failure e) {
            return Optional.empty();
        }
    }

    /**
     * Removes the old ones.
     *
     * @throws Failure {@link bmm.base.ExitCode#STORE} if the store does not let it
     */
    public Removed remove(String address) {
        try (ObjectStore store = Stores.open(address, settings)) {
            List<Leftover> old = old(store);
            old.forEach(store::removeLeftover);
            return new Removed(store.name(), old.size(), bytes(old));
        }
    }

    private List<Leftover> old(ObjectStore store) {
        Instant limit = clock.instant().minus(OLD);
        return store.leftovers().stream()
                .filter(one -> one.since().isBefore(limit))
                .toList();
    }

    private static long bytes(List<Leftover> some) {
        return some.stream().mapToLong(one -> Math.max(0, one.size())).sum();
    }
}
