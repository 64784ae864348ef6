package bmm.mirror;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Stopping;
import bmm.dump.Moment;
import bmm.store.KeyText;
import bmm.store.ObjectInfo;
import bmm.store.ObjectStore;
import bmm.store.Throttle;
import bmm.stream.Progress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Brings the state that a snapshot names into another bucket or folder, where nothing is replaced. */
public final class SnapshotRestore {
    /**
     * What was brought back.
     *
     * @param failures the first ones, one line each
     */
    public record Report(
            String from,
            String into,
            String snapshot,
            long objects,
            long bytes,
            long restored,
            long failed,
            List<String> failures) {
        public ExitCode exitCode() {
            return restored < objects ? ExitCode.MIRROR : ExitCode.OK;
        }
    }

    private final ObjectStore mirror;
    private final ObjectStore target;
    private final Conditions conditions;
    private final Path temporary;
    private final Progress progress;
    private final Outcome outcome = new Outcome();

    public SnapshotRestore(
            ObjectStore mirror, ObjectStore target, Conditions conditions, Path temporary, Progress progress) {
        this.mirror = mirror;
        this.target = target;
        this.conditions = conditions;
        this.temporary = temporary;
        this.progress = progress;
    }

    /**
     * Restores the newest snapshot of a moment or before.
     *
     * @throws Failure {@link ExitCode#MIRROR} if there is none, or it is damaged
     */
    public Report run(Moment at) {
        Snapshots snapshots = new Snapshots(mirror, temporary);
        Snapshots.Name name = snapshots.all().reversed().stream()
                .filter(one -> at.allows(one.at()))
                .findFirst()
                .orElseThrow(() -> new Failure(
                        ExitCode.MIRROR,
                        mirror.name() + " has no snapshot " + at.inWords(),
                        "bmm mirror --snapshot makes one; bmm mirror prune --dry-run lists them"));
        Map<String, Instant> replaced = replacedAfter(name.at());
        AtomicLong read = new AtomicLong();
        try (SnapshotLines lines = snapshots.open(name)) {
            progress.begin("restoring " + name.key(), lines.bytes());
            Copier copier = new Copier(
                    mirror,
                    target,
                    new Throttle(conditions.bandwidth()),
                    count -> progress.bytes(read.addAndGet(count)));
            KeyFilter filter = conditions.filter();
            target.copies().refusesToReplace(Reserved.TRIAL);
            new Transfers(conditions.transfers(), () -> !Stopping.requested() && !outcome.isHopeless())
                    .run(
                            lines,
                            step -> filter.test(step.key()),
                            step -> restore(step.atSource(), replaced.get(step.key()), copier));
            return new Report(
                    mirror.name(),
                    target.name(),
                    name.key(),
                    lines.objects(),
                    lines.bytes(),
                    outcome.copied,
                    outcome.failed,
                    outcome.failures());
        } finally {
            progress.end();
        }
    }

    /** When each object that the snapshot may name was replaced or deleted after it, for the first time. */
    private Map<String, Instant> replacedAfter(Instant snapshot) {
        Map<String, Instant> replaced = new HashMap<>();
        mirror.list(Reserved.REPLACED)
                .forEachRemaining(object -> Reserved.Replaced.of(object.key())
                        .filter(one -> one.when().isAfter(snapshot))
                        .ifPresent(one -> replaced.merge(
                                one.key(), one.when(), (first, second) -> first.isBefore(second) ? first : second)));
        return replaced;
    }

    private void restore(ObjectInfo named, @Nullable Instant replaced, Copier copier) {
        String place = replaced == null ? named.key() : Reserved.replaced(replaced, named.key());
        try {
            ObjectInfo there = mirror.head(place)
                    .filter(object -> isNamed(object, named))
                    .orElseThrow(() -> new Failure(
                            ExitCode.MIRROR,
                            mirror.name() + ": " + KeyText.shown(named.key())
                                    + ": the version that the snapshot names is no longer there",
                            "was it replaced by hand? .bmm/changed/ and .bmm/replaced/ hold other versions"));
            outcome.copied(copier.copy(there, named.key(), false));
        } catch (Failure e) {
            outcome.failed(named.key(), e);
        }
    }

    private static boolean isNamed(ObjectInfo object, ObjectInfo named) {
        return object.size() == named.size()
                && (object.tag().isEmpty()
                        || named.tag().isEmpty()
                        || object.tag().equals(named.tag()));
    }
}
