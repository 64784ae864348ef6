package bmm.store;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnectionFactory;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/** Connections to one server, kept for the next request. */
final class HttpConnections implements AutoCloseable {
    private static final int CONNECT_MILLIS = 10_000;

    /** After so long a pause the server may have closed a connection. */
    private static final long FRESH = TimeUnit.SECONDS.toNanos(1);

    /** One that waits for its next request. */
    private record Idle(DefaultBHttpClientConnection connection, long since) {}

    private final URI server;
    private final SSLSocketFactory tls;
    private final Duration silence;
    private final DefaultBHttpClientConnectionFactory factory = new DefaultBHttpClientConnectionFactory(
            Http1Config.DEFAULT,
            // What users call their things need not be ASCII.
            CharCodingConfig.custom().setCharset(StandardCharsets.UTF_8).build());
    private final ConcurrentLinkedDeque<Idle> idle = new ConcurrentLinkedDeque<>();
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("patience").factory());

    /**
     * @param silence how long the server may say nothing
     */
    HttpConnections(URI server, SSLSocketFactory tls, Duration silence) {
        this.server = server;
        this.tls = tls;
        this.silence = silence;
    }

    /** One of those that are kept, or a new one. */
    DefaultBHttpClientConnection take() throws IOException {
        for (Idle kept = idle.pollFirst(); kept != null; kept = idle.pollFirst()) {
            if (System.nanoTime() - kept.since() < FRESH || !kept.connection().isStale()) {
                return kept.connection();
            }
            kept.connection().close(CloseMode.IMMEDIATE);
        }
        return connect();
    }

    private DefaultBHttpClientConnection connect() throws IOException {
        boolean secure = "https".equals(server.getScheme());
        int port = server.getPort() >= 0 ? server.getPort() : secure ? 443 : 80;
        String host = server.getHost().replaceAll("[\\[\\]]", "");
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(Math.toIntExact(silence.toMillis()));
            DefaultBHttpClientConnection connection =
                    factory.createConnection(secure ? secure(socket, host, port) : socket);
            connection.setSocketTimeout(Timeout.of(silence));
            return connection;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private SSLSocket secure(Socket socket, String host, int port) throws IOException {
        SSLSocket secured = (SSLSocket) tls.createSocket(socket, host, port, true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    /** Puts one back after an answer was read to its end. */
    void keep(DefaultBHttpClientConnection connection) {
        idle.addFirst(new Idle(connection, System.nanoTime()));
    }

    /** Breaks a connection off unless what is returned is cancelled in time. */
    Future<?> breakOffAfter(DefaultBHttpClientConnection connection, Duration patience) {
        return watch.schedule(() -> connection.close(CloseMode.IMMEDIATE), patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        watch.shutdownNow();
        for (Idle kept = idle.pollFirst(); kept != null; kept = idle.pollFirst()) {
            kept.connection().close(CloseMode.IMMEDIATE);
        }
    }
}
