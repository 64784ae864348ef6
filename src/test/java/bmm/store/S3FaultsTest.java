package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that answers as told, each answer one time and in order; what it was asked is kept. */
class S3FaultsTest {
    /** What the server does with one request. */
    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private static final String MODIFIED = "Sat, 21 Nov 2026 03:15:00 GMT";

    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> asked = new ArrayList<>();
    private HttpServer server;
    private S3Store store;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        store = open(endpoint(server.getAddress().getPort()));
    }

    /** A store over the bucket called {@code bucket}. */
    S3Store open(URI endpoint) {
        return S3Servers.store(S3Servers.bucket(endpoint, "bucket", ""));
    }

    @AfterEach
    void stop() {
        store.close();
        server.stop(0);
    }

    private static URI endpoint(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getRawQuery();
        asked.add(exchange.getRequestMethod() + (query == null ? "" : " " + query));
        exchange.getRequestBody().readAllBytes();
        Answer answer = answers.isEmpty() ? status(500, "Unexpected") : answers.remove();
        try (exchange) {
            answer.to(exchange);
        }
    }

    private static Answer status(int status, String code) {
        return exchange -> {
            byte[] body = ("<Error><Code>" + code + "</Code><Message>message of " + code + "</Message></Error>")
                    .getBytes(StandardCharsets.UTF_8);
            boolean withBody = !exchange.getRequestMethod().equals("HEAD") && status != 304;
            exchange.getResponseHeaders().add("Content-Type", "application/xml");
            exchange.sendResponseHeaders(status, withBody ? body.length : -1);
            if (withBody) {
                exchange.getResponseBody().write(body);
            }
        };
    }

    private static Answer ok(String body) {
        return exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("ETag", "\"tag\"");
            exchange.getResponseHeaders().add("Last-Modified", MODIFIED);
            exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    /** Announces more than it sends. */
    private static Answer cut(int status, String range, int announced, String body) {
        return exchange -> {
            exchange.getResponseHeaders().add("ETag", "\"tag\"");
            exchange.getResponseHeaders().add("Last-Modified", MODIFIED);
            if (range != null) {
                exchange.getResponseHeaders().add("Content-Range", range);
            }
            exchange.sendResponseHeaders(status, announced);
            OutputStream out = exchange.getResponseBody();
            out.write(body.getBytes(StandardCharsets.UTF_8));
            out.flush();
        };
    }

    private static Answer page(String rest, String... keys) {
        StringBuilder xml = new StringBuilder("<ListBucketResult><Name>bucket</Name>");
        for (String key : keys) {
            xml.append("<Contents><Key>")
                    .append(key)
                    .append("</Key><Size>1</Size><LastModified>2026-11-21T00:00:00Z</LastModified></Contents>");
        }
        return ok(xml.append(rest).append("</ListBucketResult>").toString());
    }

    private static Answer markedAs(HttpExchange[] put) {
        return exchange -> {
            exchange.getResponseHeaders()
                    .add("x-amz-meta-bmm-put", put[0].getRequestHeaders().getFirst("x-amz-meta-bmm-put"));
            exchange.getResponseHeaders().add("Last-Modified", MODIFIED);
            exchange.sendResponseHeaders(200, -1);
        };
    }

    private static Body body() {
        return ObjectStoreContract.text("x");
    }

    private List<String> keys() {
        List<String> keys = new ArrayList<>();
        store.list("").forEachRemaining(info -> keys.add(info.key()));
        return keys;
    }

    @Test
    void aBusyServerIsAskedAgain() {
        answers.addAll(List.of(
                status(404, ""),
                status(503, "SlowDown"),
                status(404, ""),
                status(500, "InternalError"),
                status(404, ""),
                ok("")));
        store.put("key", body());
        assertThat(asked).containsExactly("HEAD", "PUT", "HEAD", "PUT", "HEAD", "PUT");
    }

    @Test
    void attemptsComeToAnEnd() {
        for (int i = 0; i < 20; i++) {
            answers.add(status(503, "ServiceUnavailable"));
        }
        Throwable thrown = catchThrowable(this::keys);
        ObjectStoreContract.assertIsOneLine(thrown);
        assertThat(thrown).hasMessageContaining("answered 503: message of ServiceUnavailable");
        assertThat(asked).hasSize(4);
    }

    @Test
    void aRefusalIsNotTriedAgain() {
        answers.add(status(403, "AccessDenied"));
        Throwable thrown = catchThrowable(() -> store.get("key"));
        ObjectStoreContract.assertIsOneLine(thrown);
        assertThat(thrown).hasMessageContaining(store.name() + ": key: access denied");
        assertThat(asked).hasSize(1);
    }

    @Test
    void aMissingBucketIsSaidToBeMissing() {
        answers.addAll(List.of(status(404, ""), status(404, "")));
        assertThatThrownBy(() -> store.head("key")).hasMessageContaining("has no bucket bucket");
        answers.addAll(List.of(status(404, ""), status(404, "NoSuchBucket")));
        assertThatThrownBy(() -> store.put("key", body())).hasMessageContaining("has no bucket bucket");
        answers.add(status(404, "NoSuchBucket"));
        assertThatThrownBy(() -> store.get("key")).hasMessageContaining("has no bucket bucket");
        answers.add(status(404, "NoSuchBucket"));
        assertThatThrownBy(this::keys).hasMessageContaining("has no bucket bucket");
    }

    @Test
    void withoutTheRightToLookThePutDecides() {
        answers.addAll(List.of(status(403, ""), ok("")));
        store.put("key", body());
        answers.addAll(List.of(status(403, ""), status(412, "PreconditionFailed"), status(403, "")));
        assertThatThrownBy(() -> store.put("key", body())).isInstanceOf(ObjectExists.class);
    }

    @Test
    void oldMinioSaysNotModified() {
        answers.addAll(List.of(status(404, ""), status(304, ""), ok("")));
        assertThatThrownBy(() -> store.put("key", body())).isInstanceOf(ObjectExists.class);
    }

    @Test
    void aConflictIsTriedAgain() {
        answers.addAll(List.of(status(404, ""), status(409, "ConditionalRequestConflict"), status(404, ""), ok("")));
        store.put("key", body());
    }

    @Test
    void aStoreWithoutPreconditionsIsLookedAtBeforeAndAfter() {
        HttpExchange[] put = new HttpExchange[1];
        Answer stored = exchange -> {
            put[0] = exchange;
            assertThat(exchange.getRequestHeaders()).doesNotContainKey("If-None-Match");
            ok("").to(exchange);
        };
        answers.addAll(List.of(status(404, ""), status(501, "NotImplemented"), status(404, ""), stored, markedAs(put)));
        store.put("key", body());
        assertThat(asked).containsExactly("HEAD", "PUT", "HEAD", "PUT", "HEAD");
    }

    @Test
    void aLostAnswerIsNotTakenForAnotherWriter() {
        HttpExchange[] put = new HttpExchange[1];
        Answer storedButSilent = exchange -> put[0] = exchange;
        answers.addAll(List.of(status(404, ""), storedButSilent, markedAs(put)));
        store.put("key", body());
        assertThat(asked).containsExactly("HEAD", "PUT", "HEAD");
    }

    @Test
    void aBrokenDownloadGoesOnWhereItBroke() throws IOException {
        answers.addAll(List.of(
                cut(200, null, 10, "0123"),
                status(503, "SlowDown"),
                cut(206, "bytes 4-9/10", 6, "45"),
                cut(206, "bytes 6-9/10", 4, "6789")));
        assertThat(ObjectStoreContract.read(store.get("key"))).isEqualTo("0123456789");
    }

    @Test
    void aDownloadThatStaysBrokenIsAFailure() {
        answers.add(cut(200, null, 10, "0123"));
        for (int i = 0; i < 5; i++) {
            answers.add(cut(206, "bytes 4-9/10", 6, ""));
        }
        Throwable thrown = catchThrowable(() -> ObjectStoreContract.read(store.get("key")));
        ObjectStoreContract.assertIsOneLine(thrown);
        assertThat(thrown).hasMessageContaining("reading broke off at byte 4 of 10");
    }

    @Test
    void aDownloadOfSomethingElseIsNotContinued() {
        answers.addAll(List.of(cut(200, null, 10, "0123"), status(412, "PreconditionFailed")));
        ObjectStoreContract.assertIsOneLine(catchThrowable(() -> ObjectStoreContract.read(store.get("key"))));
        answers.addAll(List.of(cut(200, null, 10, "0123"), ok("0123456789")));
        assertThatThrownBy(() -> ObjectStoreContract.read(store.get("key"))).hasMessageContaining("changed");
    }

    @Test
    void aRangeThatIsIgnoredIsAFailure() {
        answers.add(ok("0123456789"));
        assertThatThrownBy(() -> store.get("key", 3, 4)).hasMessageContaining("ignores the range");
    }

    @Test
    void aListingOutOfOrderIsAFailure() {
        answers.add(page("<IsTruncated>false</IsTruncated>", "b", "a"));
        assertThatThrownBy(this::keys).hasMessageContaining("the key a comes after b");
        answers.add(page("<IsTruncated>false</IsTruncated>", "b", "b"));
        assertThatThrownBy(this::keys).hasMessageContaining("the key b comes after b");
    }

    @Test
    void aListingThatBreaksOffIsAFailure() {
        answers.add(page("<IsTruncated>true</IsTruncated>", "a"));
        assertThatThrownBy(this::keys).hasMessageContaining("not how to go on");
        answers.addAll(List.of(
                page("<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>", "a"),
                page("<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>", "b")));
        assertThatThrownBy(this::keys).hasMessageContaining("not how to go on");
        answers.add(page("<IsTruncated>false</IsTruncated><KeyCount>2</KeyCount>", "a"));
        assertThatThrownBy(this::keys).hasMessageContaining("announces 2 keys and has 1");
    }

    @Test
    void aListingThatForgetsItsRestIsCompleted() {
        answers.addAll(List.of(
                page("<IsTruncated>false</IsTruncated>", "a", "b"),
                page("<IsTruncated>false</IsTruncated>", "c"),
                page("<IsTruncated>false</IsTruncated>")));
        assertThat(keys()).containsExactly("a", "b", "c");
        assertThat(asked.get(1)).contains("start-after=b");
    }

    @Test
    void aServerThatDoesNotKnowStartAfterIsBelieved() {
        answers.addAll(List.of(
                page("<IsTruncated>false</IsTruncated>", "a", "b"),
                page("<IsTruncated>false</IsTruncated>", "a", "b")));
        assertThat(keys()).containsExactly("a", "b");
    }

    @Test
    void keysOfAListingAreDecoded() {
        answers.addAll(List.of(
                page(
                        "<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>",
                        "a%01%0Ab",
                        "a+b%2Bc%25",
                        "%F0%9F%98%80"),
                page("<IsTruncated>false</IsTruncated>")));
        assertThat(keys()).containsExactly("a\u0001\nb", "a b+c%", "\uD83D\uDE00");
    }

    @Test
    void aServerThatIsDownIsToldQuickly() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        long start = System.nanoTime();
        try (S3Store down = S3Servers.store(S3Servers.bucket(endpoint(port), "bucket", ""))) {
            for (Throwable thrown :
                    List.of(catchThrowable(() -> down.put("key", body())), catchThrowable(() -> down.list("")))) {
                ObjectStoreContract.assertIsOneLine(thrown);
                assertThat(thrown).hasMessageContaining("cannot connect to 127.0.0.1:" + port);
            }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void plainHttpIsToldFromTls() throws Exception {
        try (ServerSocket http = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                while (!http.isClosed()) {
                    try (Socket socket = http.accept()) {
                        socket.getOutputStream()
                                .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                        socket.shutdownOutput();
                        socket.getInputStream().readAllBytes();
                    } catch (IOException e) {
                        // The next client.
                    }
                }
            });
            URI https = URI.create("https://127.0.0.1:" + http.getLocalPort());
            try (S3Store tls = S3Servers.store(S3Servers.bucket(https, "bucket", ""))) {
                Throwable thrown = catchThrowable(() -> tls.list(""));
                ObjectStoreContract.assertIsOneLine(thrown);
                assertThat(thrown).hasMessageContaining("s3://bucket: no TLS with 127.0.0.1");
            }
        }
    }

    @Test
    void aServerThatTakesNothingIsGivenUp() throws Exception {
        S3Tuning impatient = new S3Tuning(ObjectStoreContract.PART, 1, Duration.ZERO, Duration.ofMillis(500));
        try (ServerSocket deaf = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                S3Store slow = S3Store.open(
                        S3Servers.bucket(endpoint(deaf.getLocalPort()), "bucket", ""),
                        Optional.of(S3Servers.KEYS),
                        Optional.empty(),
                        impatient)) {
            Throwable thrown = catchThrowable(() -> slow.put("key", body()));
            ObjectStoreContract.assertIsOneLine(thrown);
            assertThat(thrown).hasMessageContaining("in time");
        }
    }

    @Test
    void clocksAndFullDisksAreNamed() {
        answers.add(status(403, "RequestTimeTooSkewed"));
        assertThatThrownBy(this::keys).hasMessageContaining("clocks");
        answers.addAll(List.of(status(404, ""), status(507, "XMinioStorageFull")));
        assertThatThrownBy(() -> store.put("key", body())).hasMessageContaining("the store is full");
        answers.addAll(List.of(status(404, ""), status(400, "EntityTooLarge")));
        assertThatThrownBy(() -> store.put("key", body())).hasMessageContaining("refuses an object of this size");
    }
}
