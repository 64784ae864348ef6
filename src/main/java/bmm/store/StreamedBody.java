package bmm.store;

import bmm.base.Failure;
import io.minio.Http;
import java.io.IOException;
import java.io.InputStream;
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

    StreamedBody(Piece piece, String type, boolean signed) {
        super(new Content(piece, MediaType.get(type)));
        this.sha256 = signed ? HexFormat.of().formatHex(piece.digest("SHA-256")) : null;
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

    private static final class Content extends RequestBody {
        private final Piece piece;
        private final MediaType type;

        Content(Piece piece, MediaType type) {
            this.piece = piece;
            this.type = type;
        }

        @Override
        public MediaType contentType() {
            return type;
        }

        @Override
        public long contentLength() {
            return piece.length();
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            try (InputStream in = piece.open()) {
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
