package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.base.Finding;
import bmm.base.Settings;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A store probed by its settings, as a run of bmm would. */
record Probed(StoreProbe.Result result) {
    static Probed with(String url, S3Credentials keys, Clock clock) {
        return new Probed(StoreProbe.probe("tested", settings(url, keys), clock, new SplittableRandom(42)));
    }

    static Settings settings(String url, S3Credentials keys) {
        return Settings.load(
                Map.of(
                        "BMM_STORE_TESTED",
                        url,
                        "BMM_STORE_TESTED_ACCESS_KEY",
                        keys.accessKey().reveal(),
                        "BMM_STORE_TESTED_SECRET_KEY",
                        keys.secretKey().reveal()),
                Map.of(),
                List.of());
    }

    static String s3(URI endpoint, String bucket) {
        return "s3://" + bucket + "/some/prefix?endpoint=" + endpoint;
    }

    Observed of(Capability capability) {
        List<Observed> found = result.observed().stream()
                .filter(one -> one.capability() == capability)
                .toList();
        assertThat(found).as("%s of %s", capability, result.observed()).hasSize(1);
        return found.getFirst();
    }

    Probed saw(Capability capability, Verdict verdict, Finding.Level level) {
        Observed seen = of(capability);
        assertThat(seen.verdict()).as(seen.toString()).isEqualTo(verdict);
        assertThat(seen.finding().level()).as(seen.toString()).isEqualTo(level);
        assertThat(seen.finding().hint() == null).as("a hint of %s", seen).isEqualTo(level == Finding.Level.OK);
        return this;
    }

    Probed leftNothing() {
        assertThat(result.left()).isEmpty();
        return this;
    }
}
