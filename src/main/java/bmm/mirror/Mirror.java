package bmm.mirror;

import bmm.base.Failure;
import bmm.base.Stopping;
import bmm.store.ObjectInfo;
import bmm.store.ObjectMissing;
import bmm.store.ObjectStore;
import bmm.store.Throttle;
import bmm.stream.Progress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One run of a mirror: list both sides, plan, guard, copy, delete, note down. */
public final class Mirror {
    private final ObjectStore source;
    private final ObjectStore destination;
    private final Conditions conditions;
    private final Path state;
    private final Path temporary;
    private final Clock clock;
    private final Progress progress;

    private final Outcome outcome = new Outcome();
    private final AtomicLong bytes = new AtomicLong();
    private final Throttle throttle;
    private final Copier copier;

    /**
     * @param state where it is kept what a run saw
     * @param temporary a directory for the plan
     */
    public Mirror(
            ObjectStore source,
            ObjectStore destination,
            Conditions conditions,
            Path state,
            Path temporary,
            Clock clock,
            Progress progress) {
        this.source = source;
        this.destination = destination;
        this.conditions = conditions;
        this.state = state;
        this.temporary = temporary;
        this.clock = clock;
        this.progress = progress;
        this.throttle = new Throttle(conditions.bandwidth());
        this.copier = new Copier(source, destination, throttle, count -> progress.bytes(bytes.addAndGet(count)));
    }

    /**
     * Runs it.
     *
     * @throws Failure {@link bmm.base.ExitCode#MIRROR} if the guards refused, with nothing touched;
     *     {@link bmm.base.ExitCode#STORE} if the destination does not answer
     */
    public MirrorReport run(boolean dryRun) {
        Instant began = clock.instant();
        if (conditions.window().isPresent() && !conditions.window().get().contains(began)) {
            return closed(began, dryRun);
        }
        try (Plan plan = plan()) {
            new Guards(source, destination, conditions).check(plan, LastRun.read(state));
            if (dryRun) {
                String left = compare(plan);
                return planned(plan.totals(), left, began);
            }
            String left = copy(plan);
            if (left == null && outcome.failed == 0 && conditions.delete()) {
                left = delete(plan);
            }
            String snapshot = null;
            if (left == null && outcome.failed == 0) {
                snapshot = conditions.snapshot() ? snapshot() : null;
                noteDown(plan.totals(), began);
            }
            return report(plan.totals(), left, snapshot, began);
        }
    }

    private Plan plan() {
        progress.begin("comparing " + source.name() + " with " + destination.name(), 0);
        KeyFilter filter = conditions.filter();
        try (Listing there = new Listing(
                        source,
                        filter,
                        e -> Guards.refused("the source cannot be listed: " + e.getMessage(), e.hint(), e));
                Listing here = new Listing(destination, filter, e -> e)) {
            return Plan.of(there, here, conditions.canary().orElse(null), temporary);
        } finally {
            progress.end();
        }
    }

    /** Reads what the listings do not tell. Returns why something is left, or null. */
    private @Nullable String compare(Plan plan) {
        if (plan.totals().doubtful == 0) {
            return null;
        }
        progress.begin("comparing contents", 0);
        try {
            boolean all = transfers()
                    .run(
                            plan,
                            step -> step.kind() == Step.Kind.DOUBTFUL,
                            step -> attempt(step, () -> {
                                if (copier.isSameContent(step.atSource(), step.atDestination())) {
                                    outcome.same();
                                } else {
                                    outcome.different();
                                }
                            }));
            return all ? null : whyStopped();
        } finally {
            progress.end();
        }
    }

    /** Returns why something is left, or null. */
    private @Nullable String copy(Plan plan) {
        if (plan.isEmpty()) {
            return null;
        }
        destination.copies().refusesToReplace(Reserved.TRIAL);
        OldVersions old = new OldVersions(destination, throttle, clock.instant());
        Plan.Totals totals = plan.totals();
        progress.begin("copying to " + destination.name(), totals.copyBytes + totals.changedBytes);
        try {
            boolean all = transfers()
                    .run(plan, step -> step.kind() != Step.Kind.EXTRA, step -> attempt(step, () -> copy(step, old)));
            return all ? null : whyStopped();
        } finally {
            progress.end();
        }
    }

    private void copy(Step step, OldVersions old) {
        switch (step.kind()) {
            case COPY -> outcome.copied(copier.copy(step.atSource(), step.key(), false));
            case CHANGED -> change(step.atSource(), step.atDestination(), old);
            case DOUBTFUL -> {
                if (copier.isSameContent(step.atSource(), step.atDestination())) {
                    outcome.same();
                } else {
                    change(step.atSource(), step.atDestination(), old);
                }
            }
            case EXTRA -> throw new IllegalStateException("nothing to copy");
        }
    }

    /** Does what a step asks for; one that fails does not keep the others from being done. */
    private void attempt(Step step, Runnable work) {
        try {
            work.run();
        } catch (ObjectMissing e) {
            outcome.vanished(step.key());
        } catch (Failure e) {
            outcome.failed(step.key(), e);
        }
    }

    private void change(ObjectInfo there, ObjectInfo here, OldVersions old) {
        if (conditions.update()) {
            old.keep(here);
            outcome.updated(copier.copy(there, there.key(), true));
        } else if (conditions.keepChanged()) {
            String place = Reserved.changed(there.modified(), there.key());
            boolean known = destination.head(place).isPresent();
            outcome.keptAside(there.key(), place, known ? 0 : copier.copy(there, place, false));
        } else {
            outcome.reported(there.key());
        }
    }

    private @Nullable String delete(Plan plan) {
        OldVersions old = new OldVersions(destination, throttle, clock.instant());
        boolean all = transfers().run(plan, step -> step.kind() == Step.Kind.EXTRA, step -> {
            try {
                old.keep(step.atDestination());
                destination.delete(step.key());
                outcome.deleted();
            } catch (Failure e) {
                outcome.failed(step.key(), e);
            }
        });
        return all ? null : whyStopped();
    }

    private Transfers transfers() {
        return new Transfers(conditions.transfers(), () -> !isTimeToStop());
    }

    private boolean isTimeToStop() {
        return Stopping.requested()
                || outcome.isHopeless()
                || conditions
                        .window()
                        .filter(open -> !open.contains(clock.instant()))
                        .isPresent();
    }

    private String whyStopped() {
        return Stopping.requested()
                ? "told to stop"
                : outcome.isHopeless()
                        ? "nothing works any more"
                        : "the window " + conditions.window().get() + " is over";
    }

    private String snapshot() {
        progress.begin("making a snapshot of " + destination.name(), 0);
        try {
            return new Snapshots(destination, temporary).make(source.name(), clock.instant(), conditions.filter());
        } finally {
            progress.end();
        }
    }

    private void noteDown(Plan.Totals totals, Instant began) {
        long before = LastRun.read(state).map(LastRun::sourceObjects).orElse(0L);
        // A source that shrank more than may be deleted keeps its old number, until somebody says that this is right.
        if (before - totals.sourceObjects <= conditions.maxDelete().of(before)) {
            new LastRun(source.name(), destination.name(), began.toString(), totals.sourceObjects, totals.sourceBytes)
                    .write(state);
        }
    }

    private MirrorReport report(Plan.Totals totals, @Nullable String left, @Nullable String snapshot, Instant began) {
        return new MirrorReport(
                source.name(),
                destination.name(),
                false,
                totals.sourceObjects,
                totals.sourceBytes,
                totals.same + outcome.same,
                outcome.copied,
                outcome.copiedBytes,
                outcome.updated,
                outcome.keptAside,
                outcome.reported,
                outcome.deleted,
                totals.extra - outcome.deleted,
                outcome.vanished,
                outcome.failed,
                outcome.failures(),
                left,
                snapshot,
                Duration.between(began, clock.instant()));
    }

    private MirrorReport planned(Plan.Totals totals, @Nullable String left, Instant began) {
        long changed = totals.changed + outcome.different;
        return new MirrorReport(
                source.name(),
                destination.name(),
                true,
                totals.sourceObjects,
                totals.sourceBytes,
                totals.same + outcome.same,
                totals.copies,
                totals.copyBytes,
                conditions.update() ? changed : 0,
                !conditions.update() && conditions.keepChanged() ? changed : 0,
                !conditions.update() && !conditions.keepChanged() ? changed : 0,
                conditions.delete() ? totals.extra : 0,
                conditions.delete() ? 0 : totals.extra,
                outcome.vanished,
                outcome.failed,
                outcome.failures(),
                left,
                null,
                Duration.between(began, clock.instant()));
    }

    private MirrorReport closed(Instant began, boolean dryRun) {
        return new MirrorReport(
                source.name(),
                destination.name(),
                dryRun,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                List.of(),
                "it is outside the window " + conditions.window().get(),
                null,
                Duration.between(began, clock.instant()));
    }
}
