package bmm.doctor;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Finding;
import bmm.base.Settings;
import bmm.store.Capability;
import bmm.store.Observed;
import bmm.store.StoreAddress;
import bmm.store.StoreProbe;
import bmm.store.StoreProfile;
import bmm.store.StoreProfiles;
import bmm.store.Stores;
import bmm.store.Verdict;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Looks at one store: where it is, what it really does, and what these credentials could do to it. */
public final class StoreDoctor {
    private final Settings settings;
    private final StoreProfiles profiles;
    private final Clock clock;
    private final RandomGenerator random;
    private final Reachability reachability;

    public StoreDoctor(Settings settings, Path stateDirectory, Clock clock, RandomGenerator random) {
        this.settings = settings;
        this.profiles = new StoreProfiles(stateDirectory);
        this.clock = clock;
        this.random = random;
        this.reachability = Reachability.ofThisHost(settings);
    }

    /**
     * Examines a store and keeps its profile.
     *
     * @throws Failure {@link ExitCode#CONFIGURATION} for an address that leads nowhere; whatever the store itself does
     *     wrong is a finding
     */
    public Diagnosis examine(String address) {
        StoreAddress place = Stores.resolve(address, settings);
        List<Finding> findings = new ArrayList<>(reachability.audit(address));
        StoreProbe.Result result;
        try {
            result = StoreProbe.probe(address, settings, clock, random);
        } catch (Failure e) {
            findings.add(Finding.fail(e.exitCode(), "store", e));
            return new Diagnosis(place.toString(), findings, List.of(), Optional.empty(), Optional.empty());
        }
        result.observed().forEach(one -> findings.add(one.finding()));
        if (!result.left().isEmpty()) {
            findings.add(Finding.warn(
                    "cleaning up",
                    result.left().size() + " of the probe's keys are left",
                    "these credentials cannot delete, which is well; remove the keys with others some day, or let a"
                            + " lifecycle rule do it"));
        }
        new UnfinishedWrites(settings, clock).finding(address).ifPresent(findings::add);
        Path profile = profiles.save(profile(result));
        return new Diagnosis(
                result.store(),
                findings,
                result.left(),
                Optional.of(profile),
                canDestroy(result) ? WriteOnlyPolicy.advice(place) : Optional.empty());
    }

    private StoreProfile profile(StoreProbe.Result result) {
        Map<Capability, Verdict> capabilities = new EnumMap<>(Capability.class);
        result.observed().forEach(one -> capabilities.put(one.capability(), one.verdict()));
        return new StoreProfile(result.store(), clock.instant(), capabilities);
    }

    private static boolean canDestroy(StoreProbe.Result result) {
        return result.observed().stream()
                .filter(one -> switch (one.capability()) {
                    case OVERWRITE, DELETE, DELETE_VERSIONS -> true;
                    default -> false;
                })
                .map(Observed::finding)
                .anyMatch(finding -> finding.level() != Finding.Level.OK);
    }
}
