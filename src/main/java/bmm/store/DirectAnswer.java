package bmm.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;

/** The answer to a request of {@link DirectClient}; its connection is free again once its content has been read. */
final class DirectAnswer implements BucketClient.Content {
    private static final String METADATA = "x-amz-meta-";
    private static final Pattern CODE = Pattern.compile("<Code>([^<]*)</Code>");
    private static final Pattern MESSAGE = Pattern.compile("<Message>([^<]*)</Message>");

    /** Of an error; nobody says more. */
    private static final int MOST_SAID = 64 * 1024;

    private final ClassicHttpResponse response;
    private final DefaultBHttpClientConnection connection;
    private final HttpConnections connections;
    private final boolean reusable;
    private final Stream stream;

    /** Whether the connection is no longer this answer's. */
    private boolean done;

    /**
     * @param reusable whether another request may follow on the connection
     */
    DirectAnswer(
            ClassicHttpResponse response,
            DefaultBHttpClientConnection connection,
            HttpConnections connections,
            boolean reusable)
            throws IOException {
        HttpEntity entity = response.getEntity();
        this.stream = new Stream(entity == null ? InputStream.nullInputStream() : entity.getContent());
        this.response = response;
        this.connection = connection;
        this.connections = connections;
        this.reusable = reusable;
    }

    int status() {
        return response.getCode();
    }

    @Nullable
    String header(String name) {
        Header header = response.getFirstHeader(name);
        return header == null ? null : header.getValue();
    }

    /** Closing it reads what is left of it; {@link #abort} does not. */
    @Override
    public InputStream stream() {
        return stream;
    }

    private final class Stream extends FilterInputStream {
        Stream(InputStream content) {
            super(content);
        }

        @Override
        public void close() throws IOException {
            if (!done) {
                super.close();
                done();
            }
        }
    }

    private void done() {
        if (reusable && !done) {
            done = true;
            connections.keep(connection);
        } else {
            abort();
        }
    }

    /** Reads what nobody wanted of an answer; some who read to the end have closed it already. */
    void close() throws IOException {
        if (done) {
            return;
        }
        try (InputStream content = stream) {
            content.readNBytes(MOST_SAID);
        }
    }

    /** What the server says who refuses. */
    S3Refusal refusal() throws IOException {
        String said;
        try (InputStream content = stream) {
            said = new String(content.readNBytes(MOST_SAID), StandardCharsets.UTF_8);
        }
        return new S3Refusal(
                status(), found(CODE, said), found(MESSAGE, said), new IllegalStateException("HTTP " + status()));
    }

    private static String found(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        return found.find()
                ? found.group(1)
                        .replace("&lt;", "<")
                        .replace("&gt;", ">")
                        .replace("&quot;", "\"")
                        .replace("&#34;", "\"")
                        .replace("&#39;", "'")
                        .replace("&amp;", "&")
                : "";
    }

    @Override
    public long length() {
        return number("Content-Length", -1);
    }

    private long number(String name, long otherwise) {
        String value = header(name);
        try {
            return value == null ? otherwise : Long.parseLong(value.strip());
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    @Override
    public String tag() {
        return Optional.ofNullable(header("ETag")).orElse("");
    }

    @Override
    public @Nullable String range() {
        return header("Content-Range");
    }

    @Override
    public Optional<Instant> modified() {
        try {
            return Optional.ofNullable(header("Last-Modified"))
                    .map(value -> DateTimeFormatter.RFC_1123_DATE_TIME.parse(value, Instant::from));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    @Override
    public ObjectProperties properties() {
        Map<String, String> metadata = new HashMap<>();
        for (Header header : response.getHeaders()) {
            String name = header.getName().toLowerCase(Locale.ROOT);
            if (name.startsWith(METADATA)) {
                metadata.put(name.substring(METADATA.length()), header.getValue());
            }
        }
        return ObjectProperties.of(this::header, metadata);
    }

    @Override
    public int tagCount() {
        return (int) number("x-amz-tagging-count", 0);
    }

    @Override
    public void abort() {
        if (!done) {
            done = true;
            connection.close(CloseMode.IMMEDIATE);
        }
    }
}
