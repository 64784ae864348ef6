package bmm.uptime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading probes as their owner wrote them. */
class ProbesTest {
    @Test
    void theExampleOfTheDocumentationIsRead() {
        Watch watch = new Looking()
                .set("BMM_PROBE_API", "https://app.example/api/health status=200 json:$.status=ok latency<2s tls>14d")
                .probes()
                .getFirst();

        assertThat(watch.name()).isEqualTo("api");
        assertThat(watch.slowest()).isEqualTo(Duration.ofSeconds(2));
        assertThat(watch.timeout()).isEqualTo(Duration.ofSeconds(5));
        HttpProbe probe = (HttpProbe) watch.probe();
        assertThat(probe.certificateLeft()).isEqualTo(Duration.ofDays(14));
        assertThat(probe.expectations()).hasSize(2);
        assertThat(probe.target()).isEqualTo("https://app.example/api/health");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://a.example stauts=200     | unknown condition stauts=200; did you mean status=?",
                "http://a.example status=20      | status=20: use 200, 2xx, or 200,204",
                "http://a.example status=200 status=201 | status= is there twice",
                "http://a.example json:status=ok | json:status=ok: use json:$.path=value",
                "http://a.example json:$..a=1    | json:$..a=1: not a path",
                "http://a.example json:$.a<b     | json:$.a<b: < and > compare with a number",
                "http://a.example latency<fast   | latency<fast: not a duration",
                "http://a.example latency<0      | latency<0: must be more than nothing",
                "http://a.example tls>14         | tls>14: needs a unit",
                "http://a.example redirects=99   | redirects=99: must be 0 to 20",
                "http://a.example body:          | body:: say which text",
                "http://a.example attempts=0     | attempts=0: must be 1 to 9",
                "http://a.example layer=attic    | layer=attic: must be one of machine, network",
                "http://a.example body:'open     | a quote is opened and not closed",
                "http:///path                    | there is no host in it",
                "http://a b                      | unknown condition b",
                "http://me:secret@a.example/     | a password does not belong here",
                "postgres://me:secret@a.example/app | a password does not belong here",
                "tcp://a.example                 | use tcp://host:port",
                "tcp:a.example:80                | use tcp://host:port",
                "tcp://a.example:99999           | a port is a number from 1 to 65535",
                "tcp://a.example:80 status=200   | unknown condition status=200",
                "dns:                            | use dns:name",
                "dns:a.example address=b.example | address=b.example: not an address",
                "disk:relative                   | use disk:/path",
                "disk:/ free>all                 | free>all: not a size",
                "disk:/ free>100%                | free>100%: must be 0% to 99%",
                "cmd:                            | use cmd:command",
                "cmd:'true' && false             | unknown condition &&",
            })
    void mistakesAreNamed(String probe, String problem) {
        Looking looking = new Looking().set("BMM_PROBE_X", probe);

        assertThatThrownBy(looking::probes)
                .isInstanceOfSatisfying(
                        Failure.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIGURATION))
                .hasMessageContaining("BMM_PROBE_X: " + problem)
                .message()
                .doesNotContain("secret");
    }

    @Test
    void allMistakesAreNamedAtOnce() {
        Looking looking = new Looking()
                .set("BMM_PROBE_A", "tcp://a.example")
                .set("BMM_PROBE_B", "disk:b")
                .set("BMM_PROBE_C", "dns:c.example");

        assertThatThrownBy(looking::probes)
                .isInstanceOfSatisfying(
                        Failure.class,
                        failure -> assertThat(failure.lines())
                                .hasSize(2)
                                .anyMatch(line -> line.startsWith("BMM_PROBE_A: "))
                                .anyMatch(line -> line.startsWith("BMM_PROBE_B: ")));
    }

    @ParameterizedTest
    @CsvSource({
        "BMM_PROBE_X, gopher://a.example, is not a probe: begin with http://",
        "BMM_PROBE_X_PASSWORD, secret, BMM_PROBE_X_PASSWORD belongs to no probe: BMM_PROBE_X is not set",
        "BMM_PROBE_X_HEADER, secret, BMM_PROBE_X_HEADER belongs to no probe"
    })
    void whatNeedsNoProbeIsFoundWithTheSettings(String key, String value, String problem) {
        Looking looking = new Looking().set(key, value);

        assertThatThrownBy(looking::probes)
                .isInstanceOf(Failure.class)
                .hasMessageContaining(problem)
                .message()
                .doesNotContain("secret", "gopher");
    }

    @Test
    void aHeaderIsForHttpOnlyAndOneLine() {
        assertThatThrownBy(
                        new Looking().set("BMM_PROBE_X", "tcp://a.example:1").set("BMM_PROBE_X_HEADER", "A: b")::probes)
                .hasMessageContaining("only http probes send a header");
        assertThatThrownBy(
                        new Looking().set("BMM_PROBE_X", "http://a.example/").set("BMM_PROBE_X_HEADER", "A: b\nC: d")
                                ::probes)
                .hasMessageContaining("must be one line");
    }

    @Test
    void quotesHoldTogetherWhatHasBlanks() {
        assertThat(ProbeLine.parse("http://a/  body:\"all is well\" header:X='a b' \"json:$.x=y z\""))
                .isEqualTo(new ProbeLine(
                        "http://a/", java.util.List.of("body:all is well", "header:X=a b", "json:$.x=y z")));
        assertThat(ProbeLine.parse("cmd: test \"a b\" = 'c'").target()).isEqualTo("cmd:test \"a b\" = 'c'");
        assertThat(ProbeLine.parse("cmd:'test x' timeout=3s"))
                .isEqualTo(new ProbeLine("cmd:test x", java.util.List.of("timeout=3s")));
    }
}
