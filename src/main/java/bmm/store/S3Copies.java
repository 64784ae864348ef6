package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.Tag;

/** Objects of a bucket with their headers, metadata, tags and parts. */
final class S3Copies implements ObjectCopies {
    private static final Logger LOG = LoggerFactory.getLogger(S3Copies.class);

    private final S3Store store;
    private final S3Client client;
    private final StoreAddress.Bucket address;
    private final Optional<S3Credentials> credentials;
    private final S3Errors errors;
    private final Attempts attempts;
    private final S3Upload upload;

    /** Cleared when the store says that it knows no tags (R2, B2). */
    private volatile boolean tagging = true;

    S3Copies(
            S3Store store,
            S3Client client,
            StoreAddress.Bucket address,
            Optional<S3Credentials> credentials,
            S3Tuning tuning) {
        this.store = store;
        this.client = client;
        this.address = address;
        this.credentials = credentials;
        this.errors = new S3Errors(address);
        this.attempts = new Attempts(tuning);
        this.upload = new S3Upload(client, address, tuning, errors);
    }

    @Override
    public Fetched fetch(String key) {
        ResponseInputStream<GetObjectResponse> stream = asked(
                key,
                () -> client.getObject(request ->
                        request.bucket(address.bucket()).key(address.prefix() + KeyText.checked(store.name(), key))));
        GetObjectResponse head = stream.response();
        try {
            if (head.contentLength() == null || head.lastModified() == null) {
                throw S3Store.incomplete(address, key);
            }
            ObjectInfo info = new ObjectInfo(key, head.contentLength(), head.lastModified(), S3Tag.bare(head.eTag()));
            Map<String, String> tags = head.tagCount() == null || head.tagCount() == 0 ? Map.of() : tags(key);
            ObjectProperties properties = new ObjectProperties(headers(head), head.metadata(), tags);
            return new Fetched(info, properties, new S3Stream(client, address, key, errors, attempts, 0, stream));
        } catch (RuntimeException e) {
            stream.abort();
            throw e;
        }
    }

    private static Map<String, String> headers(GetObjectResponse head) {
        Map<String, String> headers = new LinkedHashMap<>();
        put(headers, "Content-Type", head.contentType());
        put(headers, "Cache-Control", head.cacheControl());
        put(headers, "Content-Disposition", head.contentDisposition());
        put(headers, "Content-Encoding", head.contentEncoding());
        put(headers, "Content-Language", head.contentLanguage());
        return headers;
    }

    private static void put(Map<String, String> headers, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            headers.put(name, value);
        }
    }

    private Map<String, String> tags(String key) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (Tag tag : asked(
                key,
                () -> client.getObjectTagging(
                                request -> request.bucket(address.bucket()).key(address.prefix() + key))
                        .tagSet())) {
            tags.put(tag.key(), tag.value());
        }
        return tags;
    }

    @Override
    public List<Long> parts(ObjectInfo object) {
        int count = S3Tag.parts(object.tag());
        if (count == 1) {
            return List.of(object.size());
        }
        List<Long> parts = new ArrayList<>();
        long left = object.size();
        long first = part(object.key(), 1).contentLength();
        long rest = object.size() - first * (count - 1);
        if (rest > 0 && rest <= first && part(object.key(), count).contentLength() == rest) {
            // What every client does: equal parts, and a rest.
            for (; left > 0; left -= parts.getLast()) {
                parts.add(Math.min(first, left));
            }
            return parts;
        }
        for (int number = 1; number <= count && left > 0; number++) {
            parts.add(Math.min(left, part(object.key(), number).contentLength()));
            left -= parts.getLast();
        }
        if (left > 0) {
            throw new Failure(
                    ExitCode.STORE,
                    address + ": " + KeyText.shown(object.key()) + ": its parts do not add up to its size",
                    "it was replaced meanwhile, or the store does not know parts");
        }
        return parts;
    }

    private HeadObjectResponse part(String key, int number) {
        return asked(
                key,
                () -> client.headObject(request -> request.bucket(address.bucket())
                        .key(address.prefix() + key)
                        .partNumber(number)));
    }

    @Override
    public void put(String key, RangedBody body, Manner manner) {
        String checked = KeyText.checked(store.name(), key);
        Manner wanted = tagging ? manner : withoutTags(manner);
        try {
            upload.put(checked, body, wanted);
        } catch (Failure e) {
            boolean unknown = e.getCause() instanceof RuntimeException cause && S3Errors.status(cause) == 501;
            if (!unknown || wanted.properties().tags().isEmpty()) {
                throw e;
            }
            LOG.atWarn().addKeyValue("store", address).log("the store keeps no tags; objects are copied without them");
            tagging = false;
            upload.put(checked, body, withoutTags(manner));
        }
    }

    private static Manner withoutTags(Manner manner) {
        return new Manner(manner.properties().withoutTags(), manner.parts(), manner.modified(), manner.replace());
    }

    @Override
    public boolean copy(ObjectStore from, ObjectInfo object, String key, boolean replace) {
        if (!(from.copies() instanceof S3Copies other) || !isSameServer(other)) {
            return false;
        }
        if (!replace && store.head(key).isPresent()) {
            throw new ObjectExists(store.name(), key);
        }
        int parts = S3Tag.parts(object.tag());
        if (parts > 1 || object.size() > S3Upload.LARGEST_PIECE) {
            // Its parts come with their sizes only through an upload in parts.
            return false;
        }
        var unused = asked(
                key,
                () -> client.copyObject(request -> request.sourceBucket(other.address.bucket())
                        .sourceKey(other.address.prefix() + object.key())
                        .copySourceIfMatch(object.tag().isEmpty() ? null : object.tag())
                        .destinationBucket(address.bucket())
                        .destinationKey(address.prefix() + KeyText.checked(store.name(), key))));
        return true;
    }

    private boolean isSameServer(S3Copies other) {
        return address.endpoint().equals(other.address.endpoint())
                && address.region().equals(other.address.region())
                && credentials
                        .map(keys -> keys.accessKey().reveal())
                        .equals(other.credentials.map(keys -> keys.accessKey().reveal()));
    }

    @Override
    public boolean refusesToReplace(String trialKey) {
        return upload.refusesToReplace(trialKey);
    }

    private <T> T asked(String key, Supplier<T> request) {
        try {
            return attempts.of(request);
        } catch (RuntimeException e) {
            throw errors.failure(key, e);
        }
    }

    void close() {
        upload.close();
    }
}
