package bmm.store;

import io.minio.AbortMultipartUploadArgs;
import io.minio.BaseArgs;
import io.minio.CompleteMultipartUploadArgs;
import io.minio.CreateMultipartUploadArgs;
import io.minio.GetObjectArgs;
import io.minio.GetObjectResponse;
import io.minio.HeadBucketArgs;
import io.minio.HeadObjectArgs;
import io.minio.HeadObjectResponse;
import io.minio.Http;
import io.minio.ListMultipartUploadsArgs;
import io.minio.ListObjectsV2Args;
import io.minio.MinioAsyncClient;
import io.minio.ObjectArgs;
import io.minio.credentials.AwsConfigProvider;
import io.minio.credentials.AwsEnvironmentProvider;
import io.minio.credentials.ChainedProvider;
import io.minio.messages.ListBucketResultV2;
import io.minio.messages.ListMultipartUploadsResult;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Sends the requests with minio-java: the ones that it has a method for through that method, and those with a body so
 * that the body is streamed, for its own would keep a whole part in memory.
 */
final class MinioClient implements BucketClient {
    private static final String CREATE_ONLY = "If-None-Match";

    private final Requests requests;
    private final String bucket;
    private final boolean tls;

    /** Reaches the methods of the library that send any request. */
    private static final class Requests extends MinioAsyncClient {
        Requests(MinioAsyncClient client) {
            super(client);
        }

        CompletableFuture<Response> put(
                BaseArgs args, Http.Headers headers, Http.QueryParameters query, Http.Body body) {
            return executePutAsync(args, headers, query, body);
        }

        CompletableFuture<Response> delete(BaseArgs args) {
            return executeDeleteAsync(args, null, null);
        }
    }

    /** What a request with a body is about. Public because the library makes one by reflection. */
    public static final class Target extends ObjectArgs {
        public Target() {}

        static final class Builder extends ObjectArgs.Builder<Builder, Target> {}
    }

    private MinioClient(Requests requests, String bucket, boolean tls) {
        this.requests = requests;
        this.bucket = bucket;
        this.tls = tls;
    }

    static MinioClient open(
            MinioAddress address, Optional<S3Credentials> credentials, Optional<Path> ca, S3Tuning tuning) {
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequestsPerHost(dispatcher.getMaxRequests());
        OkHttpClient.Builder http = new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .connectTimeout(java.time.Duration.ofSeconds(10))
                .readTimeout(tuning.silence())
                .writeTimeout(tuning.silence())
                // Attempts are counted in one place.
                .retryOnConnectionFailure(false)
                .followRedirects(false);
        ca.map(Authority::read)
                .ifPresent(authority -> http.sslSocketFactory(authority.socketFactory(), authority.trustManager()));
        MinioAsyncClient.Builder builder = MinioAsyncClient.builder()
                .endpoint(address.endpoint().toString())
                // Spares a request that asks for it.
                .region("us-east-1")
                .httpClient(http.build(), true);
        credentials.ifPresentOrElse(
                keys -> builder.credentials(
                        keys.accessKey().reveal(), keys.secretKey().reveal()),
                () -> builder.credentialsProvider(
                        new ChainedProvider(new AwsEnvironmentProvider(), new AwsConfigProvider(null, null))));
        boolean tls = "https".equals(address.endpoint().getScheme());
        return new MinioClient(new Requests(builder.build()), address.bucket(), tls);
    }

    @Override
    public Found head(String key) {
        HeadObjectResponse there = MinioAnswers.of(() -> requests.headObject(
                HeadObjectArgs.builder().bucket(bucket).object(key).build()));
        Map<String, String> metadata = new HashMap<>();
        there.headers().forEach(header -> {
            String name = header.getFirst().toLowerCase(Locale.ROOT);
            if (name.startsWith("x-amz-meta-")) {
                metadata.put(name.substring("x-amz-meta-".length()), header.getSecond());
            }
        });
        return new Found(there.size(), there.lastModified().toInstant(), metadata);
    }

    @Override
    public void headBucket() {
        var unused = MinioAnswers.of(() ->
                requests.headBucket(HeadBucketArgs.builder().bucket(bucket).build()));
    }

    @Override
    public Content get(String key, @Nullable String range, @Nullable String tag) {
        Map<String, String> headers = new HashMap<>();
        if (range != null) {
            headers.put("Range", range);
        }
        if (tag != null) {
            headers.put("If-Match", tag);
        }
        return new Answer(MinioAnswers.of(() -> requests.getObject(GetObjectArgs.builder()
                .bucket(bucket)
                .object(key)
                .extraHeaders(headers)
                .build())));
    }

    private record Answer(GetObjectResponse body) implements Content {
        @Override
        public InputStream stream() {
            return body;
        }

        @Override
        public long length() {
            return Long.parseLong(
                    Optional.ofNullable(body.headers().get("Content-Length")).orElse("0"));
        }

        @Override
        public String tag() {
            return Optional.ofNullable(body.headers().get("ETag")).orElse("");
        }

        @Override
        public @Nullable String range() {
            return body.headers().get("Content-Range");
        }

        @Override
        public void abort() {
            MinioAnswers.close(body);
        }
    }

    @Override
    public Page list(String prefix, @Nullable String token, @Nullable String startAfter) {
        ListObjectsV2Args.Builder args =
                ListObjectsV2Args.builder().bucket(bucket).prefix(prefix).encodingType("url");
        if (token != null) {
            args.continuationToken(token);
        }
        if (startAfter != null) {
            args.startAfter(startAfter);
        }
        ListBucketResultV2 page =
                MinioAnswers.of(() -> requests.listObjectsV2(args.build())).result();
        return new Page(
                page.contents().stream()
                        .map(object -> new ObjectInfo(
                                MinioAnswers.decoded(object.objectName(), page.encodingType()),
                                object.size(),
                                object.lastModified().toInstant()))
                        .toList(),
                // The library says 0 where the server said nothing.
                page.keyCount() == 0 ? null : page.keyCount(),
                page.isTruncated(),
                page.nextContinuationToken());
    }

    @Override
    public void delete(String key) {
        MinioAnswers.of(() -> requests.delete(target(key))).close();
    }

    @Override
    public void put(String key, Source source, Map<String, String> metadata, boolean createOnly) {
        Http.Headers headers = headers(metadata);
        if (createOnly) {
            headers.put(CREATE_ONLY, "*");
        }
        StreamedBody body = new StreamedBody(source, 0, source.size(), !tls);
        MinioAnswers.of(() -> requests.put(target(key), headers, new Http.QueryParameters(), body))
                .close();
    }

    @Override
    public String begin(String key, Map<String, String> metadata) {
        return MinioAnswers.of(() -> requests.createMultipartUpload(CreateMultipartUploadArgs.builder()
                        .bucket(bucket)
                        .object(key)
                        .headers(headers(metadata))
                        .build()))
                .result()
                .uploadId();
    }

    @Override
    public Part putPart(String key, String upload, int number, Source source, long offset, long length) {
        StreamedBody body = new StreamedBody(source, offset, length, !tls);
        Http.QueryParameters query = new Http.QueryParameters("partNumber", String.valueOf(number), "uploadId", upload);
        try (Response answer = MinioAnswers.of(() -> requests.put(target(key), new Http.Headers(), query, body))) {
            return new Part(number, answer.header("ETag", "").replace("\"", ""));
        }
    }

    @Override
    public void complete(String key, String upload, List<Part> parts, boolean createOnly) {
        CompleteMultipartUploadArgs args = CompleteMultipartUploadArgs.builder()
                .bucket(bucket)
                .object(key)
                .uploadId(upload)
                .parts(parts.stream()
                        .map(part -> new io.minio.messages.Part(part.number(), part.tag()))
                        .toArray(io.minio.messages.Part[]::new))
                .maxRetries(0)
                .extraHeaders(createOnly ? Map.of(CREATE_ONLY, "*") : Map.of())
                .build();
        var unused = MinioAnswers.of(() -> requests.completeMultipartUpload(args));
    }

    @Override
    public void abort(String key, String upload) {
        var unused = MinioAnswers.of(() -> requests.abortMultipartUpload(AbortMultipartUploadArgs.builder()
                .bucket(bucket)
                .object(key)
                .uploadId(upload)
                .build()));
    }

    @Override
    public UploadPage uploads(String prefix, @Nullable String afterKey, @Nullable String afterUpload) {
        ListMultipartUploadsArgs.Builder args =
                ListMultipartUploadsArgs.builder().bucket(bucket).prefix(prefix).encodingType("url");
        if (afterKey != null) {
            args.keyMarker(afterKey);
        }
        if (afterUpload != null) {
            args.uploadIdMarker(afterUpload);
        }
        ListMultipartUploadsResult page = MinioAnswers.of(() -> requests.listMultipartUploads(args.build()))
                .result();
        return new UploadPage(
                page.uploads().stream()
                        .map(upload -> new Upload(
                                MinioAnswers.decoded(upload.objectName(), page.encodingType()),
                                upload.uploadId(),
                                upload.initiated().toInstant()))
                        .toList(),
                page.isTruncated(),
                page.nextKeyMarker(),
                page.nextUploadIdMarker());
    }

    private ObjectArgs target(String key) {
        return new Target.Builder().bucket(bucket).object(key).build();
    }

    private static Http.Headers headers(Map<String, String> metadata) {
        Http.Headers headers = new Http.Headers();
        metadata.forEach((name, value) -> headers.put("x-amz-meta-" + name, value));
        return headers;
    }

    @Override
    public void close() {
        requests.close();
    }
}
