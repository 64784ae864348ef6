package bmm.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is remembered between runs, as one value: changed as a whole, written as a whole.
 *
 * @param revision grows with every change
 * @param nextId for incidents and entries
 * @param subjects by name; those of which there is nothing to remember are left out
 * @param outbox in the order in which it is to be sent
 */
record AlertState(long revision, long nextId, Map<String, Watched> subjects, List<Entry> outbox) {
    /** What goes up and down all day is told together with what else happens, or once an hour. */
    private static final Duration FLAPPING_WAITS = Duration.ofHours(1);

    static final AlertState EMPTY = new AlertState(0, 1, Map.of(), List.of());

    /** What a tick makes of it: subjects and, in the same write, what is to be told. */
    record Observed(AlertState state, List<News> news) {}

    Observed observe(List<Observation> seen, Rules rules, Mailing mailing) {
        long[] ids = {nextId};
        Map<String, Watched> watched = new TreeMap<>(subjects);
        List<News> news = new ArrayList<>();
        for (Observation observation : seen) {
            String name = observation.subject().name();
            Watched.Step step = watched.getOrDefault(name, Watched.NEW).see(observation, rules, () -> ids[0]++);
            if (step.now().isUnremarkable()) {
                watched.remove(name);
            } else {
                watched.put(name, step.now());
            }
            if (step.news() != null) {
                news.add(step.news());
            }
        }
        List<News> ordered = news.stream()
                .map(one -> one.because(causeOf(one, watched, rules)))
                .sorted(rules.causeFirst())
                .toList();
        boolean onlyFlapping = ordered.stream()
                .allMatch(one ->
                        watched.getOrDefault(one.subject().name(), Watched.NEW).isFlapping());
        AlertState next = new AlertState(revision, ids[0], watched, outbox);
        return new Observed(next.told(ordered, mailing, onlyFlapping ? FLAPPING_WAITS : Duration.ZERO), ordered);
    }

    /** With news in the outbox, to be sent at once. */
    AlertState told(List<News> news, Mailing mailing) {
        return told(news, mailing, Duration.ZERO);
    }

    /** With news in the outbox: one entry for each route that they take, to be sent with others after a while. */
    private AlertState told(List<News> news, Mailing mailing, Duration wait) {
        Map<List<String>, List<News>> byRoute = new LinkedHashMap<>();
        for (News one : news) {
            mailing.routes(one.severity())
                    .forEach(route -> byRoute.computeIfAbsent(route, key -> new ArrayList<>())
                            .add(one));
        }
        List<Entry> entries = new ArrayList<>(outbox);
        long id = nextId;
        for (Map.Entry<List<String>, List<News>> one : byRoute.entrySet()) {
            entries.add(mailing.entry(id++, one.getKey(), one.getValue(), wait));
        }
        return new AlertState(revision, id, subjects, List.copyOf(entries));
    }

    /** The deepest other incident that is open and may be the reason, by its short name. */
    private static @Nullable String causeOf(News news, Map<String, Watched> watched, Rules rules) {
        if (news.kind() != News.Kind.DOWN) {
            return null;
        }
        Subject deepest = null;
        Layer layer = news.layer();
        for (Map.Entry<String, Watched> other : watched.entrySet()) {
            Incident open = other.getValue().incident();
            Subject subject = new Subject(other.getKey());
            if (open != null
                    && rules.isDeeper(subject, open.layer(), deepest == null ? news.subject() : deepest, layer)) {
                deepest = subject;
                layer = open.layer();
            }
        }
        return deepest == null ? null : deepest.shortName();
    }

    /** Without all memory of some subjects; what is in the outbox stays. */
    AlertState without(Set<String> gone) {
        Map<String, Watched> kept = new TreeMap<>(subjects);
        kept.keySet().removeAll(gone);
        return new AlertState(revision, nextId, kept, outbox);
    }

    boolean isOpen(long incident) {
        return subjects.values().stream()
                .anyMatch(watched ->
                        watched.incident() != null && watched.incident().id() == incident);
    }

    AlertState withOutbox(UnaryOperator<List<Entry>> change) {
        return new AlertState(revision, nextId, subjects, List.copyOf(change.apply(new ArrayList<>(outbox))));
    }

    AlertState replace(Entry entry) {
        return withOutbox(entries -> {
            entries.replaceAll(one -> one.id() == entry.id() ? entry : one);
            return entries;
        });
    }

    AlertState remove(long id) {
        return withOutbox(entries -> {
            entries.removeIf(one -> one.id() == id);
            return entries;
        });
    }

    AlertState atRevision(long number) {
        return new AlertState(number, nextId, subjects, outbox);
    }

    boolean isStuck(Instant now) {
        return outbox.stream().anyMatch(entry -> entry.isStuck(now));
    }

    /** Apart from its number. */
    boolean sameAs(AlertState other) {
        // Field by field: the record's own comparison makes classes at run time, in every tick.
        return nextId == other.nextId && subjects.equals(other.subjects) && outbox.equals(other.outbox);
    }
}
