package bmm.store;

import bmm.base.Failure;
import io.minio.Http;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/**
 * One piece of a source on its way to a MinIO server. Over plain http its hash is signed, so that the server checks it;
 * for that it is read two times. Over https the connection takes care of it.
 */
final class StreamedBody extends Http.Body {
    private final @Nullable String sha256;

    StreamedBody(Source source, long offset, long length, boolean signed) {
        super(new Piece(source, offset, length));
        this.sha256 = signed ? hash(source, offset, length) : null;
    }

    @Override
    public @Nullable String sha256Hash() {
        return sha256;
    }

    /** The library's own would tell only of a hash that it was given itself. */
    @Override
    public Http.Headers headers() {
        Http.Headers headers = super.headers();
        if (sha256 != null) {
            headers.put("X-Amz-Content-Sha256", sha256);
        }
        return headers;
    }

    /** No: to the library that means a body that is not signed at all. */
    @Override
    public boolean isHttpRequestBody() {
        return false;
    }

    private static String hash(Source source, long offset, long length) {
        try (InputStream in = source.open(offset, length)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[128 * 1024];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static final class Piece extends RequestBody {
        private static final MediaType TYPE = MediaType.get("application/octet-stream");

        private final Source source;
        private final long offset;
        private final long length;

        Piece(Source source, long offset, long length) {
            this.source = source;
            this.offset = offset;
            this.length = length;
        }

        @Override
        public MediaType contentType() {
            return TYPE;
        }

        @Override
        public long contentLength() {
            return length;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            try (InputStream in = source.open(offset, length)) {
                byte[] buffer = new byte[128 * 1024];
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    sink.write(buffer, 0, count);
                }
            } catch (RuntimeException e) {
                // On a thread of the HTTP client only an IOException ends a request in good order.
                throw new IOException(Failure.reason(e), e);
            }
        }
    }
}
