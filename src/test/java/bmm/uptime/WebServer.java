package bmm.uptime;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/** A web server of the JDK's, with pages that a test gives it. */
final class WebServer implements AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final String scheme;

    /** The requests so far, each as its path and the value of its Authorization header. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    WebServer() throws IOException {
        this(null);
    }

    WebServer(SSLContext tls) throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (tls == null) {
            server = HttpServer.create(any, 50);
            scheme = "http://127.0.0.1:";
        } else {
            HttpsServer https = HttpsServer.create(any, 50);
            https.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = https;
            scheme = "https://localhost:";
        }
        server.setExecutor(threads);
        server.start();
    }

    WebServer page(String path, int status, String body) {
        return page(path, status, Map.of(), body);
    }

    WebServer page(String path, int status, Map<String, String> headers, String body) {
        server.createContext(path, exchange -> {
            requests.add(exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization"));
            headers.forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        return this;
    }

    WebServer redirect(String path, String location) {
        return page(path, 302, Map.of("Location", location), "");
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url(String path) {
        return scheme + port() + path;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
