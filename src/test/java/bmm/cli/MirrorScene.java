package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;

/** Folders, an S3 server without passwords, and bmm run on them within this JVM. Every run is an hour after the last. */
final class MirrorScene {
    final Path root;
    final Map<String, String> environment = new TreeMap<>();
    /** Of the stores over buckets: s3 or minio. */
    String kind = "s3";

    Instant now = Instant.parse("2026-11-21T03:15:00Z");
    private final BlobStore objects;
    private final S3Proxy server;

    MirrorScene(Path root) throws Exception {
        this.root = root;
        Properties none = new Properties();
        none.setProperty("jclouds.identity", "");
        none.setProperty("jclouds.credential", "");
        objects = BlobStores.create("transient", none);
        server = S3Proxy.builder()
                .blobStore(objects)
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.NONE, "", "")
                .stopTimeout(0)
                .build();
        server.start();
        environment.put("BMM_STATE_DIR", root.resolve("state").toString());
        environment.put("BMM_TEMP_DIR", folder("tmp").toString());
        environment.put("HOME", folder("home").toString());
        environment.put("AWS_ACCESS_KEY_ID", "any");
        environment.put("BMM_RETRY_MILLIS", "20");
        environment.put("PATH", System.getenv("PATH"));
    }

    int port() {
        return server.getPort();
    }

    Path folder(String name) {
        try {
            return Files.createDirectories(root.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The URL of a new folder or one that is there. */
    String file(String name) {
        return "file://" + folder(name);
    }

    /** A configured store over a bucket, which is made; its name. */
    String bucket(String name, String endpoint) {
        if (!objects.containerExists(name)) {
            objects.createContainer(name);
        }
        String setting = "BMM_STORE_" + name.toUpperCase(Locale.ROOT);
        String minio = endpoint.replace("http://", "minio://") + "/" + name;
        environment.put(setting, kind.equals("minio") ? minio : "s3://" + name + "?endpoint=" + endpoint);
        environment.put(setting + "_ACCESS_KEY", "any");
        environment.put(setting + "_SECRET_KEY", "anything");
        return name;
    }

    String bucket(String name) {
        return bucket(name, "http://127.0.0.1:" + port());
    }

    MirrorScene write(String file, String text) {
        try {
            Path path = root.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As if it had been written before or after it was. */
    MirrorScene aged(String file, Duration age) {
        try {
            Files.setLastModifiedTime(
                    root.resolve(file), FileTime.from(Instant.now().minus(age)));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String read(String file) {
        try {
            return Files.readString(root.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything below a folder, without what is bmm's own. */
    Map<String, String> content(String folder) {
        Map<String, String> content = new TreeMap<>(Scene.content(root.resolve(folder)));
        content.keySet().removeIf(key -> key.startsWith(".bmm"));
        return content;
    }

    Outcome run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        write("none.env", "");
        String[] words = Stream.concat(
                        Stream.of(arguments),
                        Stream.of("--env-file", root.resolve("none.env").toString()))
                .toArray(String[]::new);
        int exit = new Bmm(print(out), print(err), environment, Clock.fixed(now, ZoneOffset.UTC)).run(words);
        now = now.plus(Duration.ofHours(1));
        assertThat(folder("tmp")).isEmptyDirectory();
        return new Outcome(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    void close() throws Exception {
        server.stop();
        objects.close();
    }

    /** What a run printed and returned. */
    record Outcome(int exit, String out, String err) {
        Outcome isDone() {
            assertThat(exit).as("%s%s", out, err).isZero();
            return this;
        }

        /** One line that says this, a hint, no stack trace. */
        Outcome failed(int code, String... message) {
            assertThat(exit).as("%s%s", out, err).isEqualTo(code);
            assertThat(err.lines().filter(line -> line.contains("level=error") && line.contains(" hint=")))
                    .as(err)
                    .anySatisfy(line -> assertThat(line).contains(message));
            assertThat(err).doesNotContain("Exception").doesNotContain("\tat ");
            return this;
        }

        /** The result of the only mirror of a run with --json. */
        JsonObject json() {
            return JsonParser.parseString(out)
                    .getAsJsonObject()
                    .getAsJsonArray("mirrors")
                    .get(0)
                    .getAsJsonObject();
        }

        long number(String name) {
            return json().get(name).getAsLong();
        }
    }
}
