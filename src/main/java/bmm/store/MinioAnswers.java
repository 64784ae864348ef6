package bmm.store;

import io.minio.errors.ErrorResponseException;
import io.minio.errors.InvalidResponseException;
import io.minio.errors.MinioException;
import io.minio.errors.ServerException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.ProviderException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Waits for minio-java's answers, and tells its exceptions in the words of {@link BucketClient}. */
final class MinioAnswers {
    private static final Pattern STATUS = Pattern.compile("Response code: (\\d{3})");

    private static final Pattern CODE = Pattern.compile("<Code>([^<]*)</Code>");

    private MinioAnswers() {}

    static <T> T of(Supplier<CompletableFuture<T>> request) {
        try {
            return request.get().join();
        } catch (CompletionException e) {
            throw told(Optional.ofNullable(e.getCause()).orElse(e));
        } catch (ProviderException e) {
            throw told(e);
        }
    }

    private static RuntimeException told(Throwable thrown) {
        return switch (thrown) {
            case ErrorResponseException refused ->
                new S3Refusal(
                        refused.response().code(),
                        text(refused.errorResponse().code()),
                        text(refused.errorResponse().message()),
                        refused);
            case ServerException refused -> new S3Refusal(refused.statusCode(), "", "", refused);
            case InvalidResponseException odd -> odd(odd);
            case ProviderException none ->
                new S3Breakage(new IllegalStateException("Unable to load credentials", none), false);
            case MinioException other
            when other.getCause() != null && other.getCause() != other -> told(other.getCause());
            // A key that the library refuses before it sends anything.
            case IllegalArgumentException refused -> refused;
            default -> new S3Breakage(thrown, false);
        };
    }

    /** An error without S3's XML, from a proxy in between for example; its status is only in the message. */
    private static RuntimeException odd(InvalidResponseException odd) {
        Matcher status = STATUS.matcher(text(odd.getMessage()));
        return status.find()
                ? new S3Refusal(Integer.parseInt(status.group(1)), "", "", odd)
                : new S3Breakage(odd, false);
    }

    /** A key of a list; the library hands it on as the server wrote it. */
    static String decoded(String key, @Nullable String encoding) {
        return "url".equals(encoding) ? URLDecoder.decode(key, StandardCharsets.UTF_8) : key;
    }

    /** As a header wants a place. */
    static String encoded(String path) {
        return URLEncoder.encode(path, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/");
    }

    /** A copy that fails after a while does so in an answer that began with 200. */
    static void checkCopy(Response answer) {
        try (answer) {
            String said = answer.body().string();
            if (said.contains("<Error>")) {
                Matcher code = CODE.matcher(said);
                throw new S3Refusal(500, code.find() ? code.group(1) : "", "", new IllegalStateException(said));
            }
        } catch (IOException e) {
            throw new S3Breakage(e, false);
        }
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Closes a stream of which nothing more is wanted. */
    static void close(InputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            // It was given up; how it ended does not matter.
        }
    }
}
