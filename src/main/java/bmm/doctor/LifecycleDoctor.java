package bmm.doctor;

import bmm.base.Instance;
import bmm.base.Settings;
import bmm.catalog.BackupName;
import bmm.store.BucketLifecycle;
import bmm.store.LifecycleRule;
import java.util.List;

/** Compares a bucket's lifecycle rules with those that fit the configured retention, and sets them when told to. */
public final class LifecycleDoctor {
    private final Settings settings;
    private final Instance instance;

    public LifecycleDoctor(Settings settings, Instance instance) {
        this.settings = settings;
        this.instance = instance;
    }

    /**
     * What there is and what should be.
     *
     * @param today the bucket's rules before anything was set
     * @param wanted the rules that fit
     * @param set those of them that the bucket has taken; empty if nothing was to be set
     * @param notes what a person has to know
     */
    public record Rules(
            String store,
            List<BucketLifecycle.Present> today,
            List<LifecycleRule> wanted,
            List<LifecycleRule> set,
            List<String> notes) {}

    /**
     * Reads the rules, and sets them if asked to; rules of others stay as they are.
     *
     * @throws bmm.base.Failure if the store is no bucket, or refuses
     */
    public Rules examine(String store, boolean apply) {
        try (BucketLifecycle bucket = BucketLifecycle.open(store, settings)) {
            String prefix = bucket.prefix() + BackupName.remotePrefix(instance.name());
            List<LifecycleRule> wanted = LifecyclePlan.rules(settings, prefix);
            List<BucketLifecycle.Present> today = bucket.rules();
            List<LifecycleRule> set = apply ? bucket.apply(wanted) : List.of();
            return new Rules(bucket.name(), today, wanted, set, LifecyclePlan.notes(settings));
        }
    }
}
