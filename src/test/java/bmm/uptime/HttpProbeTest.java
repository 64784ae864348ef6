package bmm.uptime;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.alert.Layer;
import bmm.alert.Observation.Status;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an http probe makes of the answers of a real server that behaves. */
class HttpProbeTest {
    private WebServer server;

    @BeforeEach
    void start() throws IOException {
        server = new WebServer()
                .page("/", 200, "welcome")
                .page(
                        "/health",
                        200,
                        Map.of("Content-Type", "application/json; charset=utf-8", "X-Version", "1.4"),
                        """
                        {"status":"ok","queue":17,"ready":true,"gone":null,"checks":[{"name":"db","ms":3.5}],"a.b":"c"}
                        """)
                .page("/broken", 500, "oops")
                .page("/missing", 404, "")
                .page("/empty", 204, "")
                .page("/gateway", 502, Map.of("X-Powered-By", "x"), "<h1>502 Bad Gateway</h1>")
                .page("/haproxy", 503, "<h1>503</h1>\nNo server is available to handle this request.")
                .page("/maintenance", 503, "we are back at noon");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private ProbeResult look(String pathAndConditions) {
        return Looking.at(server.url(pathAndConditions));
    }

    @Test
    void anAnswerIsUpWithItsLatency() {
        ProbeResult result = look("/");

        assertThat(result.status()).isEqualTo(Status.UP);
        assertThat(result.sentence()).isEqualTo("status 200");
        assertThat(result.latency()).isPositive().isLessThan(java.time.Duration.ofSeconds(5));
        assertThat(result.attempts()).isOne();
        assertThat(result.observation().subject().name()).isEqualTo("uptime/x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/health status=200 body:ok header:X-Version=1.4 header:content-type=json",
                "/health json:$.status=ok json:$.queue<20 json:$.queue>16 json:$.queue=17.0 json:$.ready",
                "/health json:$.checks[0].name=db json:$.checks[0].ms<4 json:$['a.b']=c json:$.status!=down",
                "/health body:\"\"\"status\"\"\"",
                "/missing status=404",
                "/broken status=2xx,500 body:oops",
                "/empty",
                "/health latency<4s timeout=4s attempts=2 layer=surface severity=warning"
            })
    void isUpWhereAllConditionsHold(String probe) {
        ProbeResult result = look(probe.replace("\"\"\"", "\""));

        assertThat(result.status()).as(result.reason()).isEqualTo(Status.UP);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/broken                       | application: status 500, not 2xx",
                "/missing                      | application: status 404, not 2xx",
                "/health status=204            | application: status 200, not 204",
                "/ body:goodbye                | application: the body does not contain goodbye; it is: welcome",
                "/health header:X-Nothing      | application: no header X-Nothing",
                "/health header:X-Version=2    | application: header X-Version is 1.4, without 2",
                "/health json:$.status=down    | application: $.status is ok, not down",
                "/health json:$.queue<17       | application: $.queue is 17, not < 17",
                "/health json:$.queue>17       | application: $.queue is 17, not > 17",
                "/health json:$.status<17      | application: $.status is ok, not < 17",
                "/health json:$.queue!=17      | application: $.queue is 17, not != 17",
                "/health json:$.gone           | application: $.gone is null, not true or some value",
                "/health json:$.checks[1].name | application: the JSON has no $.checks[1].name",
                "/health json:$.status.deeper  | application: the JSON has no $.status.deeper",
                "/ json:$.status=ok            | application: the body is not JSON",
                "/empty json:$.status          | application: the JSON has no $.status",
                "/gateway                      | proxy: what stands in front answers 502, the service behind it does not",
                "/haproxy                      | proxy: what stands in front answers 503, the service behind it does not",
                "/maintenance                  | application: status 503, not 2xx"
            })
    void isDownWhereOneDoesNot(String probe, String reason) {
        ProbeResult result = look(probe);

        assertThat(result.status()).isEqualTo(Status.DOWN);
        assertThat(result.reason()).isEqualTo(reason);
    }

    @Test
    void redirectsAreFollowed() {
        server.redirect("/old", "/new").redirect("/new", server.url("/health"));

        assertThat(look("/old json:$.status=ok").status()).isEqualTo(Status.UP);
        assertThat(look("/old redirects=2").status()).isEqualTo(Status.UP);
        assertThat(look("/old redirects=1").reason())
                .isEqualTo("application: redirects more than 1 times, at last to " + server.url("/health"));
        assertThat(look("/old redirects=0 status=302 header:location=/new").status())
                .isEqualTo(Status.UP);
        assertThat(look("/old redirects=0").reason()).isEqualTo("application: status 302, to /new, not 2xx");
    }

    @Test
    void aCircleOfRedirectsIsDown() {
        server.redirect("/a", "/b").redirect("/b", "/a");

        assertThat(look("/a").reason()).isEqualTo("application: redirects in a circle, back to " + server.url("/a"));
    }

    @ParameterizedTest
    @CsvSource({"ftp://127.0.0.1/", "file:///etc/passwd", "http://[bad", "'http://127.0.0.1/a b'"})
    void aRedirectToWhatIsNoWebAddressIsDown(String location) {
        server.redirect("/away", location);

        assertThat(look("/away").reason()).startsWith("application: redirects to what is no ");
    }

    @Test
    void secretsGoToTheirHostAndToNoOther() throws IOException {
        try (WebServer other = new WebServer().page("/", 200, "other")) {
            server.redirect("/out", other.url("/"));
            Looking looking = new Looking()
                    .set("BMM_PROBE_X", server.url("/out").replace("//", "//me@"))
                    .set("BMM_PROBE_X_PASSWORD", "geheim:1");

            ProbeResult result = looking.only();

            assertThat(result.status()).isEqualTo(Status.UP);
            assertThat(result.target()).isEqualTo(server.url("/out"));
            assertThat(server.requests).containsExactly("/out Basic bWU6Z2VoZWltOjE=");
            assertThat(other.requests).containsExactly("/ null");
        }
    }

    @Test
    void aHeaderOfTheUsersIsSent() {
        Looking looking = new Looking()
                .set("BMM_PROBE_X", server.url("/"))
                .set("BMM_PROBE_X_HEADER", "Authorization: Bearer token");

        assertThat(looking.only().status()).isEqualTo(Status.UP);
        assertThat(server.requests).containsExactly("/ Bearer token");
    }

    @Test
    void theFrontPageIsWhatPeopleSee() {
        Looking looking = new Looking()
                .set("BMM_PROBE_HOME", server.url("/"))
                .set("BMM_PROBE_API", server.url("/health"))
                .set("BMM_PROBE_APP", server.url("/health layer=surface"));

        assertThat(looking.probes())
                .extracting(Watch::name, Watch::layer)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("api", Layer.SERVICE),
                        org.assertj.core.groups.Tuple.tuple("app", Layer.SURFACE),
                        org.assertj.core.groups.Tuple.tuple("home", Layer.SURFACE));
    }

    @Test
    void aSuccessThatTakesTooLongIsNone() throws IOException {
        try (RawServer slow = new RawServer((socket, out) -> {
            Thread.sleep(400);
            RawServer.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        })) {
            assertThat(Looking.at(slow.url() + " latency<300ms").reason())
                    .matches("took \\d+ ms, not less than 300 ms");
            assertThat(Looking.at(slow.url() + " latency<4s").status()).isEqualTo(Status.UP);
        }
    }
}
