package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.store.MinioServer;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** A mirror of a process of its own is killed, without a chance to clean up, while it copies. */
@EnabledIfEnvironmentVariable(named = MinioServer.PROGRAM, matches = ".+", disabledReason = "names no minio program")
@Timeout(120)
final class MirrorKilledTest {
    private static final int SMALL = 60;
    private static final int SMALL_SIZE = 100_000;
    private static final int PART = 5 << 20;

    /** Comes early, takes long. */
    private static final String LARGE = "a/05-large";

    @TempDir
    static Path data;

    private static MinioServer server;
    private static S3Client client;

    @TempDir
    Path directory;

    private MirrorScene scene;
    private Process child;

    @BeforeAll
    static void aBucket() throws Exception {
        server = MinioServer.start(data);
        client = server.client();
        server.bucket("from");
        Random random = new Random(1);
        for (int i = 0; i < SMALL; i++) {
            String key = String.format("a/%02d", i);
            byte[] content = bytes(random, SMALL_SIZE);
            var unused = client.putObject(request -> request.bucket("from").key(key), RequestBody.fromBytes(content));
        }
        String upload = client.createMultipartUpload(
                        request -> request.bucket("from").key(LARGE))
                .uploadId();
        List<CompletedPart> parts = new ArrayList<>();
        for (int number = 1; number <= 3; number++) {
            int part = number;
            String tag = client.uploadPart(
                            request -> request.bucket("from")
                                    .key(LARGE)
                                    .uploadId(upload)
                                    .partNumber(part),
                            RequestBody.fromBytes(bytes(random, PART)))
                    .eTag();
            parts.add(CompletedPart.builder().partNumber(part).eTag(tag).build());
        }
        var unused = client.completeMultipartUpload(
                request -> request.bucket("from").key(LARGE).uploadId(upload).multipartUpload(all -> all.parts(parts)));
    }

    private static byte[] bytes(Random random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        server.close();
    }

    @BeforeEach
    void scene() throws Exception {
        scene = new MirrorScene(directory);
        store("from", "s3://from?endpoint=" + server.endpoint());
    }

    private void store(String name, String url) {
        String setting = "BMM_STORE_" + name.toUpperCase(java.util.Locale.ROOT);
        scene.environment.put(setting, url);
        scene.environment.put(setting + "_ACCESS_KEY", server.accessKey());
        scene.environment.put(setting + "_SECRET_KEY", server.secretKey());
    }

    @AfterEach
    void nothingIsLeftRunning() throws Exception {
        if (child != null) {
            child.destroyForcibly();
        }
        scene.close();
    }

    @Test
    void intoABucket() throws Exception {
        server.bucket("copy");
        // Another name for the host: on one server they would be copied without being read.
        store("to", "s3://copy?endpoint=http://localhost:" + server.endpoint().getPort());
        long whole = kill("to", () -> uploads() > 0 && objects().size() > 5);
        Map<String, String> before = objects();
        assertThat(before).hasSize((int) whole);
        goOn("to", whole);
        assertThat(objects()).containsAllEntriesOf(before);
        // What the killed run had begun the server clears away; what the next one began it ended.
        assertThat(uploads()).isEqualTo(1);
    }

    /** MinIO tells of unfinished uploads only to who knows their key. */
    private static int uploads() {
        return client.listMultipartUploads(request -> request.bucket("copy").prefix(LARGE))
                .uploads()
                .size();
    }

    /** Entity tags and times of the copies. */
    private static Map<String, String> objects() {
        return client.listObjectsV2(request -> request.bucket("copy")).contents().stream()
                .filter(object -> !object.key().startsWith(".bmm/"))
                .collect(Collectors.toMap(
                        object -> object.key(),
                        object -> object.eTag() + " " + object.lastModified(),
                        (one, other) -> one,
                        TreeMap::new));
    }

    @Test
    void intoAFolder() throws Exception {
        String to = scene.file("to");
        goOn(to, kill(to, () -> partials().stream().anyMatch(size -> size > PART / 5) && files() > 5));
        // Hidden names that no listing shows; nobody can tell them from those of another writer but by their age.
        assertThat(partials()).isNotEmpty();
    }

    /** The sizes of what is being written. */
    private List<Long> partials() {
        try (var files = Files.walk(scene.root.resolve("to"))) {
            List<Long> sizes = new ArrayList<>();
            for (Path file : files.filter(file -> file.getFileName().toString().startsWith(".bmm~t"))
                    .toList()) {
                sizes.add(Files.exists(file) ? Files.size(file) : 0);
            }
            return sizes;
        } catch (IOException | java.io.UncheckedIOException e) {
            return List.of(); // finished meanwhile
        }
    }

    /** Names only: what is being written changes its own while it is looked at. */
    private long files() {
        try (var files = Files.walk(scene.root.resolve("to"))) {
            return files.filter(file -> Files.isRegularFile(file)
                            && !file.getFileName().toString().startsWith(".bmm~"))
                    .count();
        } catch (IOException | java.io.UncheckedIOException e) {
            return 0; // finished meanwhile
        }
    }

    /** Returns how many copies are there, each of which is whole. */
    private long kill(String to, BooleanSupplier inTheMiddle) throws Exception {
        child = start("mirror", "from", to, "--transfers", "4", "--bandwidth", "4MB");
        while (!inTheMiddle.getAsBoolean()) {
            assertThat(child.isAlive())
                    .as(Files.readString(directory.resolve("child.log")))
                    .isTrue();
            Thread.sleep(10);
        }
        child.destroyForcibly();
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).isEqualTo(128 + 9);
        assertThat(scene.folder("tmp")).isEmptyDirectory();

        JsonObject left = check(to, 6);
        long whole = left.get("same").getAsLong();
        assertThat(whole).isBetween(1L, (long) SMALL);
        assertThat(left.get("differ").getAsLong()).isZero();
        assertThat(left.get("missingAtSource").getAsLong()).isZero();
        assertThat(left.get("missingAtDestination").getAsLong()).isEqualTo(SMALL + 1 - whole);
        assertThat(left.get("findings").toString()).contains(LARGE);
        return whole;
    }

    private void goOn(String to, long whole) {
        var next = scene.run("mirror", "from", to, "--json").isDone();
        assertThat(next.number("same")).isEqualTo(whole);
        assertThat(next.number("copied")).isEqualTo(SMALL + 1 - whole);
        assertThat(check(to, 0).get("same").getAsLong()).isEqualTo(SMALL + 1);
    }

    /** Reads every object on both sides. */
    private JsonObject check(String to, int exit) {
        var outcome = scene.run("mirror", "check", "from", to, "--download", "--json");
        assertThat(outcome.exit()).as("%s%s", outcome.out(), outcome.err()).isEqualTo(exit);
        return outcome.json();
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "bmm.cli.Main"));
        command.addAll(List.of(arguments));
        command.addAll(List.of(
                "--env-file", Files.createFile(directory.resolve("child.env")).toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("child.log").toFile());
        builder.environment().clear();
        builder.environment().putAll(scene.environment);
        return builder.start();
    }
}
