package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.store.FaultProxy;
import bmm.store.MinioServer;
import bmm.stream.Compression;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.Tag;

/** What only a full server keeps: properties, tags, parts, every key. Its program is named by an environment variable. */
@EnabledIfEnvironmentVariable(named = MinioServer.PROGRAM, matches = ".+", disabledReason = "names no minio program")
final class MirrorOnMinioTest {
    private static final int PART = 5 << 20;

    @TempDir
    static Path data;

    private static MinioServer server;
    private static S3Client client;

    @TempDir
    Path directory;

    private MirrorScene scene;

    @BeforeAll
    static void start() throws Exception {
        server = MinioServer.start(data);
        client = server.client();
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        server.close();
    }

    @BeforeEach
    void scene() throws Exception {
        scene = new MirrorScene(directory);
    }

    @AfterEach
    void closeScene() throws Exception {
        scene.close();
    }

    /**
     * A store over a new bucket.
     *
     * @param place kind of store, host, and a port if it is not the server's own; another host makes it another server
     */
    private String bucket(String name, String place) {
        String bucket = name + "-" + System.nanoTime();
        server.bucket(bucket);
        String[] parts = place.split(":", -1);
        String host = parts[1] + ":"
                + (parts.length > 2 ? parts[2] : server.endpoint().getPort());
        String setting = "BMM_STORE_" + name.toUpperCase(Locale.ROOT);
        scene.environment.put(
                setting,
                parts[0].equals("s3")
                        ? "s3://" + bucket + "?endpoint=http://" + host
                        : "minio://" + host + "/" + bucket);
        scene.environment.put(setting + "_ACCESS_KEY", server.accessKey());
        scene.environment.put(setting + "_SECRET_KEY", server.secretKey());
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
    @CsvSource({
        "s3:127.0.0.1,s3:127.0.0.1",
        "s3:127.0.0.1,s3:localhost",
        "s3:127.0.0.1,minio:127.0.0.1",
        "minio:127.0.0.1,minio:127.0.0.1",
        "minio:127.0.0.1,minio:localhost",
        "minio:127.0.0.1,s3:localhost",
    })
    void propertiesTagsAndPartsStayWhatTheyWere(String there, String here) throws Exception {
        String from = bucket("from", there);
        String to = bucket("to", here);
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
        byte[] packed = gzip("a text that nobody unpacks on its way");
        put = client.putObject(
                request -> request.bucket(from)
                        .key("packed.txt")
                        .contentType("text/plain")
                        .contentEncoding("gzip"),
                RequestBody.fromBytes(packed));
        assertThat(put.eTag()).isNotEmpty();

        scene.run("mirror", "from", "to").isDone();

        assertThat(tags(to)).isEqualTo(tags(from)).hasSize(5);
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
        head = client.headObject(request -> request.bucket(to).key("packed.txt"));
        assertThat(head.contentEncoding()).isEqualTo("gzip");
        assertThat(scene.run("mirror", "from", "to", "--json").isDone().number("same"))
                .isEqualTo(5);
        scene.run("mirror", "check", "from", "to", "--download").isDone();
        scene.run("mirror", "from", scene.file("folder")).isDone();
        scene.run("mirror", "check", "from", scene.file("folder"), "--download").isDone();
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "minio"})
    void anObjectIsReadWithOneRequestAndStoredWithOne(String kind) throws Exception {
        try (FaultProxy there = new FaultProxy(server.endpoint().getPort());
                FaultProxy here = new FaultProxy(server.endpoint().getPort())) {
            String from = bucket("from", there.endpoint().replace("http://", kind + ":"));
            String to = bucket("to", here.endpoint().replace("http://", kind + ":"));
            put(from, "one", "1");
            put(from, "two", "2");
            put(from, "empty", "");
            multipart(from, "large", List.of(PART, PART, 17));

            scene.run("mirror", "from", "to").isDone();

            assertThat(tags(to)).isEqualTo(tags(from)).hasSize(4);
            assertThat(methods(there, from, "one")).containsExactly("GET");
            assertThat(methods(there, from, "two")).containsExactly("GET");
            assertThat(methods(there, from, "empty")).containsExactly("GET");
            // One that tells what it is, two that tell how it is cut, and its parts.
            assertThat(methods(there, from, "large")).containsExactly("GET", "GET", "GET", "GET", "HEAD", "HEAD");
            assertThat(methods(here, to, "one")).containsExactly("PUT");
            assertThat(methods(here, to, "two")).containsExactly("PUT");
            assertThat(methods(here, to, "empty")).containsExactly("PUT");
            assertThat(methods(here, to, "large")).containsExactly("POST", "POST", "PUT", "PUT", "PUT");
            assertThat(scene.run("mirror", "from", "to", "--json").isDone().number("same"))
                    .isEqualTo(4);
        }
    }

    /** Damages what is stored, as often as that. */
    private static FaultProxy.Fault damaged(int times) {
        AtomicInteger done = new AtomicInteger();
        return (request, server) -> {
            if (request.method().equals("PUT") && request.body().length > 17 && done.getAndIncrement() < times) {
                request.body()[17] ^= 1;
            }
            return server.answer(request);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "minio"})
    void whatIsDamagedOnItsWayIsNeverVisible(String kind) throws Exception {
        try (FaultProxy here = new FaultProxy(server.endpoint().getPort())) {
            String from = bucket("from", kind + ":127.0.0.1");
            String to = bucket("to", here.endpoint().replace("http://", kind + ":"));
            put(from, "small", "a text with more than seventeen letters");
            multipart(from, "large", List.of(PART, PART, 17));

            here.set(damaged(Integer.MAX_VALUE));
            scene.run("mirror", "from", "to").failed(6, "2 objects");
            assertThat(tags(to)).isEmpty();
            // The tags tell that one part was not what it should be, so all are sent again, with their hashes.
            multipart(from, "other", List.of(PART, 18));
            here.set(damaged(1));
            scene.run("mirror", "from", "to", "--include", "other").isDone();
            here.set((request, server) -> server.answer(request));
            scene.run("mirror", "from", "to").isDone();
            assertThat(tags(to)).isEqualTo(tags(from)).hasSize(3);
            scene.run("mirror", "check", "from", "to", "--download").isDone();
        }
    }

    private static List<String> methods(FaultProxy proxy, String bucket, String key) {
        return proxy.asked.stream()
                .filter(line -> line.matches("[A-Z]+ /" + bucket + "/" + key + "([?].*)?"))
                .map(line -> line.substring(0, line.indexOf(' ')))
                .sorted()
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "minio"})
    void anOddContentTypeIsKept(String kind) {
        String from = bucket("from", "s3:127.0.0.1");
        var put = client.putObject(
                request -> request.bucket(from).key("odd").contentType("no type at all"), RequestBody.fromString("x"));
        assertThat(put.eTag()).isNotEmpty();
        String to = bucket("to", kind + ":localhost");
        scene.run("mirror", "from", "to").isDone();
        assertThat(client.headObject(request -> request.bucket(to).key("odd")).contentType())
                .isEqualTo("no type at all");
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream packing = new GZIPOutputStream(bytes)) {
            packing.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
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
    @CsvSource({
        "s3:127.0.0.1,s3:127.0.0.1",
        "s3:127.0.0.1,s3:localhost",
        "s3:127.0.0.1,minio:127.0.0.1",
        "minio:127.0.0.1,minio:127.0.0.1",
        "minio:127.0.0.1,minio:localhost",
        "minio:127.0.0.1,s3:localhost",
    })
    void everyKeyArrivesAsItIs(String there, String here) throws Exception {
        String from = bucket("from", there);
        String to = bucket("to", here);
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
        String back = bucket("back", here);
        scene.run("mirror", folder, "back").isDone();
        assertThat(tags(back)).isEqualTo(tags(from));
    }

    @Test
    void snapshotsOfABucketBringBackWhatAHostileSourceReplaced() {
        String from = bucket("from", "s3:127.0.0.1");
        bucket("to", "minio:localhost");
        put(from, "a", "good");
        put(from, "b", "better");
        multipart(from, "large", List.of(PART, 100));
        var good = tags(from);
        scene.run("mirror", "from", "to", "--snapshot").isDone();
        put(from, "a", "encrypted");
        multipart(from, "large", List.of(PART, 200));
        var unused = client.deleteObject(request -> request.bucket(from).key("b"));
        scene.run("mirror", "from", "to", "--update", "--delete").isDone();
        String back = bucket("back", "minio:127.0.0.1");
        scene.run("mirror", "restore", "to", "--into", "back").isDone();
        assertThat(tags(back)).isEqualTo(good);
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3:localhost", "minio:localhost"})
    void aSnapshotNamesTheVersionsOfABucketThatKeepsThem(String place) throws IOException {
        String from = bucket("from", "s3:127.0.0.1");
        String to = bucket("to", place);
        put(to, "before", "of no version");
        var unused = client.putBucketVersioning(request -> request.bucket(to)
                .versioningConfiguration(configuration -> configuration.status(BucketVersioningStatus.ENABLED)));
        put(from, "before", "of no version");
        put(from, "a/b c", "one");
        put(from, "deleted", "gone at the destination");
        put(from, "é", "two");
        scene.run("mirror", "from", "to").isDone();
        put(from, "é", "three");
        var unusedToo = client.deleteObject(request -> request.bucket(from).key("deleted"));
        String snapshot = scene.run(
                        "mirror", "from", "to", "--update", "--delete", "--max-delete", "5", "--snapshot", "--json")
                .isDone()
                .json()
                .get("snapshot")
                .getAsString();

        Map<String, String> versions = new TreeMap<>();
        try (var lines = new BufferedReader(new InputStreamReader(
                Compression.ZSTD.decompress(
                        client.getObject(request -> request.bucket(to).key(snapshot))),
                StandardCharsets.UTF_8))) {
            lines.lines()
                    .map(line -> JsonParser.parseString(line).getAsJsonObject())
                    .filter(line -> line.has("version"))
                    .forEach(line -> versions.put(
                            line.get("key").getAsString(), line.get("version").getAsString()));
        }
        for (String key : List.of("a/b c", "é")) {
            assertThat(versions.get(key))
                    .as(key)
                    .isEqualTo(client.headObject(request -> request.bucket(to).key(key))
                            .versionId());
        }
        assertThat(versions).hasSize(3).containsEntry("before", "null");
    }

    @Test
    void wrongKeysAtTheSourceAreARefusal() {
        bucket("from", "s3:127.0.0.1");
        bucket("to", "minio:localhost");
        scene.environment.put("BMM_STORE_FROM_SECRET_KEY", "mistyped-key");
        scene.run("mirror", "from", "to", "--delete")
                .failed(6, "refused, nothing was touched: the source cannot be listed", "the secret key is wrong");
    }
}
