package bmm.alert;

import bmm.base.Failure;
import bmm.base.Hint;
import bmm.notify.Routes;
import bmm.notify.Severity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is failing now. An observation that opens or resolves an incident is written down together with what is to be told
 * about it, in one write and before anything is sent; {@link Outbox} sends it.
 */
public final class IncidentBook {
    private static final Logger LOG = LoggerFactory.getLogger(IncidentBook.class);
    private static final Subject OWN_STATE = new Subject("bmm/state");

    private final StateStore store;
    private final Rules rules;
    private final Mailing mailing;
    private final Clock clock;
    /** Set while the state cannot be written anywhere: then this process at least remembers. */
    private @Nullable AlertState unsaved;

    /**
     * A book in a directory.
     *
     * @param reserve where the state is kept while that directory takes no more; best in memory
     */
    public IncidentBook(Path directory, @Nullable Path reserve, Rules rules, Routes routes, Clock clock) {
        this(new StateFile(directory, reserve, clock), rules, routes, clock);
    }

    IncidentBook(StateStore store, Rules rules, Routes routes, Clock clock) {
        this.store = store;
        this.rules = rules;
        this.mailing = new Mailing(routes);
        this.clock = clock;
    }

    /**
     * Takes in what was seen at one time, and returns what is new: causes first. News of one call that take the same route
     * become one message.
     */
    public List<News> observe(List<Observation> seen) {
        return change(state -> {
            AlertState.Observed observed = state.observe(seen, rules, mailing);
            return new Changed<>(observed.state(), observed.news());
        });
    }

    /**
     * Forgets what a job no longer watches: an incident of a subject that was taken out of the settings would stay open for
     * ever, and be named as the cause of others.
     *
     * @param job such as {@code uptime}
     * @param watched all that it watches now
     */
    public void forgetAllBut(String job, Collection<Subject> watched) {
        change(state -> {
            Set<String> gone = state.subjects().keySet().stream()
                    .map(Subject::new)
                    .filter(subject -> subject.job().equals(job) && !watched.contains(subject))
                    .map(Subject::name)
                    .collect(Collectors.toSet());
            gone.forEach(name -> LOG.atInfo().addKeyValue("subject", name).log("is not watched any more"));
            return new Changed<>(gone.isEmpty() ? state : state.without(gone), gone);
        });
    }

    /** Puts something into the outbox that is no incident. */
    public void tell(News news) {
        change(state -> new Changed<>(state.told(List.of(news), mailing), true));
    }

    Rules rules() {
        return rules;
    }

    Routes routes() {
        return mailing.routes();
    }

    Clock clock() {
        return clock;
    }

    /** A new state, and what came of it. */
    record Changed<T>(AlertState state, T result) {}

    AlertState state() {
        return change(state -> new Changed<>(state, state));
    }

    /** Reads, changes and writes the state, alone. Nothing is written if nothing changes. */
    synchronized <T> T change(Function<AlertState, Changed<T>> step) {
        try (StateStore.Hold hold = store.hold()) {
            LOG.atTrace().log("{}", hold);
            StateStore.Loaded loaded = store.load();
            AlertState before =
                    unsaved != null && unsaved.revision() > loaded.state().revision() ? unsaved : loaded.state();
            AlertState reported = report(loaded.problems(), before);
            Changed<T> changed = step.apply(reported);
            if (unsaved != null
                    || !changed.state().sameAs(before)
                    || !loaded.problems().isEmpty()) {
                save(changed.state().atRevision(before.revision() + 1));
            }
            return changed.result();
        }
    }

    private AlertState report(List<String> problems, AlertState state) {
        if (problems.isEmpty()) {
            return state;
        }
        String sentence = String.join("; ", problems);
        LOG.atError().log(sentence);
        return state.told(List.of(News.notice(OWN_STATE, Severity.WARNING, sentence, clock.instant())), mailing);
    }

    private void save(AlertState state) {
        try {
            store.save(state);
            unsaved = null;
        } catch (IOException e) {
            unsaved = state;
            LOG.atError()
                    .addKeyValue("hint", Hint.of("alerts are sent all the same, but may be repeated by the next run"))
                    .log("the state of incidents cannot be written: {}", Failure.reason(e));
        }
    }
}
