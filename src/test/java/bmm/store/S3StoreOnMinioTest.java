package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import bmm.base.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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

    private static Process server;
    private static URI endpoint;

    @BeforeAll
    static void start() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        ProcessBuilder command = new ProcessBuilder(
                        System.getenv("BMM_TEST_MINIO"), "server", "--address", "127.0.0.1:" + port, data.toString())
                .redirectErrorStream(true)
                .redirectOutput(data.resolveSibling(data.getFileName() + ".log").toFile());
        command.environment().put("MINIO_ROOT_USER", S3Servers.KEYS.accessKey().reveal());
        command.environment()
                .put("MINIO_ROOT_PASSWORD", S3Servers.KEYS.secretKey().reveal());
        command.environment().put("MINIO_BROWSER", "off");
        server = command.start();
        endpoint = URI.create("http://127.0.0.1:" + port);
        awaitStart(port);
    }

    private static void awaitStart(int port) throws Exception {
        for (int i = 0; i < 200; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                    var client = S3Servers.client(endpoint)) {
                assertThat(socket.isConnected()).isTrue();
                assertThat(client.listBuckets()).isNotNull();
                return;
            } catch (IOException | RuntimeException e) {
                Thread.sleep(100);
            }
        }
        throw new IllegalStateException("minio did not start");
    }

    @AfterAll
    static void stop() throws Exception {
        server.destroy();
        if (!server.waitFor(10, TimeUnit.SECONDS)) {
            server.destroyForcibly();
        }
    }

    @Override
    ObjectStore create() {
        return S3Servers.newBucket(endpoint, "");
    }

    @Test
    void wrongKeysAreToldApart() {
        S3Store real = (S3Store) store();
        StoreAddress.Bucket address = S3Servers.bucket(endpoint, real.name().substring("s3://".length()), "");
        S3Credentials stranger = new S3Credentials(new Secret("stranger"), new Secret("secret"));
        S3Credentials mistyped = new S3Credentials(S3Servers.KEYS.accessKey(), new Secret("secret"));
        for (Body body : java.util.List.of(text("x"), new Letters(PART), new Letters(PART * 3L))) {
            assertRefused(address, stranger, body, "the access key is not known there");
            assertRefused(address, mistyped, body, "the secret key is wrong");
        }
    }

    private static void assertRefused(StoreAddress.Bucket address, S3Credentials keys, Body body, String reason) {
        try (S3Store store = new S3Store(address, Optional.of(keys), S3Servers.QUICK)) {
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
