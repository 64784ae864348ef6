package bmm.store;

import java.io.InputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.Tag;

/** Sends the requests with the AWS SDK. */
final class AwsClient implements BucketClient {
    private static final String TYPE = "application/octet-stream";

    private final S3Client client;
    private final String bucket;
    private final S3Tuning tuning;

    AwsClient(S3Client client, String bucket, S3Tuning tuning) {
        this.client = client;
        this.bucket = bucket;
        this.tuning = tuning;
    }

    @Override
    public Found head(String key) {
        HeadObjectResponse there =
                ask(() -> client.headObject(request -> request.bucket(bucket).key(key)));
        // Some servers do not tell the length of what is empty.
        long size = Optional.ofNullable(there.contentLength()).orElse(0L);
        Instant modified = Optional.ofNullable(there.lastModified()).orElse(Instant.EPOCH);
        return new Found(
                size,
                modified,
                S3Tag.bare(there.eTag()),
                there.metadata(),
                S3Lock.of(there.objectLockModeAsString(), there.objectLockRetainUntilDate()));
    }

    @Override
    public void headBucket() {
        var unused = ask(() -> client.headBucket(request -> request.bucket(bucket)));
    }

    @Override
    public Content get(String key, @Nullable String range, @Nullable String tag) {
        return new Answer(ask(() -> client.getObject(
                request -> request.bucket(bucket).key(key).range(range).ifMatch(tag))));
    }

    private record Answer(ResponseInputStream<GetObjectResponse> body) implements Content {
        @Override
        public InputStream stream() {
            return body;
        }

        @Override
        public long length() {
            return Optional.ofNullable(body.response().contentLength()).orElse(-1L);
        }

        @Override
        public String tag() {
            return Optional.ofNullable(body.response().eTag()).orElse("");
        }

        @Override
        public @Nullable String range() {
            return body.response().contentRange();
        }

        @Override
        public Optional<Instant> modified() {
            return Optional.ofNullable(body.response().lastModified());
        }

        @Override
        public ObjectProperties properties() {
            GetObjectResponse head = body.response();
            Map<String, @Nullable String> headers = new HashMap<>();
            headers.put("Content-Type", head.contentType());
            headers.put("Cache-Control", head.cacheControl());
            headers.put("Content-Disposition", head.contentDisposition());
            headers.put("Content-Encoding", head.contentEncoding());
            headers.put("Content-Language", head.contentLanguage());
            return ObjectProperties.of(headers::get, head.metadata());
        }

        @Override
        public int tagCount() {
            return Optional.ofNullable(body.response().tagCount()).orElse(0);
        }

        @Override
        public void abort() {
            body.abort();
        }
    }

    @Override
    public Page list(String prefix, @Nullable String token, @Nullable String startAfter) {
        ListObjectsV2Response page = ask(() -> client.listObjectsV2(request -> request.bucket(bucket)
                .prefix(prefix)
                .continuationToken(token)
                .startAfter(startAfter)
                // XML cannot hold control characters.
                .encodingType(EncodingType.URL)));
        return new Page(
                page.contents().stream().map(AwsClient::info).toList(),
                page.keyCount(),
                Boolean.TRUE.equals(page.isTruncated()),
                page.nextContinuationToken());
    }

    @Override
    public boolean keepsVersions() {
        return ask(() -> client.getBucketVersioning(request -> request.bucket(bucket)))
                        .status()
                == BucketVersioningStatus.ENABLED;
    }

    @Override
    public VersionPage versions(String prefix, @Nullable String afterKey, @Nullable String afterVersion) {
        ListObjectVersionsResponse page = ask(() -> client.listObjectVersions(request -> request.bucket(bucket)
                .prefix(prefix)
                .keyMarker(afterKey)
                .versionIdMarker(afterVersion)
                .encodingType(EncodingType.URL)));
        return new VersionPage(
                page.versions().stream()
                        .filter(one -> Boolean.TRUE.equals(one.isLatest()) && one.versionId() != null)
                        .map(one -> new ObjectVersion(one.key(), S3Tag.bare(one.eTag()), one.versionId()))
                        .toList(),
                Boolean.TRUE.equals(page.isTruncated()),
                page.nextKeyMarker(),
                page.nextVersionIdMarker());
    }

    private static ObjectInfo info(S3Object object) {
        Long size = object.size();
        Instant modified = object.lastModified();
        return size == null || modified == null
                ? new ObjectInfo(object.key(), -1, Instant.EPOCH)
                : new ObjectInfo(object.key(), size, modified, S3Tag.bare(object.eTag()));
    }

    @Override
    public void delete(String key) {
        var unused =
                ask(() -> client.deleteObject(request -> request.bucket(bucket).key(key)));
    }

    @Override
    public void put(String key, Piece content, NewObject object, boolean createOnly) {
        String md5 = S3Lock.md5(object.lock(), content);
        var unused = ask(() -> client.putObject(
                request -> {
                    Map<String, String> headers = object.properties().headers();
                    request.bucket(bucket)
                            .key(key)
                            .ifNoneMatch(createOnly ? "*" : null)
                            .metadata(object.properties().metadata())
                            .tagging(tagging(object))
                            .contentType(object.contentType())
                            .cacheControl(headers.get("Cache-Control"))
                            .contentDisposition(headers.get("Content-Disposition"))
                            .contentEncoding(headers.get("Content-Encoding"))
                            .contentLanguage(headers.get("Content-Language"))
                            .objectLockMode(mode(object))
                            .objectLockRetainUntilDate(until(object))
                            .contentMD5(md5)
                            .overrideConfiguration(patience(content));
                },
                body(content, object.contentType())));
    }

    private Consumer<AwsRequestOverrideConfiguration.Builder> patience(Piece content) {
        return config -> config.apiCallAttemptTimeout(tuning.patience(content.length()));
    }

    private static RequestBody body(Piece content, String type) {
        return RequestBody.fromContentProvider(content::open, content.length(), type);
    }

    private static @Nullable ObjectLockMode mode(NewObject object) {
        ObjectLock lock = object.lock();
        return lock == null ? null : ObjectLockMode.fromValue(lock.mode().name());
    }

    private static @Nullable Instant until(NewObject object) {
        ObjectLock lock = object.lock();
        return lock == null ? null : lock.until();
    }

    /** As the header wants it. */
    private static @Nullable String tagging(NewObject object) {
        return object.properties().tags().isEmpty() ? null : object.properties().tagsAsQuery();
    }

    @Override
    public Map<String, String> tags(String key) {
        return ask(() -> client.getObjectTagging(
                        request -> request.bucket(bucket).key(key)))
                .tagSet()
                .stream()
                .collect(Collectors.toMap(Tag::key, Tag::value));
    }

    @Override
    public long partSize(String key, int number) {
        return ask(() -> client.headObject(
                        request -> request.bucket(bucket).key(key).partNumber(number)))
                .contentLength();
    }

    @Override
    public void copy(String fromBucket, String fromKey, String tag, String toKey) {
        var unused = ask(() -> client.copyObject(request -> request.sourceBucket(fromBucket)
                .sourceKey(fromKey)
                .copySourceIfMatch(tag.isEmpty() ? null : tag)
                .destinationBucket(bucket)
                .destinationKey(toKey)));
    }

    @Override
    public String begin(String key, NewObject object) {
        Map<String, String> headers = object.properties().headers();
        return ask(() -> client.createMultipartUpload(request -> request.bucket(bucket)
                        .key(key)
                        .metadata(object.properties().metadata())
                        .tagging(tagging(object))
                        .contentType(object.contentType())
                        .cacheControl(headers.get("Cache-Control"))
                        .contentDisposition(headers.get("Content-Disposition"))
                        .contentEncoding(headers.get("Content-Encoding"))
                        .contentLanguage(headers.get("Content-Language"))
                        .objectLockMode(mode(object))
                        .objectLockRetainUntilDate(until(object))))
                .uploadId();
    }

    @Override
    public Part putPart(String key, String upload, int number, Piece content, NewObject object) {
        String md5 = S3Lock.md5(object.lock(), content);
        String tag = ask(() -> client.uploadPart(
                        request -> request.bucket(bucket)
                                .key(key)
                                .uploadId(upload)
                                .partNumber(number)
                                .contentLength(content.length())
                                .contentMD5(md5)
                                .overrideConfiguration(patience(content)),
                        body(content, TYPE)))
                .eTag();
        return new Part(number, tag);
    }

    @Override
    public void complete(String key, String upload, List<Part> parts, boolean createOnly) {
        List<CompletedPart> completed = parts.stream()
                .map(part -> CompletedPart.builder()
                        .partNumber(part.number())
                        .eTag(part.tag())
                        .build())
                .toList();
        var unused = ask(() -> client.completeMultipartUpload(request -> request.bucket(bucket)
                .key(key)
                .uploadId(upload)
                .ifNoneMatch(createOnly ? "*" : null)
                .multipartUpload(all -> all.parts(completed))));
    }

    @Override
    public void abort(String key, String upload) {
        var unused = ask(() -> client.abortMultipartUpload(
                request -> request.bucket(bucket).key(key).uploadId(upload)));
    }

    @Override
    public UploadPage uploads(String prefix, @Nullable String afterKey, @Nullable String afterUpload) {
        ListMultipartUploadsResponse page = ask(() -> client.listMultipartUploads(request -> request.bucket(bucket)
                .prefix(prefix)
                .keyMarker(afterKey)
                .uploadIdMarker(afterUpload)
                .encodingType(EncodingType.URL)));
        return new UploadPage(
                page.uploads().stream()
                        .map(upload -> new Upload(upload.key(), upload.uploadId(), upload.initiated()))
                        .toList(),
                Boolean.TRUE.equals(page.isTruncated()),
                page.nextKeyMarker(),
                page.nextUploadIdMarker());
    }

    @Override
    public void close() {
        client.close();
    }

    static <T> T ask(Supplier<T> request) {
        try {
            return request.get();
        } catch (AwsServiceException e) {
            throw refusal(e);
        } catch (ApiCallAttemptTimeoutException e) {
            throw new S3Breakage(e, true);
        } catch (SdkException e) {
            throw new S3Breakage(e, false);
        }
    }

    private static S3Refusal refusal(AwsServiceException thrown) {
        var details = Optional.ofNullable(thrown.awsErrorDetails());
        return new S3Refusal(
                thrown.statusCode(),
                details.map(all -> all.errorCode()).orElse(""),
                details.map(all -> all.errorMessage()).orElse(""),
                thrown);
    }
}
