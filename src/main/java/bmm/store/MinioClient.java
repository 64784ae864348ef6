package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import io.minio.AbortMultipartUploadArgs;
import io.minio.BaseArgs;
import io.minio.CompleteMultipartUploadArgs;
import io.minio.CreateMultipartUploadArgs;
import io.minio.GetBucketVersioningArgs;
import io.minio.GetObjectArgs;
import io.minio.GetObjectResponse;
import io.minio.GetObjectTagsArgs;
import io.minio.HeadBucketArgs;
import io.minio.HeadObjectArgs;
import io.minio.HeadObjectResponse;
import io.minio.Http;
import io.minio.ListMultipartUploadsArgs;
import io.minio.ListObjectVersionsArgs;
import io.minio.ListObjectsV2Args;
import io.minio.MinioAsyncClient;
import io.minio.ObjectArgs;
import io.minio.credentials.AwsConfigProvider;
import io.minio.credentials.AwsEnvironmentProvider;
import io.minio.credentials.ChainedProvider;
import io.minio.messages.Item;
import io.minio.messages.ListBucketResultV2;
import io.minio.messages.ListMultipartUploadsResult;
import io.minio.messages.ListVersionsResult;
import io.minio.messages.VersioningConfiguration;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import okhttp3.Dispatcher;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Sends the requests with minio-java: the ones that it has a method for through that method, and those with a body so
 * that the body is streamed, for its own would keep a whole part in memory.
 */
final class MinioClient implements BucketClient {
    private static final String CREATE_ONLY = "If-None-Match";
    private static final String METADATA = "x-amz-meta-";
    private static final String LOCK_MODE = "x-amz-object-lock-mode";
    private static final String LOCK_UNTIL = "x-amz-object-lock-retain-until-date";
    private static final String PART_TYPE = "application/octet-stream";

    private final Requests requests;
    private final String bucket;
    private final boolean tls;

    /** Reaches the methods of the library that send any request. */
    private static final class Requests extends MinioAsyncClient {
        Requests(MinioAsyncClient client) {
            super(client);
        }

        CompletableFuture<Response> put(
                BaseArgs args, Http.Headers headers, Http.QueryParameters query, Http.@Nullable Body body) {
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
        String until = there.headers().get(LOCK_UNTIL);
        return new Found(
                there.size(),
                there.lastModified().toInstant(),
                S3Tag.bare(there.etag()),
                metadata(there.headers()),
                S3Lock.of(there.headers().get(LOCK_MODE), until == null ? null : Instant.parse(until)));
    }

    private static Map<String, String> metadata(Headers headers) {
        Map<String, String> metadata = new HashMap<>();
        headers.forEach(header -> {
            String name = header.getFirst().toLowerCase(Locale.ROOT);
            if (name.startsWith(METADATA)) {
                metadata.put(name.substring(METADATA.length()), header.getSecond());
            }
        });
        return metadata;
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
            return number("Content-Length", -1);
        }

        private long number(String header, long otherwise) {
            String value = body.headers().get(header);
            return value == null ? otherwise : Long.parseLong(value);
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
        public Optional<Instant> modified() {
            return Optional.ofNullable(body.headers().getInstant("Last-Modified"));
        }

        @Override
        public ObjectProperties properties() {
            return ObjectProperties.of(body.headers()::get, metadata(body.headers()));
        }

        @Override
        public int tagCount() {
            return (int) number("x-amz-tagging-count", 0);
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
                        .map(object -> info(object, MinioAnswers.decoded(object.objectName(), page.encodingType())))
                        .toList(),
                // The library says 0 where the server said nothing.
                page.keyCount() == 0 ? null : page.keyCount(),
                page.isTruncated(),
                page.nextContinuationToken());
    }

    private static ObjectInfo info(Item object, String key) {
        return new ObjectInfo(key, object.size(), object.lastModified().toInstant(), S3Tag.bare(object.etag()));
    }

    @Override
    public boolean keepsVersions() {
        return MinioAnswers.of(() -> requests.getBucketVersioning(
                                GetBucketVersioningArgs.builder().bucket(bucket).build()))
                        .status()
                == VersioningConfiguration.Status.ENABLED;
    }

    @Override
    public VersionPage versions(String prefix, @Nullable String afterKey, @Nullable String afterVersion) {
        ListObjectVersionsArgs.Builder args =
                ListObjectVersionsArgs.builder().bucket(bucket).prefix(prefix).encodingType("url");
        if (afterKey != null) {
            args.keyMarker(afterKey);
        }
        if (afterVersion != null) {
            args.versionIdMarker(afterVersion);
        }
        ListVersionsResult page =
                MinioAnswers.of(() -> requests.listObjectVersions(args.build())).result();
        return new VersionPage(
                page.contents().stream()
                        .filter(one -> one.isLatest() && one.versionId() != null)
                        .map(one -> new ObjectVersion(
                                MinioAnswers.decoded(one.objectName(), page.encodingType()),
                                S3Tag.bare(one.etag()),
                                one.versionId()))
                        .toList(),
                page.isTruncated(),
                page.nextKeyMarker(),
                page.nextVersionIdMarker());
    }

    @Override
    public void delete(String key) {
        MinioAnswers.of(() -> requests.delete(target(key))).close();
    }

    @Override
    public void put(String key, Piece content, NewObject object, boolean createOnly) {
        Http.Headers headers = headers(object);
        addMd5(headers, content, object);
        if (createOnly) {
            headers.put(CREATE_ONLY, "*");
        }
        StreamedBody body = new StreamedBody(content, type(key, object), !tls);
        MinioAnswers.of(() -> requests.put(target(key), headers, new Http.QueryParameters(), body))
                .close();
    }

    @Override
    public Map<String, String> tags(String key) {
        return MinioAnswers.of(() -> requests.getObjectTags(
                        GetObjectTagsArgs.builder().bucket(bucket).object(key).build()))
                .get();
    }

    @Override
    public long partSize(String key, int number) {
        return MinioAnswers.of(() -> requests.headObject(HeadObjectArgs.builder()
                        .bucket(bucket)
                        .object(key)
                        .extraQueryParams(Map.of("partNumber", String.valueOf(number)))
                        .build()))
                .size();
    }

    /** The library's own would first ask for the object, and copy a large one in parts of other sizes. */
    @Override
    public void copy(String fromBucket, String fromKey, String tag, String toKey) {
        Http.Headers headers = new Http.Headers();
        headers.put("x-amz-copy-source", MinioAnswers.encoded("/" + fromBucket + "/" + fromKey));
        if (!tag.isEmpty()) {
            headers.put("x-amz-copy-source-if-match", tag);
        }
        MinioAnswers.checkCopy(
                MinioAnswers.of(() -> requests.put(target(toKey), headers, new Http.QueryParameters(), null)));
    }

    @Override
    public String begin(String key, NewObject object) {
        Http.Headers headers = headers(object);
        headers.put("Content-Type", type(key, object));
        return MinioAnswers.of(() -> requests.createMultipartUpload(CreateMultipartUploadArgs.builder()
                        .bucket(bucket)
                        .object(key)
                        .headers(headers)
                        .build()))
                .result()
                .uploadId();
    }

    @Override
    public Part putPart(String key, String upload, int number, Piece content, NewObject object) {
        Http.Headers headers = new Http.Headers();
        addMd5(headers, content, object);
        StreamedBody body = new StreamedBody(content, PART_TYPE, !tls);
        Http.QueryParameters query = new Http.QueryParameters("partNumber", String.valueOf(number), "uploadId", upload);
        try (Response answer = MinioAnswers.of(() -> requests.put(target(key), headers, query, body))) {
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

    private static Http.Headers headers(NewObject object) {
        Http.Headers headers = new Http.Headers();
        ObjectProperties properties = object.properties();
        properties.headers().forEach((name, value) -> {
            // The body says its own.
            if (!name.equals("Content-Type")) {
                headers.put(name, value);
            }
        });
        properties.metadata().forEach((name, value) -> headers.put(METADATA + name, value));
        if (!properties.tags().isEmpty()) {
            headers.put("x-amz-tagging", properties.tagsAsQuery());
        }
        ObjectLock lock = object.lock();
        if (lock != null) {
            headers.put(LOCK_MODE, lock.mode().name());
            headers.put(LOCK_UNTIL, lock.until().truncatedTo(ChronoUnit.SECONDS).toString());
        }
        return headers;
    }

    /** The library knows well-formed types only; another one would be lost without a word, so it is refused. */
    private static String type(String key, NewObject object) {
        String type = object.contentType();
        if (MediaType.parse(type) == null) {
            throw new Failure(
                    ExitCode.STORE,
                    KeyText.shown(key) + ": its content type cannot be kept: " + KeyText.shown(type),
                    "reach this server by an s3: address with ?endpoint=…");
        }
        return type;
    }

    private static void addMd5(Http.Headers headers, Piece content, NewObject object) {
        String md5 = S3Lock.md5(object.lock(), content);
        if (md5 != null) {
            headers.put("Content-MD5", md5);
        }
    }

    @Override
    public void close() {
        requests.close();
    }
}
