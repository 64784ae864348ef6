import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Executors;

/**
 * {@code java ListingProxy.java PORT SERVER_PORT FAULT}: stands in front of an S3 server and falsifies its listings. FAULT is cut
 * (the first 100 objects, and the claim that they are all), empty, denied, page2 (an error on the second page), order (the
 * first two objects change places), hole (some objects are missing in the middle).
 */
final class ListingProxy {
    public static void main(String[] args) throws IOException {
        int server = Integer.parseInt(args[1]);
        HttpServer proxy = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])), 100);
        proxy.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        proxy.createContext("/", exchange -> answer(exchange, server, args[2]));
        proxy.start();
    }

    private static void answer(HttpExchange exchange, int port, String fault) throws IOException {
        try (exchange; Socket server = new Socket("127.0.0.1", port)) {
            String target = exchange.getRequestURI().toString();
            boolean listing = exchange.getRequestMethod().equals("GET")
                    && (target.contains("list-type=2") || target.contains("prefix=") || target.contains("delimiter="));
            boolean later = target.contains("start-after=") || target.contains("continuation-token=") || target.contains("marker=");
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (listing && (fault.equals("denied") || (fault.equals("page2") && later))) {
                send(exchange, fault.equals("denied") ? 403 : 500, "<Error><Code>X</Code></Error>".getBytes(StandardCharsets.UTF_8));
                return;
            }
            StringBuilder request = new StringBuilder(exchange.getRequestMethod() + " " + target + " HTTP/1.1\r\nConnection: close\r\n");
            exchange.getRequestHeaders().forEach((name, values) -> values.forEach(value -> {
                if (!name.equalsIgnoreCase("connection") && !name.equalsIgnoreCase("expect")) {
                    request.append(name).append(": ").append(value).append("\r\n");
                }
            }));
            server.getOutputStream().write((request + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            server.getOutputStream().write(body);
            byte[] answer = server.getInputStream().readAllBytes();
            boolean head = exchange.getRequestMethod().equals("HEAD");
            int end = new String(answer, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n");
            String[] lines = new String(answer, 0, end, StandardCharsets.ISO_8859_1).split("\r\n");
            byte[] content = java.util.Arrays.copyOfRange(answer, end + 4, answer.length);
            for (String line : lines) {
                int colon = line.indexOf(':');
                String name = colon < 0 ? "" : line.substring(0, colon).toLowerCase(Locale.ROOT);
                if (line.toLowerCase(Locale.ROOT).equals("transfer-encoding: chunked")) {
                    content = unchunked(content);
                } else if (colon > 0 && (head || !name.equals("content-length")) && !name.equals("connection")) {
                    exchange.getResponseHeaders().add(line.substring(0, colon), line.substring(colon + 1).strip());
                }
            }
            if (listing) {
                content = falsified(new String(content, StandardCharsets.UTF_8), fault, later).getBytes(StandardCharsets.UTF_8);
            }
            send(exchange, Integer.parseInt(lines[0].split(" ")[1]), content);
        }
    }

    private static void send(HttpExchange exchange, int status, byte[] content) throws IOException {
        boolean none = exchange.getRequestMethod().equals("HEAD") || content.length == 0;
        exchange.sendResponseHeaders(status, none ? -1 : content.length);
        if (!none) {
            exchange.getResponseBody().write(content);
        }
    }

    private static byte[] unchunked(byte[] bytes) {
        var out = new java.io.ByteArrayOutputStream();
        for (int at = 0; at < bytes.length; ) {
            int end = at;
            while (bytes[end] != '\r') {
                end++;
            }
            int size = Integer.parseInt(new String(bytes, at, end - at, StandardCharsets.US_ASCII), 16);
            out.write(bytes, end + 2, size);
            at = size == 0 ? bytes.length : end + 2 + size + 2;
        }
        return out.toByteArray();
    }

    private static String falsified(String page, String fault, boolean later) {
        String[] objects = page.split("(?=<Contents>)|(?<=</Contents>)");
        int keep = switch (fault) {
            case "cut" -> later ? 0 : 100;
            case "empty" -> 0;
            case "page2" -> 100;
            default -> Integer.MAX_VALUE;
        };
        int seen = 0;
        StringBuilder changed = new StringBuilder();
        for (int i = 0; i < objects.length; i++) {
            boolean object = objects[i].startsWith("<Contents>");
            seen += object ? 1 : 0;
            if (fault.equals("order") && object && seen == 1 && i + 1 < objects.length) {
                changed.append(objects[i + 1]).append(objects[i]);
                i++;
                seen++;
            } else if (!object || (seen <= keep && !(fault.equals("hole") && seen > 100 && seen <= 108))) {
                changed.append(objects[i]);
            }
        }
        String text = changed.toString().replaceAll("<KeyCount>.*?</KeyCount>", "");
        return fault.equals("page2")
                ? text.replace(
                        "<IsTruncated>false</IsTruncated>",
                        "<IsTruncated>true</IsTruncated><NextContinuationToken>next</NextContinuationToken>")
                : text.replace("<IsTruncated>true</IsTruncated>", "<IsTruncated>false</IsTruncated>");
    }
}
