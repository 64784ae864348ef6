package bmm.uptime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.NoRouteToHostException;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URL;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One GET, no redirects followed. By HttpURLConnection: its first request costs half the processor time of java.net.http's,
 * and a tick makes one or two for each probe.
 */
final class HttpRequest {
    /** A health page is small; of anything larger only the beginning is looked at. */
    static final int MOST_BYTES = 1_000_000;

    private final URI uri;
    private final Map<String, String> headers;
    private final Trust trust;
    private final Trail trail;
    private final Deadline deadline;

    HttpRequest(URI uri, Map<String, String> headers, Trust trust, Trail trail, Deadline deadline) {
        this.uri = uri;
        this.headers = headers;
        this.trust = trust;
        this.trail = trail;
        this.deadline = deadline;
    }

    HttpAnswer send() throws IOException {
        URL url = URL.of(uri, null);
        var unused = trail.lookUp(url.getHost());
        trail.at(Stage.TCP);
        HttpURLConnection connection = (HttpURLConnection) url.openConnection(Proxy.NO_PROXY);
        try {
            prepare(connection);
            CertificateWatch watch = url.getProtocol().equalsIgnoreCase("https") ? trust.watch(connection) : null;
            connect(connection, watch);
            trail.at(Stage.APPLICATION);
            int status = connection.getResponseCode();
            if (status < 0) {
                throw new IOException("what answers does not speak HTTP");
            }
            byte[] body = body(connection, status);
            return new HttpAnswer(
                    uri,
                    status,
                    headersOf(connection),
                    body,
                    body.length < MOST_BYTES,
                    watch == null ? null : watch.ends());
        } finally {
            connection.disconnect();
        }
    }

    private void prepare(HttpURLConnection connection) throws IOException {
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setConnectTimeout(deadline.socketTimeout());
        connection.setReadTimeout(deadline.socketTimeout());
        connection.setRequestProperty("Connection", "close");
        connection.setRequestProperty("Accept", "*/*");
        connection.setRequestProperty("User-Agent", "bmm-uptime");
        headers.forEach(connection::setRequestProperty);
    }

    /** For https this is TCP and TLS in one; which of them failed shows in the exception. */
    private void connect(HttpURLConnection connection, @Nullable CertificateWatch watch) throws IOException {
        try {
            connection.connect();
        } catch (ConnectException | NoRouteToHostException e) {
            throw e;
        } catch (SocketTimeoutException e) {
            if (watch != null && !"Connect timed out".equals(e.getMessage())) {
                trail.at(Stage.TLS);
            }
            throw e;
        } catch (IOException e) {
            if (watch == null) {
                throw e;
            }
            trail.at(Stage.TLS);
            throw new IOException(watch.explain(e, connection.getURL().getHost()), e);
        }
    }

    private byte[] body(HttpURLConnection connection, int status) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (InputStream in = status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
            if (in == null) {
                return new byte[0];
            }
            byte[] buffer = new byte[8192];
            while (body.size() < MOST_BYTES) {
                int read = in.read(buffer, 0, Math.min(buffer.length, MOST_BYTES - body.size()));
                if (read < 0) {
                    break;
                }
                body.write(buffer, 0, read);
                if (deadline.hasPassed()) {
                    throw new SocketTimeoutException(
                            "answers so slowly that after " + body.size() + " bytes the time was up");
                }
            }
        }
        return body.toByteArray();
    }

    private static Map<String, List<String>> headersOf(HttpURLConnection connection) {
        Map<String, List<String>> byName = new HashMap<>();
        connection.getHeaderFields().forEach((name, values) -> {
            if (name != null) {
                byName.put(name.toLowerCase(Locale.ROOT), values);
            }
        });
        return byName;
    }
}
