package bmm.store;

import java.time.Instant;
import java.util.Map;

/**
 * What the last probe of a store saw.
 *
 * @param store the store's name, as {@link ObjectStore#name} tells it
 * @param probed when
 */
public record StoreProfile(String store, Instant probed, Map<Capability, Verdict> capabilities) {
    public StoreProfile {
        capabilities = Map.copyOf(capabilities);
    }

    /** What was seen of one capability. */
    public Verdict of(Capability capability) {
        return capabilities.getOrDefault(capability, Verdict.UNKNOWN);
    }

    /** Whether the store lets a second object replace the first although it was told to create only. */
    public boolean ignoresCreateOnly() {
        return of(Capability.CREATE_ONLY) == Verdict.IGNORED || of(Capability.CREATE_ONLY_PARTS) == Verdict.IGNORED;
    }

    /** Whether whoever has these credentials could destroy for good what is there. */
    public boolean canBeDestroyed() {
        boolean versions = of(Capability.VERSIONS) == Verdict.YES;
        return versions
                ? of(Capability.DELETE_VERSIONS) == Verdict.YES && of(Capability.LOCK) != Verdict.ENFORCED
                : of(Capability.DELETE) == Verdict.YES || of(Capability.OVERWRITE) == Verdict.YES;
    }

    /** Whether it holds for a store: for this one, and for what lies below it. */
    boolean covers(String name) {
        return name.equals(store) || name.startsWith(store.endsWith("/") ? store : store + "/");
    }
}
