package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.Tag;

/** What only a full server keeps: properties, tags, parts, every key. Its program is named by an environment variable. */
@EnabledIfEnvironmentVariable(named = "BMM_TEST_MINIO", matches = ".+", disabledReason = "names no minio program")
final class MirrorOnMinioTest {
    private static final String ACCESS = "access";
    private static final String SECRET = "secret-key-of-test";
    private static final int PART = 5 << 20;

    @TempDir
    static Path data;

    private static Process server;
    private static int port;
    private static S3Client client;

    @TempDir
    Path directory;

    private MirrorScene scene;

    @BeforeAll
    static void start() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        ProcessBuilder command = new ProcessBuilder(
                        System.getenv("BMM_TEST_MINIO"), "server", "--address", "127.0.0.1:" + port, data.toString())
                .redirectErrorStream(true)
                .redirectOutput(data.resolveSibling(data.getFileName() + ".log").toFile());
        command.environment().put("MINIO_ROOT_USER", ACCESS);
        command.environment().put("MINIO_ROOT_PASSWORD", SECRET);
        command.environment().put("MINIO_BROWSER", "off");
        server = command.start();
        client = S3Client.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + port))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS, SECRET)))
                .build();
        for (int tried = 0; ; tried++) {
            try {
                assertThat(client.listBuckets()).isNotNull();
                return;
            } catch (RuntimeException e) {
                if (tried > 300) {
                    throw e;
                }
                Thread.sleep(100);
            }
        }
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        server.destroy();
        if (!server.waitFor(10, TimeUnit.SECONDS)) {
            server.destroyForcibly();
        }
    }

    @BeforeEach
    void scene() throws Exception {
        scene = new MirrorScene(directory);
    }

    @AfterEach
    void closeScene() throws Exception {
        scene.close();
    }

    /** A store over a new bucket; another host name makes it another endpoint. */
    private String bucket(String name, String host) {
        String bucket = name + "-" + System.nanoTime();
        var unused = client.createBucket(request -> request.bucket(bucket));
        scene.environment.put(
                "BMM_STORE_" + name.toUpperCase(java.util.Locale.ROOT),
                "s3://" + bucket + "?endpoint=http://" + host + ":" + port);
        scene.environment.put("BMM_STORE_" + name.toUpperCase(java.util.Locale.ROOT) + "_ACCESS_KEY", ACCESS);
        scene.environment.put("BMM_STORE_" + name.toUpperCase(java.util.Locale.ROOT) + "_SECRET_KEY", SECRET);
        return bucket;
    }

    private static void put(String bucket, String key, String text) {
        var unused = client.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromString(text));
    }

    private static Map<String, String> tags(String bucket) {
        Map<String, String> tags = new TreeMap<>();
        ListObjectsV2Response page =
                client.listObjectsV2(request -> request.bucket(bucket).encodingType("url"));
        page.contents().stream()
                .filter(object -> !object.key().startsWith(".bmm/"))
                .forEach(object -> tags.put(object.key(), object.size() + " " + object.eTag()));
        return tags;
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost"})
    void propertiesTagsAndPartsStayWhatTheyWere(String otherHost) {
        String from = bucket("from", "127.0.0.1");
        String to = bucket("to", otherHost);
        var put = client.putObject(
                request -> request.bucket(from)
                        .key("page.html")
                        .contentType("text/html; charset=utf-8")
                        .cacheControl("max-age=60")
                        .contentDisposition("inline; filename=\"a b.html\"")
                        .contentEncoding("identity")
                        .contentLanguage("de")
                        .metadata(Map.of("owner", "me and you"))
                        .tagging("class=blue+sky&x=a%3Db%2Fc"),
                RequestBody.fromString("<p>"));
        assertThat(put.eTag()).isNotEmpty();
        multipart(from, "large", List.of(PART, PART + 1000, 300));
        multipart(from, "equal", List.of(PART, PART, 17));
        put(from, "empty", "");

        scene.run("mirror", "from", "to").isDone();

        assertThat(tags(to)).isEqualTo(tags(from)).hasSize(4);
        assertThat(tags(to).get("large")).contains("-3");
        HeadObjectResponse head =
                client.headObject(request -> request.bucket(to).key("page.html"));
        assertThat(head.contentType()).isEqualTo("text/html; charset=utf-8");
        assertThat(head.cacheControl()).isEqualTo("max-age=60");
        assertThat(head.contentDisposition()).isEqualTo("inline; filename=\"a b.html\"");
        assertThat(head.contentLanguage()).isEqualTo("de");
        assertThat(head.metadata()).isEqualTo(Map.of("owner", "me and you"));
        assertThat(client.getObjectTagging(request -> request.bucket(to).key("page.html"))
                        .tagSet())
                .containsExactlyInAnyOrder(
                        Tag.builder().key("class").value("blue sky").build(),
                        Tag.builder().key("x").value("a=b/c").build());
        assertThat(scene.run("mirror", "from", "to", "--json").isDone().number("same"))
                .isEqualTo(4);
        scene.run("mirror", "check", "from", "to", "--download").isDone();
        scene.run("mirror", "from", scene.file("folder")).isDone();
        scene.run("mirror", "check", "from", scene.file("folder"), "--download").isDone();
    }

    private static void multipart(String bucket, String key, List<Integer> sizes) {
        String upload = client.createMultipartUpload(
                        request -> request.bucket(bucket).key(key))
                .uploadId();
        List<CompletedPart> parts = new ArrayList<>();
        for (int size : sizes) {
            int number = parts.size() + 1;
            byte[] bytes = new byte[size];
            new java.util.Random(number).nextBytes(bytes);
            String tag = client.uploadPart(
                            request -> request.bucket(bucket)
                                    .key(key)
                                    .uploadId(upload)
                                    .partNumber(number),
                            RequestBody.fromBytes(bytes))
                    .eTag();
            parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
        }
        var unused = client.completeMultipartUpload(
                request -> request.bucket(bucket).key(key).uploadId(upload).multipartUpload(all -> all.parts(parts)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost"})
    void everyKeyArrivesAsItIs(String otherHost) throws Exception {
        String from = bucket("from", "127.0.0.1");
        String to = bucket("to", otherHost);
        List<String> keys = List.of(
                "dir/",
                "dir/inside",
                "tab\tand\u0001control",
                "new\nline",
                "emoji \uD83D\uDE00",
                "private \uE000",
                "e\u0301 combining",
                "percent%2Fslash",
                "plus+and space",
                "quote'\"&<>",
                "...",
                "a b/.hidden/~x");
        for (String key : keys) {
            put(from, key, key.endsWith("/") ? "" : key);
        }
        scene.run("mirror", "from", "to").isDone();
        assertThat(tags(to)).isEqualTo(tags(from)).hasSize(keys.size());
        String folder = scene.file("folder");
        scene.run("mirror", "from", folder).isDone();
        scene.run("mirror", "check", "from", folder, "--download").isDone();
        String back = bucket("back", "127.0.0.1");
        scene.run("mirror", folder, "back").isDone();
        assertThat(tags(back)).isEqualTo(tags(from));
    }

    @Test
    void snapshotsOfABucketBringBackWhatAHostileSourceReplaced() {
        String from = bucket("from", "127.0.0.1");
        bucket("to", "localhost");
        put(from, "a", "good");
        put(from, "b", "better");
        multipart(from, "large", List.of(PART, 100));
        var good = tags(from);
        scene.run("mirror", "from", "to", "--snapshot").isDone();
        put(from, "a", "encrypted");
        multipart(from, "large", List.of(PART, 200));
        var unused = client.deleteObject(request -> request.bucket(from).key("b"));
        scene.run("mirror", "from", "to", "--update", "--delete").isDone();
        String back = bucket("back", "127.0.0.1");
        scene.run("mirror", "restore", "to", "--into", "back").isDone();
        assertThat(tags(back)).isEqualTo(good);
    }

    @Test
    void wrongKeysAtTheSourceAreARefusal() {
        bucket("from", "127.0.0.1");
        bucket("to", "localhost");
        scene.environment.put("BMM_STORE_FROM_SECRET_KEY", "mistyped-key");
        scene.run("mirror", "from", "to", "--delete")
                .failed(6, "refused, nothing was touched: the source cannot be listed", "the secret key is wrong");
    }
}
