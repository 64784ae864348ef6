package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** A real MinIO server with a certificate of a private authority: only who was given that authority goes there. */
@EnabledIfEnvironmentVariable(named = MinioServer.PROGRAM, matches = ".+", disabledReason = "names no minio program")
class PrivateAuthorityTest {
    @TempDir
    static Path directory;

    private static PrivateAuthority authority;
    private static MinioServer server;

    @BeforeAll
    static void start() throws Exception {
        authority = new PrivateAuthority(directory.resolve("authority"));
        server = MinioServer.startWithTls(directory.resolve("data"), authority.server());
        try (var client = S3Connection.open(
                S3Servers.bucket(server.endpoint(), "any", ""),
                Optional.of(S3Servers.KEYS),
                Optional.of(authority.file()),
                S3Servers.QUICK)) {
            var unused = client.createBucket(request -> request.bucket("bucket"));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    /** Both kinds of addresses. */
    private static List<S3Address> addresses(String host) {
        URI endpoint = URI.create("https://" + host + ":" + server.endpoint().getPort());
        return List.of(S3Servers.bucket(endpoint, "bucket", "s3/"), new MinioAddress(endpoint, "bucket", "minio/"));
    }

    private static S3Store open(S3Address address, Optional<Path> ca) {
        return S3Store.open(address, Optional.of(S3Servers.KEYS), ca, S3Servers.QUICK);
    }

    @Test
    void whoKnowsTheAuthorityGoesThere() throws IOException {
        for (S3Address address : addresses("127.0.0.1")) {
            try (S3Store store = open(address, Optional.of(authority.file()))) {
                store.put("key", ObjectStoreContract.text("content"));
                store.put("in parts", new Letters(ObjectStoreContract.PART + 5L));
                assertThat(ObjectStoreContract.read(store.get("key"))).isEqualTo("content");
                assertThat(store.head("in parts")).isPresent();
            }
        }
    }

    @Test
    void nobodyElseDoes() throws Exception {
        PrivateAuthority another = new PrivateAuthority(directory.resolve("another"));
        for (S3Address address : addresses("127.0.0.1")) {
            assertNotTrusted(address, Optional.empty());
            assertNotTrusted(address, Optional.of(another.file()));
        }
    }

    @Test
    void theNameIsCheckedToo() {
        for (S3Address address : addresses("localhost")) {
            assertNotTrusted(address, Optional.of(authority.file()));
        }
    }

    private static void assertNotTrusted(S3Address address, Optional<Path> ca) {
        try (S3Store store = open(address, ca)) {
            Throwable thrown = catchThrowable(() -> store.put("secret", ObjectStoreContract.text("x")));
            ObjectStoreContract.assertIsOneLine(thrown);
            assertThat(thrown).hasMessageContaining("certificate").hasMessageContaining("is not trusted");
        }
    }

    @Test
    void aFileWithoutCertificatesIsRefused() throws IOException {
        Path rubbish = Files.writeString(directory.resolve("rubbish.pem"), "no certificate");
        Path empty = Files.createFile(directory.resolve("empty.pem"));
        for (Path file : List.of(rubbish, empty, directory.resolve("missing.pem"))) {
            for (S3Address address : addresses("127.0.0.1")) {
                Throwable thrown = catchThrowable(() -> open(address, Optional.of(file)));
                assertThat(thrown)
                        .isInstanceOfSatisfying(
                                Failure.class,
                                failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.CONFIGURATION));
                assertThat(thrown).hasMessageContaining(String.valueOf(file));
            }
        }
    }
}
