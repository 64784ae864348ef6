package bmm.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSocketFactory;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.apache5.ProxyConfiguration;

/**
 * Sends the requests that a mirror makes for each object, part or page of a listing by itself, and all others through a
 * library, which takes about five times as much of a processor for one request.
 */
final class DirectClient implements BucketClient {
    /** What the socket takes at once; sending more than this may have to wait for the server. */
    private static final int LITTLE = 64 * 1024;

    /** Nothing in it has to be encoded. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._~-]*");

    private final BucketClient library;
    private final HttpConnections connections;
    private final SignatureV4 signature;
    private final String host;
    private final String bucket;
    private final boolean tls;
    private final S3Tuning tuning;
    private final HttpRequestExecutor executor = HttpRequestExecutor.builder()
            .withWaitForContinue(Timeout.ofSeconds(1))
            .withConnectionReuseStrategy(DefaultConnectionReuseStrategy.INSTANCE)
            .build();

    private DirectClient(
            BucketClient library,
            HttpConnections connections,
            SignatureV4 signature,
            URI server,
            String bucket,
            S3Tuning tuning) {
        this.library = library;
        this.connections = connections;
        this.signature = signature;
        this.host = server.getAuthority();
        this.bucket = bucket;
        this.tls = "https".equals(server.getScheme());
        this.tuning = tuning;
    }

    /**
     * In front of a library, where its own ways are not needed: the server is named, the keys are known, and no proxy
     * stands in between.
     */
    static BucketClient before(
            BucketClient library,
            S3Address address,
            Optional<S3Credentials> credentials,
            Optional<Path> ca,
            S3Tuning tuning) {
        URI server = address.server().orElse(null);
        boolean path = !(address instanceof BucketAddress bucket) || bucket.pathStyle();
        if (server == null || credentials.isEmpty() || !path || isBehindProxy(server)) {
            return library;
        }
        SSLSocketFactory factory = ca.map(file -> Authority.read(file).socketFactory())
                .orElseGet(() -> (SSLSocketFactory) SSLSocketFactory.getDefault());
        return new DirectClient(
                library,
                new HttpConnections(server, factory, tuning.silence()),
                new SignatureV4(credentials.get(), address.region().orElse("us-east-1")),
                server,
                address.bucket(),
                tuning);
    }

    /** By the settings of this Java, or by the variables of the environment. */
    private static boolean isBehindProxy(URI server) {
        return ProxyConfiguration.builder().scheme(server.getScheme()).build().host() != null;
    }

    @Override
    public Content get(String key, @Nullable String range, @Nullable String tag) {
        SortedMap<String, String> headers = new TreeMap<>();
        if (range != null) {
            headers.put("range", range);
        }
        if (tag != null) {
            headers.put("if-match", tag);
        }
        return send("GET", path(key), "", headers, null);
    }

    @Override
    public void put(String key, Piece content, NewObject object, boolean createOnly) {
        SortedMap<String, String> headers = headers(object);
        if (createOnly) {
            headers.put("if-none-match", "*");
        }
        store(key, "", headers, content, object);
    }

    @Override
    public Part putPart(String key, String upload, int number, Piece content, NewObject object) {
        String query = "partNumber=" + number + "&uploadId=" + encoded(upload);
        DirectAnswer answer = store(key, query, new TreeMap<>(), content, object);
        return new Part(number, S3Tag.bare(answer.tag()));
    }

    private DirectAnswer store(
            String key, String query, SortedMap<String, String> headers, Piece content, NewObject object) {
        if ((!tls && !content.proven()) || object.lock() != null) {
            // What goes over plain http is checked by this; locked objects are refused without it.
            headers.put("content-md5", Base64.getEncoder().encodeToString(content.digest("MD5")));
        }
        DirectAnswer answer = send("PUT", path(key), query, headers, content);
        try {
            answer.close();
            return answer;
        } catch (IOException e) {
            answer.abort();
            throw new S3Breakage(e, false);
        }
    }

    private static SortedMap<String, String> headers(NewObject object) {
        SortedMap<String, String> headers = new TreeMap<>();
        ObjectProperties properties = object.properties();
        properties.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        headers.put("content-type", object.contentType());
        properties.metadata().forEach((name, value) -> headers.put("x-amz-meta-" + name, value));
        if (!properties.tags().isEmpty()) {
            headers.put("x-amz-tagging", properties.tagsAsQuery());
        }
        ObjectLock lock = object.lock();
        if (lock != null) {
            headers.put("x-amz-object-lock-mode", lock.mode().name());
            headers.put(
                    "x-amz-object-lock-retain-until-date",
                    lock.until().truncatedTo(ChronoUnit.SECONDS).toString());
        }
        return headers;
    }

    private DirectAnswer send(
            String method, String path, String query, SortedMap<String, String> headers, @Nullable Piece content) {
        headers.put("host", host);
        signature.sign(method, path, query, headers);
        ClassicHttpRequest request = new BasicClassicHttpRequest(method, query.isEmpty() ? path : path + "?" + query);
        headers.forEach(request::addHeader);
        if (content != null) {
            request.addHeader("content-length", content.length());
            if (content.length() > LITTLE) {
                // So that a refusal is heard, and not a connection that breaks.
                request.addHeader("expect", "100-continue");
            }
            request.setEntity(new Entity(content));
        }
        try {
            DirectAnswer answer = exchange(request, content == null ? 0 : content.length());
            if (answer.status() / 100 != 2) {
                throw answer.refusal();
            }
            return answer;
        } catch (IOException e) {
            throw new S3Breakage(e, false);
        }
    }

    private DirectAnswer exchange(ClassicHttpRequest request, long length) throws IOException {
        DefaultBHttpClientConnection connection = connections.take();
        Future<?> limit = length > LITTLE
                ? connections.breakOffAfter(connection, tuning.patience(length))
                : CompletableFuture.completedFuture(null);
        try {
            HttpCoreContext context = HttpCoreContext.create();
            ClassicHttpResponse response = executor.execute(request, connection, context);
            boolean reusable = executor.keepAlive(request, response, connection, context);
            return new DirectAnswer(response, connection, connections, reusable);
        } catch (HttpException e) {
            throw new IOException("this is no answer of an HTTP server: " + e.getMessage(), e);
        } catch (IOException e) {
            throw limit.isDone() && length > LITTLE ? new SocketTimeoutException("it took too long") : e;
        } finally {
            limit.cancel(false);
        }
    }

    private String path(String key) {
        return "/" + bucket + "/" + encoded(key).replace("%2F", "/");
    }

    /** As the protocol wants keys and values of queries, and as they are signed. */
    private static String encoded(String text) {
        if (PLAIN.matcher(text).matches()) {
            return text;
        }
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    private static final class Entity extends AbstractHttpEntity {
        private final Piece piece;

        Entity(Piece piece) {
            super((String) null, null);
            this.piece = piece;
        }

        @Override
        public InputStream getContent() {
            return piece.open();
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            try (InputStream in = piece.open()) {
                byte[] buffer = piece.buffer();
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    out.write(buffer, 0, count);
                }
            }
        }

        @Override
        public long getContentLength() {
            return piece.length();
        }

        @Override
        public boolean isStreaming() {
            return false;
        }

        @Override
        public void close() {}
    }

    @Override
    public Found head(String key) {
        return library.head(key);
    }

    @Override
    public void headBucket() {
        library.headBucket();
    }

    @Override
    public Page list(String prefix, @Nullable String token, @Nullable String startAfter) {
        SortedMap<String, String> query = new TreeMap<>(Map.of("encoding-type", "url", "list-type", "2"));
        if (!prefix.isEmpty()) {
            query.put("prefix", prefix);
        }
        if (token != null) {
            query.put("continuation-token", token);
        }
        if (startAfter != null) {
            query.put("start-after", startAfter);
        }
        String asked = query.entrySet().stream()
                .map(one -> one.getKey() + "=" + encoded(one.getValue()))
                .collect(Collectors.joining("&"));
        DirectAnswer answer = send("GET", "/" + bucket, asked, new TreeMap<>(), null);
        try {
            Page page = DirectListing.read(answer.stream());
            answer.close();
            return page;
        } catch (IOException e) {
            answer.abort();
            throw new S3Breakage(e, false);
        }
    }

    @Override
    public boolean keepsVersions() {
        return library.keepsVersions();
    }

    @Override
    public VersionPage versions(String prefix, @Nullable String afterKey, @Nullable String afterVersion) {
        return library.versions(prefix, afterKey, afterVersion);
    }

    @Override
    public void delete(String key) {
        library.delete(key);
    }

    @Override
    public Map<String, String> tags(String key) {
        return library.tags(key);
    }

    @Override
    public long partSize(String key, int number) {
        return library.partSize(key, number);
    }

    @Override
    public void copy(String fromBucket, String fromKey, String tag, String toKey) {
        library.copy(fromBucket, fromKey, tag, toKey);
    }

    @Override
    public String begin(String key, NewObject object) {
        return library.begin(key, object);
    }

    @Override
    public void complete(String key, String upload, List<Part> parts, boolean createOnly) {
        library.complete(key, upload, parts, createOnly);
    }

    @Override
    public void abort(String key, String upload) {
        library.abort(key, upload);
    }

    @Override
    public UploadPage uploads(String prefix, @Nullable String afterKey, @Nullable String afterUpload) {
        return library.uploads(prefix, afterKey, afterUpload);
    }

    @Override
    public void close() {
        connections.close();
        library.close();
    }
}
