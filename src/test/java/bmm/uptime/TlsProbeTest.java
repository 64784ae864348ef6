package bmm.uptime;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.alert.Observation.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that are good, run out, are somebody else's or nobody's, on real servers. */
class TlsProbeTest {
    @TempDir
    static Path directory;

    private static TestAuthority authority;

    @BeforeAll
    static void makeAuthority() throws Exception {
        authority = new TestAuthority(directory);
    }

    private static Looking look(WebServer server, String conditions) {
        return new Looking().set("BMM_PROBE_X", server.url("/") + " ca=" + authority.file() + " " + conditions);
    }

    private static WebServer serverWith(String name, String... options) throws Exception {
        return new WebServer(authority.signed(name, options)).page("/", 200, "welcome");
    }

    @Test
    void aGoodCertificateTellsHowLongItLasts() throws Exception {
        try (WebServer server = serverWith("good", "-validity", "30", "-ext", "san=dns:localhost")) {
            ProbeResult up = look(server, "tls>14d").only();
            assertThat(up.status()).as(up.reason()).isEqualTo(Status.UP);
            assertThat(Duration.between(Instant.now(), up.certificateEnds()).toDays())
                    .isEqualTo(29);

            ProbeResult soon = look(server, "tls>60d").only();
            assertThat(soon.reason()).isEqualTo("TLS: certificate ends in 29 days, not more than 60d");
            assertThat(soon.certificateEnds()).isNotNull();

            Looking later = look(server, "");
            later.clock = Clock.offset(Clock.systemUTC(), Duration.ofDays(20));
            assertThat(later.set("BMM_PROBE_X", later.settings.get("BMM_PROBE_X") + " tls>14d")
                            .only()
                            .reason())
                    .isEqualTo("TLS: certificate ends in 9 days, not more than 14d");
        }
    }

    @Test
    void anExpiredOneNamesTheDay() throws Exception {
        try (WebServer server = serverWith(
                "expired", "-startdate", "2025/01/01 00:00:00", "-validity", "31", "-ext", "san=dns:localhost")) {
            assertThat(look(server, "").only().reason()).isEqualTo("TLS: certificate expired on 2025-02-01");
        }
    }

    @Test
    void oneOfTomorrowNamesTheDay() throws Exception {
        try (WebServer server = serverWith(
                "tomorrow", "-startdate", "2098/01/01 00:00:00", "-validity", "31", "-ext", "san=dns:localhost")) {
            assertThat(look(server, "").only().reason()).isEqualTo("TLS: certificate is not valid before 2098-01-01");
        }
    }

    @Test
    void oneForAnotherNameSaysForWhom() throws Exception {
        try (WebServer server =
                serverWith("other", "-validity", "30", "-ext", "san=dns:app.example,dns:www.app.example")) {
            assertThat(look(server, "").only().reason())
                    .isEqualTo("TLS: certificate is for app.example, www.app.example, not for localhost");
        }
    }

    @Test
    void aSelfSignedOneIsNotTrusted() throws Exception {
        try (WebServer server = new WebServer(authority.selfSigned("alone")).page("/", 200, "welcome")) {
            assertThat(Looking.at(server.url("/")).reason())
                    .isEqualTo("TLS: certificate is self-signed, so nobody vouches for it (if it is yours: ca=FILE)");
        }
    }

    @Test
    void anUnknownAuthorityIsNamed() throws Exception {
        try (WebServer server = serverWith("unknown", "-validity", "30", "-ext", "san=dns:localhost")) {
            assertThat(Looking.at(server.url("/")).reason())
                    .startsWith("TLS: certificate comes from an unknown authority, CN=bmm test authority");
        }
    }

    @Test
    void aServerWithoutTlsIsDown() throws IOException {
        try (WebServer plain = new WebServer().page("/", 200, "welcome")) {
            ProbeResult result = Looking.at("https://127.0.0.1:" + plain.port() + "/ timeout=1s");

            assertThat(result.stage()).isEqualTo(Stage.TLS);
            assertThat(result.status()).isEqualTo(Status.DOWN);
        }
    }

    @Test
    void aServerThatHangsInTheHandshakeIsDown() throws IOException {
        try (RawServer silent = new RawServer((socket, out) -> Thread.sleep(20_000))) {
            assertThat(Looking.at("https://" + silent.address() + "/ timeout=1s")
                            .reason())
                    .startsWith("TLS: ");
        }
    }

    @Test
    void aServerThatClosesInTheHandshakeIsDown() throws IOException {
        try (RawServer closing = new RawServer((socket, out) -> socket.close())) {
            ProbeResult result = Looking.at("https://" + closing.address() + "/");

            assertThat(result.stage()).isEqualTo(Stage.TLS);
        }
    }

    @Test
    void nothingListensForTls() {
        assertThat(Looking.at("https://127.0.0.1:1/").reason()).isEqualTo("TCP: connection refused");
    }

    @Test
    void anAuthorityThatCannotBeReadIsSaid() throws Exception {
        try (WebServer server = new WebServer(authority.selfSigned("beside")).page("/", 200, "welcome")) {
            assertThat(Looking.at(server.url("/ ca=" + directory.resolve("none.pem")))
                            .reason())
                    .contains("none.pem: no such file");
            Path empty = java.nio.file.Files.createFile(directory.resolve("empty.pem"));
            assertThat(Looking.at(server.url("/ ca=" + empty)).reason()).contains("no certificate in it");
        }
    }
}
