package bmm.uptime;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.alert.Observation.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Servers that hang, break off, never end or send more than anyone wants: the probe says so in time, and where it breaks. */
class HostileServersTest {
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    /** The probe's timeout is a second; what is hung must not take much longer, attempts and all. */
    private static ProbeResult look(RawServer.Script script, String conditions) throws IOException {
        try (RawServer server = new RawServer(script)) {
            return timed(server.url() + " timeout=1s " + conditions);
        }
    }

    private static ProbeResult timed(String probe) {
        long start = System.nanoTime();
        ProbeResult result = Looking.at(probe);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
        return result;
    }

    private static ProbeResult look(RawServer.Script script) throws IOException {
        return look(script, "");
    }

    @Test
    void nothingListens() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThat(timed("http://127.0.0.1:" + port + "/").reason()).isEqualTo("TCP: connection refused");
    }

    @Test
    void theNameDoesNotExist() {
        ProbeResult result = timed("http://nothing.invalid/");

        assertThat(result.stage()).isEqualTo(Stage.DNS);
        assertThat(result.reason()).contains("nothing.invalid");
    }

    @Test
    void packetsAreSwallowed() throws IOException {
        // A full backlog drops what comes: the kernel answers nothing, as a firewall does.
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<Socket> fillers = new ArrayList<>();
            try {
                for (int i = 0; i < 8; i++) {
                    Socket filler = new Socket();
                    fillers.add(filler);
                    try {
                        filler.connect(full.getLocalSocketAddress(), 100);
                    } catch (IOException e) {
                        break;
                    }
                }
                assertThat(timed("http://127.0.0.1:" + full.getLocalPort() + "/ timeout=1s")
                                .reason())
                        .startsWith("TCP: no answer: the packets are swallowed");
            } finally {
                for (Socket filler : fillers) {
                    filler.close();
                }
            }
        }
    }

    @Test
    void itAcceptsAndHangs() throws IOException {
        assertThat(look((socket, out) -> Thread.sleep(20_000)).reason())
                .isEqualTo("application: accepts connections, but does not answer in time");
    }

    @Test
    void itAcceptsAndCloses() throws IOException {
        assertThat(look((socket, out) -> socket.close()).reason())
                .isEqualTo("application: accepts connections and closes them without an answer");
    }

    @Test
    void itResets() throws IOException {
        ProbeResult result = look((socket, out) -> socket.setSoLinger(true, 0));

        assertThat(result.stage()).isEqualTo(Stage.APPLICATION);
        assertThat(result.reason()).containsAnyOf("reset", "closes them");
    }

    @Test
    void itSpeaksSomethingElse() throws IOException {
        assertThat(look((socket, out) -> RawServer.write(out, "SSH-2.0-OpenSSH_9.2\r\n"))
                        .reason())
                .isEqualTo("application: what answers does not speak HTTP");
    }

    @Test
    void itSendsItsHeadersByteByByte() throws IOException {
        ProbeResult result = look((socket, out) -> {
            for (byte b : (OK + "X: " + "y".repeat(1000)).getBytes(java.nio.charset.StandardCharsets.US_ASCII)) {
                out.write(b);
                out.flush();
                Thread.sleep(100);
            }
        });

        assertThat(result.status()).isEqualTo(Status.DOWN);
        assertThat(result.reason()).isEqualTo("application: no answer within 1.0 s");
    }

    @Test
    void itSendsItsBodyByteByByte() throws IOException {
        ProbeResult result = look((socket, out) -> {
            RawServer.write(out, OK + "Content-Length: 1000\r\n\r\n");
            for (int i = 0; i < 1000; i++) {
                out.write('x');
                out.flush();
                Thread.sleep(100);
            }
        });

        assertThat(result.reason()).matches("application: (answers so slowly that after \\d+ bytes the time was up)");
    }

    @Test
    void itsBodyIsCut() throws IOException {
        assertThat(look((socket, out) -> RawServer.write(out, OK + "Content-Length: 1000\r\n\r\nonly this"))
                        .reason())
                .isEqualTo("application: premature EOF");
    }

    @Test
    void itSendsAGigabyteOfBody() throws IOException {
        RawServer.Script gigabyte = (socket, out) -> {
            RawServer.write(out, OK + "Content-Length: 1000000000\r\n\r\n");
            byte[] megabyte = new byte[1_000_000];
            java.util.Arrays.fill(megabyte, (byte) 'x');
            for (int i = 0; i < 1000; i++) {
                out.write(megabyte);
            }
        };

        assertThat(look(gigabyte).status()).isEqualTo(Status.UP);
        assertThat(look(gigabyte, "body:yes").reason())
                .isEqualTo("application: the first megabyte of the body does not contain yes");
        assertThat(look(gigabyte, "json:$.a").reason()).startsWith("application: the body is larger than a megabyte");
    }

    @Test
    void itFloodsWithHeaders() throws IOException {
        ProbeResult result = look((socket, out) -> {
            RawServer.write(out, OK);
            for (int i = 0; i < 1_000_000; i++) {
                RawServer.write(out, "X-Flood-" + i + ": " + "y".repeat(1000) + "\r\n");
            }
        });

        assertThat(result.stage()).isEqualTo(Stage.APPLICATION);
        assertThat(result.reason()).containsIgnoringCase("header");
    }

    @Test
    void itsHeaderNeverEnds() throws IOException {
        ProbeResult result = look((socket, out) -> {
            RawServer.write(out, OK + "X: ");
            byte[] much = "y".repeat(100_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            for (int i = 0; i < 10_000; i++) {
                out.write(much);
            }
        });

        assertThat(result.stage()).isEqualTo(Stage.APPLICATION);
        assertThat(result.status()).isEqualTo(Status.DOWN);
    }

    @Test
    void itSendsJsonThatIsNestedWithoutEnd() throws IOException {
        ProbeResult result = look(
                (socket, out) -> RawServer.write(out, OK + "Content-Length: 500000\r\n\r\n" + "[".repeat(500_000)),
                "json:$.a");

        assertThat(result.reason()).startsWith("application: the body is not JSON");
    }

    @Test
    void itRedirectsWithoutEnd() throws IOException {
        try (RawServer server = new RawServer((socket, out) -> RawServer.write(
                out, "HTTP/1.1 302 Found\r\nLocation: /" + System.nanoTime() + "\r\nContent-Length: 0\r\n\r\n"))) {
            assertThat(timed(server.url()).reason()).startsWith("application: redirects more than 5 times");
            assertThat(server.connections).hasValue(6);
        }
    }

    @Test
    void whatItSaysIsCutAndCannotBreakALine() throws IOException {
        ProbeResult result = look((socket, out) ->
                RawServer.write(out, "HTTP/1.1 302 Found\r\nLocation: gopher://" + "x".repeat(100_000) + "\r\n\r\n"));

        assertThat(result.reason()).hasSizeLessThan(400).doesNotContain("\n");
    }
}
