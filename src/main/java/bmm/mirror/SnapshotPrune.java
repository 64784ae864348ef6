package bmm.mirror;

import bmm.catalog.Retention;
import bmm.catalog.Retention.Candidate;
import bmm.catalog.Retention.Decision;
import bmm.store.ObjectInfo;
import bmm.store.ObjectStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/** Removes the snapshots that no rule keeps, and the old versions that no remaining snapshot names. */
public final class SnapshotPrune {
    /**
     * What was decided.
     *
     * @param oldVersions how many old versions of objects are removed
     * @param oldBytes their size
     */
    public record Report(String store, List<Decision> snapshots, long oldVersions, long oldBytes, boolean dryRun) {}

    private final ObjectStore store;
    private final Path temporary;
    private final Clock clock;

    public SnapshotPrune(ObjectStore store, Path temporary, Clock clock) {
        this.store = store;
        this.temporary = temporary;
        this.clock = clock;
    }

    /** Decides and, unless it is a dry run, removes. */
    public Report run(Conditions conditions, boolean dryRun) {
        List<Candidate> candidates = new ArrayList<>();
        for (Snapshots.Name one : new Snapshots(store, temporary).all()) {
            candidates.add(new Candidate(one.key(), one.at(), true));
        }
        List<Decision> decisions =
                Retention.decide(candidates, conditions.retention(), clock.instant(), false, Map.of());
        NavigableSet<Instant> kept = new TreeSet<>();
        for (Decision one : decisions) {
            if (one.keep()) {
                kept.add(one.candidate().when());
            } else if (!dryRun) {
                store.delete(one.candidate().name());
            }
        }
        return removeOldVersions(decisions, kept, dryRun);
    }

    private Report removeOldVersions(List<Decision> decisions, NavigableSet<Instant> kept, boolean dryRun) {
        Map<String, Instant> before = new HashMap<>();
        List<String> removed = new ArrayList<>();
        long versions = 0;
        long bytes = 0;
        // In the order of time: for each key, one version after the other.
        for (Iterator<ObjectInfo> objects = store.list(Reserved.REPLACED); objects.hasNext(); ) {
            ObjectInfo object = objects.next();
            Reserved.Replaced old = Reserved.Replaced.of(object.key()).orElse(null);
            if (old != null && !isNamed(old, before.put(old.key(), old.when()), kept)) {
                versions++;
                bytes += object.size();
                removed.add(object.key());
            }
        }
        if (!dryRun) {
            removed.forEach(store::delete);
        }
        return new Report(store.name(), decisions, versions, bytes, dryRun);
    }

    /** Whether a snapshot could name it: one was made before it was replaced, and not before the version before it was. */
    private static boolean isNamed(
            Reserved.Replaced old, @org.jspecify.annotations.Nullable Instant before, NavigableSet<Instant> kept) {
        Instant newest = kept.lower(old.when());
        return newest != null && (before == null || !newest.isBefore(before));
    }
}
