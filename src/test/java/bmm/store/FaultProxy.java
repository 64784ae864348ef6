package bmm.store;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Stands in front of a real S3 server and does to requests and answers what a broken or hostile network would. */
public final class FaultProxy implements AutoCloseable {
    /** A request, its body read. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    public record Request(String method, String target, List<String> headers, byte[] body) {
        public boolean isListing() {
            return method.equals("GET") && target.contains("list-type=2");
        }

        /** Whether it asks for a later page. */
        public boolean isContinued() {
            return target.contains("continuation-token=") || target.contains("start-after=");
        }

        public Request without(String header) {
            return new Request(
                    method,
                    target,
                    headers.stream()
                            .filter(line -> !line.toLowerCase(Locale.ROOT).startsWith(header + ":"))
                            .toList(),
                    body);
        }
    }

    /**
     * An answer.
     *
     * @param sent how many bytes of the body are really sent
     * @param announced whether the length of the body is
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Response(List<String> head, byte[] body, int sent, boolean announced) {
        public Response(List<String> head, byte[] body, int sent) {
            this(head, body, sent, true);
        }

        /** Without a length, half of it. */
        public Response unannounced() {
            return new Response(head, body, body.length / 2, false);
        }

        public static Response status(int status, String code) {
            byte[] body = ("<Error><Code>" + code + "</Code><Message>said so</Message></Error>")
                    .getBytes(StandardCharsets.UTF_8);
            return new Response(
                    List.of("HTTP/1.1 " + status + " X", "Content-Type: application/xml"), body, body.length);
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        public Response with(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return new Response(head, bytes, bytes.length);
        }

        public Response cut() {
            return new Response(head, body, body.length / 2);
        }
    }

    /** The server behind. */
    public interface Server {
        Response answer(Request request) throws IOException;
    }

    /** What happens to a request; null is a connection that is reset. */
    public interface Fault {
        @Nullable
        Response answer(Request request, Server server) throws IOException;
    }

    private final int port;
    private final ServerSocket listening;
    private volatile Fault fault = (request, server) -> server.answer(request);

    /** What was asked, method and target. */
    public final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    public FaultProxy(int port) throws IOException {
        this.port = port;
        this.listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public String endpoint() {
        return "http://127.0.0.1:" + listening.getLocalPort();
    }

    public void set(Fault now) {
        fault = now;
        asked.clear();
    }

    private void accept() {
        try {
            while (!listening.isClosed()) {
                Socket client = listening.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket client) {
        try (client) {
            Request request = read(client);
            asked.add(request.method() + " " + request.target());
            Response response = fault.answer(request, this::forward);
            if (response == null) {
                client.setSoLinger(true, 0);
                return;
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (String line : response.head()) {
                out.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            }
            boolean bodiless = request.method().equals("HEAD");
            if (!bodiless && response.announced()) {
                out.write(("Content-Length: " + response.body().length + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            }
            out.write("Connection: close\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            out.write(response.body(), 0, bodiless ? 0 : response.sent());
            client.getOutputStream().write(out.toByteArray());
        } catch (IOException e) {
            // The client is gone, or the server: that is what is tested.
        }
    }

    private static Request read(Socket client) throws IOException {
        InputStream in = new BufferedInputStream(client.getInputStream());
        List<String> lines = head(in);
        int length = 0;
        for (String line : lines) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).strip());
            } else if (lower.startsWith("expect:")) {
                client.getOutputStream().write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        }
        String[] first = lines.getFirst().split(" ", -1);
        return new Request(first[0], first[1], lines.subList(1, lines.size()), in.readNBytes(length));
    }

    private static List<String> head(InputStream in) throws IOException {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                if (line.isEmpty()) {
                    return lines;
                }
                lines.add(line.toString());
                line.setLength(0);
            } else if (c != '\r') {
                line.append((char) c);
            }
        }
        throw new IOException("cut");
    }

    private Response forward(Request request) throws IOException {
        try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
            StringBuilder head = new StringBuilder(request.method() + " " + request.target() + " HTTP/1.1\r\n");
            for (String line : request.headers()) {
                String lower = line.toLowerCase(Locale.ROOT);
                if (!lower.startsWith("connection:") && !lower.startsWith("expect:")) {
                    head.append(line).append("\r\n");
                }
            }
            head.append("Connection: close\r\n\r\n");
            server.getOutputStream().write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
            server.getOutputStream().write(request.body());
            InputStream in = new BufferedInputStream(server.getInputStream());
            List<String> lines = head(in);
            boolean chunked = lines.stream().anyMatch(line -> line.equalsIgnoreCase("transfer-encoding: chunked"));
            byte[] rest = in.readAllBytes();
            byte[] body = chunked ? unchunked(rest) : rest;
            boolean bodiless = request.method().equals("HEAD");
            List<String> kept = lines.stream()
                    .filter(line -> !line.toLowerCase(Locale.ROOT).matches("(connection|transfer-encoding):.*"))
                    .filter(line -> bodiless || !line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                    .toList();
            return new Response(kept, body, body.length);
        }
    }

    private static byte[] unchunked(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        while (at < bytes.length) {
            int end = at;
            while (bytes[end] != '\r') {
                end++;
            }
            int size = Integer.parseInt(new String(bytes, at, end - at, StandardCharsets.US_ASCII), 16);
            if (size == 0) {
                break;
            }
            out.write(bytes, end + 2, size);
            at = end + 2 + size + 2;
        }
        return out.toByteArray();
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
