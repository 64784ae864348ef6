package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.s3.S3Client;

/** A real MinIO server of a test's own, from the program that the environment variable BMM_TEST_MINIO names. */
public final class MinioServer {
    public static final String PROGRAM = "BMM_TEST_MINIO";

    private final Process process;
    private final URI endpoint;

    private MinioServer(Process process, URI endpoint) {
        this.process = process;
        this.endpoint = endpoint;
    }

    /** Over plain http. */
    public static MinioServer start(Path data) throws Exception {
        MinioServer server = start(data, List.of(), "http");
        server.awaitStart();
        return server;
    }

    /**
     * Over https.
     *
     * @param certificates a directory with public.crt and private.key
     */
    static MinioServer startWithTls(Path data, Path certificates) throws Exception {
        MinioServer server = start(data, List.of("--certs-dir", certificates.toString()), "https");
        awaitPort(server.endpoint.getPort());
        return server;
    }

    private static MinioServer start(Path data, List<String> options, String scheme) throws IOException {
        int port = freePort();
        ProcessBuilder command = new ProcessBuilder(System.getenv(PROGRAM), "server", "--address", "127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(data.resolveSibling(data.getFileName() + ".log").toFile());
        command.command().addAll(options);
        command.command().add(Files.createDirectories(data).toString());
        command.environment().put("MINIO_ROOT_USER", S3Servers.KEYS.accessKey().reveal());
        command.environment()
                .put("MINIO_ROOT_PASSWORD", S3Servers.KEYS.secretKey().reveal());
        command.environment().put("MINIO_BROWSER", "off");
        return new MinioServer(command.start(), URI.create(scheme + "://127.0.0.1:" + port));
    }

    public static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    static void awaitPort(int port) throws InterruptedException {
        for (int i = 0; i < 300; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(socket.isConnected()).isTrue();
                return;
            } catch (IOException e) {
                Thread.sleep(100);
            }
        }
        throw new IllegalStateException("nothing listens on port " + port);
    }

    private void awaitStart() throws InterruptedException {
        awaitPort(endpoint.getPort());
        for (int i = 0; i < 300; i++) {
            try (var client = S3Servers.client(endpoint)) {
                assertThat(client.listBuckets()).isNotNull();
                return;
            } catch (RuntimeException e) {
                Thread.sleep(100);
            }
        }
        throw new IllegalStateException("minio did not start");
    }

    /** Makes a bucket. */
    public void bucket(String name) {
        try (var client = S3Servers.client(endpoint)) {
            var unused = client.createBucket(request -> request.bucket(name));
        }
    }

    /** A client of its owner, to be closed. */
    public S3Client client() {
        return S3Servers.client(endpoint);
    }

    public String accessKey() {
        return S3Servers.KEYS.accessKey().reveal();
    }

    public String secretKey() {
        return S3Servers.KEYS.secretKey().reveal();
    }

    public URI endpoint() {
        return endpoint;
    }

    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
