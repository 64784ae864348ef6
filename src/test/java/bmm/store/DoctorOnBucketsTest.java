package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.cli.Bmm;
import bmm.store.HalfServer.Condition;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** The command line of bmm doctor, on buckets of real servers. */
class DoctorOnBucketsTest {
    @TempDir
    Path directory;

    private record Outcome(int exit, String out, String err) {}

    private Outcome run(URI endpoint, String... words) throws IOException {
        try (S3Client client = S3Servers.client(endpoint)) {
            if (client.listBuckets().buckets().isEmpty()) {
                var unused = client.createBucket(request -> request.bucket("bucket"));
            }
        }
        Path none = directory.resolve("none.env");
        Files.writeString(none, "");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = new Bmm(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Map.of(
                                "HOME",
                                directory.toString(),
                                "BMM_STATE_DIR",
                                directory.resolve("state").toString(),
                                "BMM_STORE_OFFSITE",
                                Probed.s3(endpoint, "bucket"),
                                "BMM_STORE_OFFSITE_ACCESS_KEY",
                                S3Servers.KEYS.accessKey().reveal(),
                                "BMM_STORE_OFFSITE_SECRET_KEY",
                                S3Servers.KEYS.secretKey().reveal()),
                        Clock.systemUTC())
                .run(Stream.concat(Arrays.stream(words), Stream.of("--env-file", none.toString()))
                        .toArray(String[]::new));
        assertThat(out + " " + err).doesNotContain(S3Servers.KEYS.secretKey().reveal());
        return new Outcome(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aStoreThatCannotBeReliedOnFails() throws Exception {
        try (HalfServer server = new HalfServer(Condition.IGNORED, false)) {
            Outcome outcome = run(server.endpoint(), "doctor", "offsite");
            assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(3);
            assertThat(outcome.out())
                    .startsWith("s3://bucket/some/prefix\n")
                    .containsPattern("\nFAIL  create-only +silently ignored")
                    .contains("hint: ");
            assertThat(new StoreProfiles(directory.resolve("state")).of("s3://bucket/some/prefix/below"))
                    .hasValueSatisfying(
                            profile -> assertThat(profile.ignoresCreateOnly()).isTrue());
        }
    }

    @Test
    @EnabledIfEnvironmentVariable(
            named = MinioServer.PROGRAM,
            matches = ".+",
            disabledReason = "names no minio program")
    void keysThatCanDestroyGetAPolicyAndABucketItsRules() throws Exception {
        MinioServer server = MinioServer.start(directory.resolve("minio"));
        try {
            Outcome probed = run(server.endpoint(), "doctor", "offsite");
            assertThat(probed.exit()).as(probed.toString()).isZero();
            assertThat(probed.out())
                    .containsPattern("\nok    create-only +enforced")
                    .containsPattern("\nwarn  delete +these credentials can delete every object")
                    .contains("MinIO: credentials that cannot destroy", "arn:aws:s3:::bucket/some/prefix/*");

            Outcome printed = run(server.endpoint(), "doctor", "--lifecycle", "offsite");
            assertThat(printed.exit()).isZero();
            assertThat(printed.out()).contains("no rules", "after 90 days", "nothing was changed");
            Outcome applied = run(server.endpoint(), "doctor", "--lifecycle", "offsite", "--apply");
            assertThat(applied.out())
                    .containsPattern("bmm-expire-some/prefix/bmm/ .*\\(set\\)")
                    .containsPattern("bmm-uploads-some/prefix/bmm/ .*\\(the store does not take it\\)");
            JsonObject again = JsonParser.parseString(
                            run(server.endpoint(), "doctor", "--lifecycle", "offsite", "--json")
                                    .out())
                    .getAsJsonObject();
            assertThat(again.getAsJsonArray("today")).hasSize(2);
            assertThat(again.getAsJsonArray("wanted")).hasSize(3);
            assertThat(again.getAsJsonArray("set")).isEmpty();
            assertThat(run(server.endpoint(), "doctor", "--lifecycle", "offsite")
                            .out())
                    .contains("(is there)");
        } finally {
            server.close();
        }
    }
}
