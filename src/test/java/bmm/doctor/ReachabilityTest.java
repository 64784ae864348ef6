package bmm.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Finding;
import bmm.base.Finding.Level;
import bmm.base.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With a name server and a network of the test's own: public addresses cannot be had otherwise. */
class ReachabilityTest {
    private final Map<String, List<String>> names = new HashMap<>();
    private boolean answering;

    private List<Finding> audit(String url, String meantPrivate) {
        Map<String, String> values = new HashMap<>(Map.of("BMM_STORE_NAS", url));
        if (meantPrivate != null) {
            values.put("BMM_STORE_NAS_PRIVATE", meantPrivate);
        }
        return new Reachability(Settings.load(values, Map.of(), List.of()), this::resolve, (address, port) -> answering)
                .audit("nas/below");
    }

    private List<InetAddress> resolve(String host) throws UnknownHostException {
        if (!names.containsKey(host)) {
            throw new UnknownHostException(host);
        }
        return names.get(host).stream().map(ReachabilityTest::address).toList();
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static void assertIs(List<Finding> findings, Level level, String... words) {
        assertThat(findings).hasSize(1);
        assertThat(findings.getFirst().level()).as(findings.toString()).isEqualTo(level);
        assertThat(findings.getFirst().says()).contains(words);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, LOOPBACK",
        "::1, LOOPBACK",
        "10.1.2.3, PRIVATE",
        "172.31.0.1, PRIVATE",
        "172.32.0.1, PUBLIC",
        "192.168.0.9, PRIVATE",
        "100.64.0.1, SHARED",
        "100.127.255.254, SHARED",
        "100.128.0.1, PUBLIC",
        "100.63.255.255, PUBLIC",
        "fd7a:115c:a1e0::1, UNIQUE_LOCAL",
        "fe80::1, LINK_LOCAL",
        "169.254.1.1, LINK_LOCAL",
        "203.0.113.9, PUBLIC",
        "2001:db8::1, PUBLIC",
        "::ffff:10.0.0.1, PRIVATE"
    })
    void networksAreToldApart(String address, Network network) {
        assertThat(Network.of(address(address))).isEqualTo(network);
    }

    @Test
    void namesTheAddressesOfAnyStoreWithAHost() {
        names.put("nas.example", List.of("203.0.113.9", "100.64.0.7"));
        assertIs(
                audit("minio://nas.example/bucket", null),
                Level.OK,
                "203.0.113.9 (public)",
                "100.64.0.7 (shared, as in a tailnet)");
        assertThat(audit("file:///mnt/nas", null)).isEmpty();
    }

    @Test
    void aPrivateStoreWithPrivateAddressesIsFine() {
        names.put("nas.example", List.of("100.64.0.7", "fd7a:115c:a1e0::7"));
        answering = true;
        assertIs(audit("minio://nas.example/bucket", "yes"), Level.OK, "private as it should be");
    }

    @Test
    void aPrivateStoreWithAPublicAddressFails() {
        names.put("nas.example", List.of("203.0.113.9", "100.64.0.7"));
        assertIs(audit("minio://nas.example/bucket", "yes"), Level.FAIL, "public, though nothing answers there");
        answering = true;
        List<Finding> answered = audit("minio://nas.example:9443/bucket", "yes");
        assertIs(answered, Level.FAIL, "answers on 203.0.113.9 port 9443");
        assertThat(answered.getFirst().exitCode()).isEqualTo(ExitCode.STORE);
        assertIs(audit("minio://nas.example/bucket", "no"), Level.OK, "203.0.113.9");
    }

    @Test
    void everyKindOfStoreWithAHostIsAudited() {
        answering = true;
        names.put("bucket.s3.example", List.of("203.0.113.1"));
        assertIs(audit("s3://bucket?endpoint=https://s3.example&path-style=false", "yes"), Level.FAIL, "port 443");
        names.put("s3.example", List.of("203.0.113.2"));
        assertIs(audit("s3://bucket?endpoint=http://s3.example", "yes"), Level.FAIL, "203.0.113.2 port 80");
        names.put("s3.eu-central-1.amazonaws.com", List.of("203.0.113.3"));
        assertIs(audit("s3://bucket?region=eu-central-1", "yes"), Level.FAIL, "203.0.113.3 port 443");
        names.put("backup.example", List.of("203.0.113.4"));
        assertIs(audit("rsync:user@backup.example:/srv", "yes"), Level.FAIL, "203.0.113.4 port 22");
        assertIs(audit("rclone:remote:path", "yes"), Level.WARN, "does not see where");
    }

    @Test
    void anUnknownHostFails() {
        assertIs(audit("minio://nas.example/bucket", null), Level.FAIL, "nas.example is not known");
    }

    @Test
    void theSettingIsYesOrNo() {
        assertThat(catchThrowable(() -> audit("minio://nas.example/bucket", "perhaps")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("BMM_STORE_NAS_PRIVATE must be yes or no");
    }
}
