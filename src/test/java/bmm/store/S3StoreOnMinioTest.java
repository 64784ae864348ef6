package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import bmm.base.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Against a real MinIO server, whose program the environment variable names. */
@EnabledIfEnvironmentVariable(named = "BMM_TEST_MINIO", matches = ".+", disabledReason = "names no minio program")
class S3StoreOnMinioTest extends ObjectStoreContract {
    @TempDir
    static Path data;

    private static MinioServer server;
    private static URI endpoint;

    @BeforeAll
    static void start() throws Exception {
        server = MinioServer.start(data);
        endpoint = server.endpoint();
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
        return S3Servers.newBucket(endpoint, "");
    }

    @Test
    void wrongKeysAreToldApart() {
        S3Store real = (S3Store) store();
        BucketAddress address = S3Servers.bucket(endpoint, real.name().substring("s3://".length()), "");
        S3Credentials stranger = new S3Credentials(new Secret("stranger"), new Secret("secret"));
        S3Credentials mistyped = new S3Credentials(S3Servers.KEYS.accessKey(), new Secret("secret"));
        for (Body body : java.util.List.of(text("x"), new Letters(PART), new Letters(PART * 3L))) {
            assertRefused(address, stranger, body, "the access key is not known there");
            assertRefused(address, mistyped, body, "the secret key is wrong");
        }
    }

    private static void assertRefused(BucketAddress address, S3Credentials keys, Body body, String reason) {
        try (S3Store store = S3Store.open(address, Optional.of(keys), Optional.empty(), S3Servers.QUICK)) {
            Throwable thrown = catchThrowable(() -> store.put("key", body));
            assertIsOneLine(thrown);
            assertThat(thrown).hasMessageContaining(reason);
            Throwable listing = catchThrowable(() -> store.list(""));
            assertIsOneLine(listing);
            assertThat(listing).hasMessageContaining(reason);
        }
    }

    @Test
    void noUnfinishedUploadIsLeftBehind() {
        assertIsOneLine(catchThrowable(() -> store().put("key", new Letters(PART * 2L).breakingAt(PART + 10))));
        try (var client = S3Servers.client(endpoint)) {
            String bucket = store().name().substring("s3://".length());
            assertThat(client.listMultipartUploads(
                                    request -> request.bucket(bucket).prefix("key"))
                            .uploads())
                    .isEmpty();
        }
    }
}
