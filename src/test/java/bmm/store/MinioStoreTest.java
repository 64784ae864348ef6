package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import bmm.base.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** minio-java against a real MinIO server. */
@EnabledIfEnvironmentVariable(named = MinioServer.PROGRAM, matches = ".+", disabledReason = "names no minio program")
class MinioStoreTest extends ObjectStoreContract {
    @TempDir
    static Path data;

    private static MinioServer server;

    private final String bucket = "bucket-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        server = MinioServer.start(data);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Override
    boolean keepsParts() {
        return true;
    }

    @Override
    ObjectStore create() {
        try (var client = S3Servers.client(server.endpoint())) {
            var unused = client.createBucket(request -> request.bucket(bucket));
        }
        return open(S3Servers.KEYS);
    }

    private MinioAddress address() {
        return new MinioAddress(server.endpoint(), bucket, "some/prefix/");
    }

    private S3Store open(S3Credentials keys) {
        return S3Store.open(address(), Optional.of(keys), Optional.empty(), S3Servers.QUICK);
    }

    private MinioClient client() {
        return MinioClient.open(address(), Optional.of(S3Servers.KEYS), Optional.empty(), S3Servers.QUICK);
    }

    @Test
    void wrongKeysAreToldApart() {
        S3Credentials stranger = new S3Credentials(new Secret("stranger"), new Secret("secret"));
        S3Credentials mistyped = new S3Credentials(S3Servers.KEYS.accessKey(), new Secret("secret"));
        for (Body body : List.of(text("x"), new Letters(PART), new Letters(PART * 3L))) {
            assertRefused(stranger, body, "the access key is not known there");
            assertRefused(mistyped, body, "the secret key is wrong");
        }
    }

    private void assertRefused(S3Credentials keys, Body body, String reason) {
        try (S3Store store = open(keys)) {
            for (Throwable thrown :
                    List.of(catchThrowable(() -> store.put("key", body)), catchThrowable(() -> store.list("")))) {
                assertIsOneLine(thrown);
                assertThat(thrown).hasMessageContaining(reason);
            }
        }
    }

    @Test
    void aMissingBucketIsNoEmptyOne() {
        MinioAddress nowhere = new MinioAddress(server.endpoint(), "no-such-bucket", "");
        try (S3Store store = S3Store.open(nowhere, Optional.of(S3Servers.KEYS), Optional.empty(), S3Servers.QUICK)) {
            for (Throwable thrown : List.of(
                    catchThrowable(() -> store.head("key")),
                    catchThrowable(() -> store.list("")),
                    catchThrowable(() -> store.put("key", text("x"))))) {
                assertIsOneLine(thrown);
                assertThat(thrown).hasMessageContaining("has no bucket no-such-bucket");
            }
        }
    }

    @Test
    void aServerThatIsGoneIsNamed() throws Exception {
        MinioAddress gone = new MinioAddress(URI.create("http://127.0.0.1:" + MinioServer.freePort()), "bucket", "");
        try (S3Store store = S3Store.open(gone, Optional.of(S3Servers.KEYS), Optional.empty(), S3Servers.QUICK)) {
            Throwable thrown = catchThrowable(() -> store.put("key", text("x")));
            assertIsOneLine(thrown);
            assertThat(thrown).hasMessageContaining("cannot connect to 127.0.0.1");
        }
    }

    /** The header belongs on the last request of an upload in parts; the server, not a look before it, decides. */
    @Test
    void theServerRefusesToReplaceAlsoWhatComesInParts() {
        store().put("taken", text("first"));
        String key = "some/prefix/taken";
        Source source = new Source(new Letters(PART + 1L));
        Piece second = new Piece(new Source(text("second")), 0, 6);
        NewObject plain = NewObject.with(Map.of(), null);
        try (MinioClient client = client()) {
            String upload = client.begin(key, plain);
            List<BucketClient.Part> parts = List.of(
                    client.putPart(key, upload, 1, new Piece(source, 0, PART), plain),
                    client.putPart(key, upload, 2, new Piece(source, PART, 1), plain));
            assertThat(catchThrowable(() -> client.complete(key, upload, parts, true)))
                    .isInstanceOfSatisfying(
                            S3Refusal.class,
                            refused -> assertThat(refused.status()).isEqualTo(412));
            assertThat(catchThrowable(() -> client.put(key, second, plain, true)))
                    .isInstanceOfSatisfying(
                            S3Refusal.class,
                            refused -> assertThat(refused.status()).isEqualTo(412));
            client.abort(key, upload);
        }
        assertThat(store().head("taken"))
                .hasValueSatisfying(info -> assertThat(info.size()).isEqualTo(5));
    }

    @Test
    void noUnfinishedUploadIsLeftBehind() {
        assertIsOneLine(catchThrowable(() -> store().put("key", new Letters(PART * 2L).breakingAt(PART + 10))));
        try (var client = S3Servers.client(server.endpoint())) {
            assertThat(client.listMultipartUploads(
                                    request -> request.bucket(bucket).prefix("some/prefix/key"))
                            .uploads())
                    .isEmpty();
        }
    }
}
