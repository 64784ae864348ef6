package bmm.store;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Response;

/**
 * Requests of which it is interesting what the store answers, an error as much as a success. Remembers every object
 * version that comes of them, to remove it again.
 */
final class S3Trials {
    /**
     * An answer.
     *
     * @param value what the request was made for: a version, the number of an upload, a tag
     * @param date the store's clock, if it told
     * @param refusal the error, if it is one
     */
    record Reply(
            @Nullable String value,
            Optional<String> date,
            @Nullable S3Refusal refusal) {
        boolean ok() {
            return refusal == null;
        }

        int status() {
            return refusal == null ? 200 : refusal.status();
        }

        boolean denied() {
            return status() == 401 || status() == 403;
        }

        /** The store's own words. */
        String said() {
            return refusal == null
                    ? "accepted"
                    : refusal.status() + (refusal.code().isEmpty() ? "" : " " + refusal.code());
        }

        String text() {
            return value == null ? "" : value;
        }
    }

    /** An object version that was made; the version is null where the store told none. */
    record Made(String key, @Nullable String version) {}

    private final S3Client client;
    private final String bucket;
    private final S3Errors errors;
    private final Attempts attempts;
    private final Set<Made> made = new LinkedHashSet<>();

    S3Trials(S3Client client, S3Address address, S3Tuning tuning) {
        this.client = client;
        this.attempts = new Attempts(tuning);
        this.bucket = address.bucket();
        this.errors = new S3Errors(address);
    }

    Reply headBucket() {
        return ask(() -> client.headBucket(request -> request.bucket(bucket)), answer -> null);
    }

    Reply put(String key, String text, Consumer<PutObjectRequest.Builder> more) {
        Reply reply = ask(
                () -> client.putObject(
                        request -> more.accept(request.bucket(bucket).key(key)),
                        RequestBody.fromBytes(text.getBytes(StandardCharsets.UTF_8))),
                answer -> answer.versionId());
        return remember(key, reply);
    }

    /** The content of an object as the value. */
    Reply get(String key) {
        String[] content = new String[1];
        return ask(
                () -> {
                    var answer = client.getObjectAsBytes(
                            request -> request.bucket(bucket).key(key));
                    content[0] = answer.asUtf8String();
                    return answer.response();
                },
                answer -> content[0]);
    }

    /** How many objects are below a prefix, at most 1000. */
    Reply list(String prefix) {
        return ask(
                () -> client.listObjectsV2(request -> request.bucket(bucket).prefix(prefix)),
                answer -> String.valueOf(answer.contents().size()));
    }

    Reply begin(String key) {
        return ask(
                () -> client.createMultipartUpload(
                        request -> request.bucket(bucket).key(key)),
                answer -> answer.uploadId());
    }

    Reply part(String key, String upload, int number, String text) {
        return ask(
                () -> client.uploadPart(
                        request ->
                                request.bucket(bucket).key(key).uploadId(upload).partNumber(number),
                        RequestBody.fromBytes(text.getBytes(StandardCharsets.UTF_8))),
                answer -> answer.eTag());
    }

    Reply complete(String key, String upload, List<String> tags, boolean createOnly) {
        List<CompletedPart> parts = new ArrayList<>();
        for (String tag : tags) {
            parts.add(CompletedPart.builder()
                    .partNumber(parts.size() + 1)
                    .eTag(tag)
                    .build());
        }
        Reply reply = ask(
                () -> client.completeMultipartUpload(request -> request.bucket(bucket)
                        .key(key)
                        .uploadId(upload)
                        .ifNoneMatch(createOnly ? "*" : null)
                        .multipartUpload(all -> all.parts(parts))),
                answer -> answer.versionId());
        return remember(key, reply);
    }

    Reply abort(String key, String upload) {
        return ask(
                () -> client.abortMultipartUpload(
                        request -> request.bucket(bucket).key(key).uploadId(upload)),
                answer -> null);
    }

    /** How many unfinished uploads there are below a prefix. */
    Reply uploads(String prefix) {
        return ask(
                () -> client.listMultipartUploads(
                        request -> request.bucket(bucket).prefix(prefix)),
                (ListMultipartUploadsResponse answer) ->
                        String.valueOf(answer.uploads().size()));
    }

    /** {@code Enabled}, {@code Suspended} or nothing. */
    Reply versioning() {
        return ask(
                () -> client.getBucketVersioning(request -> request.bucket(bucket)), answer -> answer.statusAsString());
    }

    /** {@code Enabled} or an error. */
    Reply lock() {
        return ask(
                () -> client.getObjectLockConfiguration(request -> request.bucket(bucket)),
                answer -> answer.objectLockConfiguration() == null
                        ? null
                        : answer.objectLockConfiguration().objectLockEnabledAsString());
    }

    /** Removes an object, or hides it where there are versions; what hides it is remembered too. */
    Reply delete(String key) {
        Reply reply = ask(
                () -> client.deleteObject(request -> request.bucket(bucket).key(key)), answer -> answer.versionId());
        if (reply.ok() && reply.value() != null) {
            made.add(new Made(key, reply.value()));
        } else if (reply.ok()) {
            made.removeIf(one -> one.key().equals(key));
        }
        return reply;
    }

    Reply deleteVersion(Made version, boolean bypassGovernance) {
        Reply reply = ask(
                () -> client.deleteObject(request -> request.bucket(bucket)
                        .key(version.key())
                        .versionId(version.version())
                        .bypassGovernanceRetention(bypassGovernance ? true : null)),
                answer -> null);
        if (reply.ok()) {
            made.remove(version);
        }
        return reply;
    }

    /** What was made under a key and is still there, oldest first. */
    List<Made> made(String key) {
        return made.stream().filter(one -> one.key().equals(key)).toList();
    }

    /** Removes everything that was made, and returns the keys that could not be removed. */
    List<String> cleanUp() {
        Set<String> left = new LinkedHashSet<>();
        for (Made one : List.copyOf(made)) {
            if (!deleteVersion(one, false).ok() && !deleteVersion(one, true).ok()) {
                left.add(one.key());
            }
        }
        return List.copyOf(left);
    }

    private Reply remember(String key, Reply reply) {
        if (reply.ok()) {
            made.add(new Made(key, reply.value()));
        }
        return reply;
    }

    /**
     * @throws bmm.base.Failure if there is no answer at all
     */
    private <T extends S3Response> Reply ask(Supplier<T> request, Function<T, @Nullable String> value) {
        try {
            T answer = attempts.of(() -> AwsClient.ask(request));
            return new Reply(value.apply(answer), date(answer.sdkHttpResponse()), null);
        } catch (S3Refusal e) {
            SdkHttpResponse answer =
                    e.getCause() instanceof AwsServiceException cause && cause.awsErrorDetails() != null
                            ? cause.awsErrorDetails().sdkHttpResponse()
                            : null;
            return new Reply(null, date(answer), e);
        } catch (S3Breakage e) {
            throw errors.failure("", e);
        }
    }

    private static Optional<String> date(@Nullable SdkHttpResponse answer) {
        return answer == null ? Optional.empty() : answer.firstMatchingHeader("Date");
    }

    /** A time in the form that locks take, on a whole second. */
    static Instant wholeSecond(Instant time) {
        return Instant.ofEpochSecond(time.getEpochSecond());
    }
}
