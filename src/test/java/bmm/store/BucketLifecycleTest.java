package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Secret;
import bmm.base.Settings;
import bmm.doctor.WriteOnlyPolicy;
import bmm.store.LifecycleRule.What;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;

/** Lifecycle rules on a real MinIO server, which knows none for unfinished uploads. */
@EnabledIfEnvironmentVariable(named = MinioServer.PROGRAM, matches = ".+", disabledReason = "names no minio program")
class BucketLifecycleTest {
    private static final LifecycleRule EXPIRE = new LifecycleRule("bmm-expire-a/", "a/", What.EXPIRE, 90);
    private static final LifecycleRule VERSIONS = new LifecycleRule("bmm-versions-a/", "a/", What.FORGET_VERSIONS, 30);
    private static final LifecycleRule UPLOADS = new LifecycleRule("bmm-uploads-a/", "a/", What.ABORT_UPLOADS, 7);

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

    @BeforeEach
    void makeBucket() {
        try (S3Client client = S3Servers.client(server.endpoint())) {
            var unused = client.createBucket(request -> request.bucket(bucket));
        }
    }

    private BucketLifecycle open(S3Credentials keys) {
        return BucketLifecycle.open("tested", Probed.settings(Probed.s3(server.endpoint(), bucket), keys));
    }

    @Test
    void rulesAreSetAndReadBack() {
        try (BucketLifecycle rules = open(S3Servers.KEYS)) {
            assertThat(rules.rules()).isEmpty();
            assertThat(rules.apply(List.of(EXPIRE, VERSIONS, UPLOADS)))
                    .as("MinIO takes none for unfinished uploads")
                    .containsExactly(EXPIRE, VERSIONS);
            assertThat(rules.rules())
                    .containsExactlyInAnyOrder(
                            new BucketLifecycle.Present(EXPIRE.id(), true, EXPIRE.says()),
                            new BucketLifecycle.Present(VERSIONS.id(), true, VERSIONS.says()));
        }
    }

    private static software.amazon.awssdk.services.s3.model.LifecycleRule theirs(
            String id, ExpirationStatus status, String prefix, int days) {
        return software.amazon.awssdk.services.s3.model.LifecycleRule.builder()
                .id(id)
                .status(status)
                .filter(filter -> filter.prefix(prefix))
                .expiration(expiration -> expiration.days(days))
                .build();
    }

    @Test
    void rulesOfOthersStayAndOwnOnesAreReplaced() {
        try (S3Client client = S3Servers.client(server.endpoint());
                BucketLifecycle rules = open(S3Servers.KEYS)) {
            var unused = client.putBucketLifecycleConfiguration(request -> request.bucket(bucket)
                    .lifecycleConfiguration(all -> all.rules(List.of(
                            theirs("logs", ExpirationStatus.DISABLED, "logs/", 5),
                            theirs("bmm-expire-other/", ExpirationStatus.ENABLED, "other/", 6)))));
            rules.apply(List.of(EXPIRE));
            rules.apply(List.of(new LifecycleRule(EXPIRE.id(), "a/", What.EXPIRE, 10)));
            assertThat(rules.rules())
                    .containsExactlyInAnyOrder(
                            new BucketLifecycle.Present("logs", false, "remove objects after 5 days below logs/"),
                            new BucketLifecycle.Present(
                                    "bmm-expire-other/", true, "remove objects after 6 days below other/"),
                            new BucketLifecycle.Present(EXPIRE.id(), true, "remove objects after 10 days below a/"));
        }
    }

    /** MinIO's own DelMarkerExpiration is unknown to the SDK, and would be dropped on the way. */
    @Test
    void aRuleThatCannotBeKeptExactlyStopsEverything() throws Exception {
        new MinioAdmin(server.endpoint()).lifecycle(bucket, """
                <LifecycleConfiguration><Rule><ID>theirs</ID><Status>Enabled</Status><Filter><Prefix>x/</Prefix></Filter>
                <DelMarkerExpiration><Days>3</Days></DelMarkerExpiration></Rule></LifecycleConfiguration>""");
        try (BucketLifecycle rules = open(S3Servers.KEYS)) {
            assertThat(catchThrowable(() -> rules.apply(List.of(EXPIRE))))
                    .isInstanceOfSatisfying(
                            Failure.class,
                            failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.STORE))
                    .hasMessageContaining("<DelMarkerExpiration>");
            assertThat(rules.rules()).extracting(BucketLifecycle.Present::id).containsExactly("theirs");
        }
    }

    @Test
    void theKeysOfABackupHostCannotSetRules() throws Exception {
        S3Credentials keys = new S3Credentials(new Secret("user-" + UUID.randomUUID()), new Secret("secret-of-user"));
        new MinioAdmin(server.endpoint()).user(keys, WriteOnlyPolicy.MINIO.json(bucket, ""));
        try (BucketLifecycle rules = open(keys)) {
            assertThat(rules.rules()).isEmpty();
            assertThat(catchThrowable(() -> rules.apply(List.of(EXPIRE))))
                    .isInstanceOfSatisfying(
                            Failure.class,
                            failure -> assertThat(failure.hint()).asString().contains("s3:PutLifecycleConfiguration"))
                    .hasMessageContaining("access denied");
        }
    }

    @Test
    void aFolderHasNoRules() {
        Settings settings = Settings.load(Map.of("BMM_STORE_NAS", "file:///mnt"), Map.of(), List.of());
        assertThat(catchThrowable(() -> BucketLifecycle.open("nas", settings)))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("is no bucket");
    }
}
