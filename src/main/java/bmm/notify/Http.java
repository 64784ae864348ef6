package bmm.notify;

import bmm.base.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One small HTTP request with a limit on all of it: time, redirects (none), size of the answer. Built on the JDK's
 * HttpURLConnection, which starts in half the time of its newer client.
 */
public final class Http {
    /** How long connecting, sending and reading may take together. */
    public static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final int MOST_OF_AN_ANSWER = 64 * 1024;

    private Http() {}

    /**
     * What came back.
     *
     * @param status of HTTP; 0 if none came
     * @param body its beginning
     * @param header of the answer that the request asked for, or null
     * @param problem why there is no status, one line without the address
     * @param sent whether the other side may have acted on the request
     */
    public record Answer(
            int status,
            String body,
            @Nullable String header,
            @Nullable String problem,
            boolean sent) {
        public boolean ok() {
            return status >= 200 && status < 300;
        }

        /** In words, for a log. */
        public String inWords() {
            return problem == null ? "HTTP " + status : problem;
        }

        /** What it means for something that was to be delivered. */
        public Delivery delivery() {
            if (ok()) {
                return new Delivery.Delivered();
            }
            String said = inWords() + (body.isBlank() ? "" : ": " + firstLine(body));
            if (status == 0) {
                return sent ? new Delivery.Unclear(said) : new Delivery.Later(said);
            }
            boolean mayPass = status == 408 || status == 425 || status == 429 || status >= 500;
            return mayPass ? new Delivery.Later(said) : new Delivery.Refused(said);
        }

        private static String firstLine(String text) {
            String line = text.strip().lines().findFirst().orElse("");
            return line.length() > 120 ? line.substring(0, 120) : line;
        }
    }

    /** A request. */
    public record Request(
            String method,
            URI address,
            Map<String, String> headers,
            @Nullable String body,
            @Nullable String wantedHeader) {
        public static Request get(URI address) {
            return new Request("GET", address, Map.of(), null, null);
        }

        public static Request post(URI address, String contentType, String body) {
            return new Request("POST", address, Map.of("Content-Type", contentType), body, null);
        }

        public Request with(Map<String, String> other) {
            return new Request(method, address, other, body, wantedHeader);
        }
    }

    /** Sends it, and never throws for what the outside does. */
    public static Answer send(Request request) throws InterruptedException {
        return send(request, TIMEOUT);
    }

    /** The same within a time: a server that answers byte by byte is cut off as well. */
    public static Answer send(Request request, Duration timeout) throws InterruptedException {
        Exchange exchange = new Exchange(request, timeout);
        FutureTask<Answer> task = new FutureTask<>(exchange::run);
        Thread.ofPlatform().daemon().name("http").start(task);
        try {
            return task.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            exchange.abandon();
            return new Answer(0, "", null, "no answer within " + timeout.toSeconds() + " s", exchange.sent);
        } catch (ExecutionException e) {
            return new Answer(0, "", null, Failure.reason(e.getCause() == null ? e : e.getCause()), exchange.sent);
        }
    }

    private static final class Exchange {
        private final Request request;
        private final Duration timeout;
        private volatile boolean sent;
        private volatile @Nullable HttpURLConnection open;

        Exchange(Request request, Duration timeout) {
            this.request = request;
            this.timeout = timeout;
        }

        Answer run() {
            try {
                return exchange();
            } catch (UnknownHostException | ConnectException | NoRouteToHostException | SSLException e) {
                return new Answer(0, "", null, Failure.reason(e), false);
            } catch (IOException | RuntimeException e) {
                return new Answer(0, "", null, Failure.reason(e), sent);
            }
        }

        private Answer exchange() throws IOException {
            URL url = request.address().toURL();
            if (!(url.openConnection() instanceof HttpURLConnection connection)) {
                throw new IOException("not an http address");
            }
            open = connection;
            connection.setConnectTimeout((int) Math.min(CONNECT_TIMEOUT.toMillis(), timeout.toMillis()));
            connection.setReadTimeout((int) timeout.toMillis());
            connection.setInstanceFollowRedirects(false);
            connection.setUseCaches(false);
            connection.setRequestMethod(request.method());
            connection.setRequestProperty("User-Agent", "bmm");
            request.headers().forEach(connection::setRequestProperty);
            String text = request.body();
            byte[] body = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
            if (body != null) {
                connection.setDoOutput(true);
                // Else the JDK sends a POST again by itself when a connection breaks.
                connection.setFixedLengthStreamingMode(body.length);
            }
            connection.connect();
            sent = true;
            if (body != null) {
                try (var out = connection.getOutputStream()) {
                    out.write(body);
                }
            }
            int status = connection.getResponseCode();
            String wanted = request.wantedHeader();
            return new Answer(
                    status,
                    beginning(status >= 400 ? connection.getErrorStream() : connection.getInputStream()),
                    wanted == null ? null : connection.getHeaderField(wanted),
                    status < 0 ? "not an HTTP answer" : null,
                    true);
        }

        private static String beginning(@Nullable InputStream in) throws IOException {
            if (in == null) {
                return "";
            }
            // Not closed when it is longer: that would read the rest of it.
            return new String(in.readNBytes(MOST_OF_AN_ANSWER), StandardCharsets.UTF_8);
        }

        void abandon() {
            HttpURLConnection connection = open;
            if (connection != null) {
                connection.disconnect();
            }
        }
    }
}
