package bmm.store;

import bmm.base.Failure;
import bmm.base.Settings;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/** Finds out what a store really does, by trying it with throwaway keys below {@code .bmm/doctor-<random>/}. */
public final class StoreProbe {
    /** Below which keys no backup and no mirror lies. */
    private static final String OWN = ".bmm/doctor-";

    /**
     * What was seen.
     *
     * @param store the store's name
     * @param left keys that could not be removed again
     */
    public record Result(String store, List<Observed> observed, List<String> left) {
        public Result {
            observed = List.copyOf(observed);
        }
    }

    private StoreProbe() {}

    /**
     * Tries a store. It takes seconds, and some more where object lock is enforced.
     *
     * @throws Failure if the store is not reached, or nothing can be created there
     */
    public static Result probe(String address, Settings settings, Clock clock, RandomGenerator random) {
        byte[] number = new byte[4];
        random.nextBytes(number);
        String below = OWN + HexFormat.of().formatHex(number) + "/";
        var bucket = Stores.bucket(address, settings);
        if (bucket.isPresent()) {
            try (var client = bucket.get().open(S3Tuning.DEFAULT)) {
                return new S3Probe(bucket.get(), client, below, clock).run();
            }
        }
        try (ObjectStore store = Stores.open(address, settings)) {
            return new PlainProbe(store, Stores.resolve(address, settings), below, clock).run();
        }
    }
}
