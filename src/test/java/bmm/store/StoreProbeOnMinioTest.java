package bmm.store;

import static bmm.base.Finding.Level.OK;
import static bmm.base.Finding.Level.WARN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import bmm.base.Failure;
import bmm.base.Finding.Level;
import bmm.base.Secret;
import bmm.doctor.WriteOnlyPolicy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

/** A real MinIO server tells the truth about itself, and keys that may do less than all are seen through. */
@EnabledIfEnvironmentVariable(named = MinioServer.PROGRAM, matches = ".+", disabledReason = "names no minio program")
class StoreProbeOnMinioTest {
    @TempDir
    static Path data;

    private static MinioServer server;

    private final String bucket = "bucket-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        server = MinioServer.start(data.resolve("minio"));
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    private void bucket(boolean versions, boolean lock) {
        try (S3Client client = S3Servers.client(server.endpoint())) {
            var unused = client.createBucket(request -> request.bucket(bucket).objectLockEnabledForBucket(lock));
            if (versions) {
                var unusedToo = client.putBucketVersioning(request -> request.bucket(bucket)
                        .versioningConfiguration(
                                configuration -> configuration.status(BucketVersioningStatus.ENABLED)));
            }
        }
    }

    private Probed probe(S3Credentials keys) {
        return Probed.with(Probed.s3(server.endpoint(), bucket), keys, Clock.systemUTC());
    }

    private static S3Credentials user(String policy) throws Exception {
        S3Credentials keys = new S3Credentials(
                new Secret("user-" + UUID.randomUUID()), new Secret("secret-of-" + UUID.randomUUID()));
        new MinioAdmin(server.endpoint()).user(keys, policy);
        return keys;
    }

    /** Every version and every unfinished upload in the bucket. */
    private List<String> content() {
        try (S3Client client = S3Servers.client(server.endpoint())) {
            var versions = client.listObjectVersions(request -> request.bucket(bucket));
            return java.util.stream.Stream.of(
                            versions.versions().stream().map(one -> one.key()),
                            versions.deleteMarkers().stream().map(one -> one.key() + " (marker)"),
                            client
                                    .listMultipartUploads(
                                            request -> request.bucket(bucket).prefix("some/"))
                                    .uploads()
                                    .stream()
                                    .map(one -> one.key() + " (upload)"))
                    .flatMap(keys -> keys)
                    .distinct()
                    .toList();
        }
    }

    @Test
    void theOwnerOfAPlainBucketCanDoEverythingAndIsWarned() {
        bucket(false, false);
        probe(S3Servers.KEYS)
                .saw(Capability.CLOCK, Verdict.YES, OK)
                .saw(Capability.ADDRESS, Verdict.NO, OK)
                .saw(Capability.CREATE_ONLY, Verdict.ENFORCED, OK)
                .saw(Capability.CREATE_ONLY_PARTS, Verdict.ENFORCED, OK)
                .saw(Capability.READ, Verdict.YES, OK)
                .saw(Capability.LIST, Verdict.YES, OK)
                .saw(Capability.CHECKSUMS, Verdict.ENFORCED, OK)
                .saw(Capability.PARTS, Verdict.YES, OK)
                .saw(Capability.ABORT, Verdict.YES, OK)
                .saw(Capability.VERSIONS, Verdict.NO, WARN)
                .saw(Capability.OVERWRITE, Verdict.YES, WARN)
                .saw(Capability.DELETE, Verdict.YES, WARN)
                .saw(Capability.LOCK, Verdict.NO, WARN)
                .leftNothing();
        assertThat(content()).isEmpty();
    }

    @Test
    void versionsAndMarkersOfTheProbeAreRemovedToo() {
        bucket(true, false);
        probe(S3Servers.KEYS)
                .saw(Capability.VERSIONS, Verdict.YES, OK)
                .saw(Capability.OVERWRITE, Verdict.YES, OK)
                .saw(Capability.DELETE, Verdict.YES, OK)
                .saw(Capability.DELETE_VERSIONS, Verdict.YES, WARN)
                .leftNothing();
        assertThat(content()).isEmpty();
    }

    @Test
    void anOwnerMayBypassGovernance() {
        bucket(true, true);
        Probed seen = probe(S3Servers.KEYS)
                .saw(Capability.LOCK, Verdict.ENFORCED, WARN)
                .leftNothing();
        assertThat(seen.of(Capability.LOCK).finding().says()).contains("bypass governance");
        assertThat(content()).isEmpty();
    }

    /** May delete whatever is not locked, but not go round a lock. */
    @Test
    void aLockThatHoldsIsTriedAndWaitedFor() throws Exception {
        bucket(true, true);
        S3Credentials keys = user("""
                {"Version": "2012-10-17", "Statement": [
                  {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]},
                  {"Effect": "Deny", "Action": ["s3:BypassGovernanceRetention"], "Resource": ["arn:aws:s3:::*"]}
                ]}""");
        probe(keys).saw(Capability.LOCK, Verdict.ENFORCED, OK).leftNothing();
        assertThat(content()).isEmpty();
    }

    @Test
    void thePrintedPolicyLeavesNothingToDestroy() throws Exception {
        bucket(true, false);
        S3Credentials keys = user(WriteOnlyPolicy.MINIO.json(bucket, "some/prefix/"));
        Probed seen = probe(keys)
                .saw(Capability.CREATE_ONLY, Verdict.ENFORCED, OK)
                .saw(Capability.CREATE_ONLY_PARTS, Verdict.ENFORCED, OK)
                .saw(Capability.READ, Verdict.YES, OK)
                .saw(Capability.LIST, Verdict.YES, OK)
                .saw(Capability.ABORT, Verdict.YES, OK)
                .saw(Capability.VERSIONS, Verdict.YES, OK)
                .saw(Capability.OVERWRITE, Verdict.YES, OK)
                .saw(Capability.DELETE, Verdict.NO, OK)
                .saw(Capability.DELETE_VERSIONS, Verdict.NO, OK)
                .saw(Capability.LOCK, Verdict.NO, OK);
        assertThat(seen.result().left())
                .isNotEmpty()
                .allMatch(key -> key.startsWith("some/prefix/.bmm/doctor-"))
                .containsExactlyInAnyOrderElementsOf(content());
        assertThat(seen.result().observed()).allMatch(one -> one.finding().level() == Level.OK);
    }

    /** What a backup of bmm itself does with such keys. */
    @Test
    void thePrintedPolicyIsEnoughForBackups() throws Exception {
        bucket(true, false);
        S3Credentials keys = user(WriteOnlyPolicy.MINIO.json(bucket, "some/prefix/"));
        try (ObjectStore store = Stores.open("tested", Probed.settings(Probed.s3(server.endpoint(), bucket), keys))) {
            store.put("small", Body.of(new byte[10]));
            assertThat(catchThrowable(() -> store.put("small", Body.of(new byte[11]))))
                    .isInstanceOf(ObjectExists.class);
            assertThat(store.list("").next().key()).isEqualTo("small");
            assertThat(catchThrowable(() -> store.delete("small"))).isInstanceOf(Failure.class);
        }
    }

    @Test
    void keysThatCannotReadAreOfNoUse() throws Exception {
        bucket(false, false);
        S3Credentials keys = user("""
                {"Version": "2012-10-17", "Statement": [
                  {"Effect": "Allow", "Action": ["s3:PutObject", "s3:DeleteObject"], "Resource": ["arn:aws:s3:::*"]}
                ]}""");
        probe(keys)
                .saw(Capability.READ, Verdict.NO, Level.FAIL)
                .saw(Capability.LIST, Verdict.NO, Level.FAIL)
                .leftNothing();
        assertThat(content()).isEmpty();
    }

    @Test
    void keysThatCannotWriteAreRefused() throws Exception {
        bucket(false, false);
        S3Credentials keys = user("""
                {"Version": "2012-10-17", "Statement": [
                  {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::*"]}
                ]}""");
        assertThat(catchThrowable(() -> probe(keys)))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("access denied");
    }

    @Test
    void aMinioAddressIsProbedLikeAnS3One() {
        bucket(false, false);
        String url = "minio://" + server.endpoint().getAuthority() + "/" + bucket + "/some/prefix";
        Probed seen = Probed.with(url, S3Servers.KEYS, Clock.systemUTC())
                .saw(Capability.CREATE_ONLY, Verdict.ENFORCED, OK)
                .leftNothing();
        try (ObjectStore store = Stores.open("tested", Probed.settings(url, S3Servers.KEYS))) {
            assertThat(seen.result().store())
                    .as("the name that the profile is found by")
                    .isEqualTo(store.name());
        }
    }

    @Test
    void aClockThatIsWrongIsNoticed() {
        bucket(false, false);
        Clock ahead = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(5));
        Probed warned = Probed.with(Probed.s3(server.endpoint(), bucket), S3Servers.KEYS, ahead)
                .saw(Capability.CLOCK, Verdict.NO, WARN);
        assertThat(warned.of(Capability.CLOCK).finding().says()).contains("behind this machine's");
        Clock behind = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-20));
        Probed failed = Probed.with(Probed.s3(server.endpoint(), bucket), S3Servers.KEYS, behind)
                .saw(Capability.CLOCK, Verdict.NO, Level.FAIL);
        assertThat(failed.of(Capability.CLOCK).finding().says()).contains("ahead of this machine's");
    }

    @Test
    void aMissingBucketAndWrongKeysAreTold() {
        assertThat(catchThrowable(() -> probe(S3Servers.KEYS)))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("has no bucket " + bucket);
        bucket(false, false);
        assertThat(catchThrowable(() -> probe(new S3Credentials(new Secret("stranger"), new Secret("secret-key")))))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("the access key is not known there");
    }
}
