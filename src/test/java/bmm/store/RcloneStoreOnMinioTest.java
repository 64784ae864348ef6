package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Debian's rclone, over a bucket of a real MinIO server. */
@EnabledIfEnvironmentVariable(named = MinioServer.PROGRAM, matches = ".+", disabledReason = "names no minio program")
@Tag("long")
class RcloneStoreOnMinioTest extends BackendContract {
    private static final Duration PAUSE = Duration.ofMillis(20);

    @TempDir
    static Path directory;

    private static MinioServer server;

    private final String bucket = "bucket-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        Rclones.assumeThere();
        server = MinioServer.start(directory.resolve("data"));
        Rclones.minio(directory.resolve("rclone.conf"), server.endpoint());
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Override
    ObjectStore create() throws IOException {
        try (var client = S3Servers.client(server.endpoint())) {
            var unused = client.createBucket(request -> request.bucket(bucket));
        }
        return open(bucket);
    }

    private static ObjectStore open(String bucket) {
        return new RetryingStore(
                new RcloneStore(
                        new RcloneAddress("minio", bucket + "/path", ""),
                        new Rclone.Access(Optional.of(directory.resolve("rclone.conf")), List.of()),
                        PAUSE),
                4,
                PAUSE);
    }

    @Override
    boolean everyCallIsAProgram() {
        return true;
    }

    @Test
    void aMissingBucketIsNeitherEmptyNorMade() {
        try (ObjectStore store = open("no-such-bucket")) {
            for (Throwable thrown : List.of(
                    catchThrowable(() -> store.put("a", text("x"))),
                    catchThrowable(() -> store.list("")),
                    catchThrowable(() -> store.head("a")))) {
                assertIsOneLine(thrown);
                assertThat(thrown).hasMessageContaining("does not exist");
            }
        }
        try (var client = S3Servers.client(server.endpoint())) {
            assertThat(client.listBuckets().buckets())
                    .noneMatch(found -> found.name().equals("no-such-bucket"));
        }
    }

    @Test
    void nothingElseIsLeft() {
        store().put("a", text("x"));
        assertIsOneLine(catchThrowable(() -> store().put("a", text("y"))));
        assertIsOneLine(catchThrowable(() -> store().put("b", new Letters(PART).breakingAt(PART / 2))));
        try (var client = S3Servers.client(server.endpoint())) {
            assertThat(client.listObjectsV2(request -> request.bucket(bucket)).contents())
                    .extracting(object -> object.key())
                    .containsExactly("path/a");
            assertThat(client.listMultipartUploads(request -> request.bucket(bucket))
                            .uploads())
                    .isEmpty();
        }
    }
}
