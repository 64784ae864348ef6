package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.InputStream;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** Objects in a bucket of AWS or of any server that speaks S3. */
final class S3Store implements ObjectStore {
    private final StoreAddress.Bucket address;
    private final S3Client client;
    private final S3Errors errors;
    private final Attempts attempts;
    private final S3Writer writer;
    private final S3Copies copies;

    /** Whether the bucket has been seen; the answer to HEAD does not tell a missing bucket from a missing object. */
    private volatile boolean bucketSeen;

    S3Store(StoreAddress.Bucket address, Optional<S3Credentials> credentials, S3Tuning tuning) {
        this.address = address;
        this.client = S3Connection.open(address, credentials, tuning);
        this.errors = new S3Errors(address);
        this.attempts = new Attempts(tuning);
        this.writer = new S3Writer(client, address, tuning, errors);
        this.copies = new S3Copies(this, client, address, credentials, tuning);
    }

    @Override
    public String name() {
        return address.toString();
    }

    @Override
    public void put(String key, Body body) {
        writer.put(KeyText.checked(name(), key), body);
    }

    @Override
    public InputStream get(String key) {
        return new S3Stream(client, address, key, errors, attempts, 0, open(key, null));
    }

    @Override
    public InputStream get(String key, long offset, long length) {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("offset and length cannot be negative");
        }
        if (length == 0) {
            return nothing(key);
        }
        long last = length > Long.MAX_VALUE - offset ? Long.MAX_VALUE - 1 : offset + length - 1;
        ResponseInputStream<GetObjectResponse> stream;
        try {
            stream = open(key, "bytes=" + offset + "-" + last);
        } catch (Failure e) {
            if (e.getCause() instanceof RuntimeException cause && S3Errors.status(cause) == 416) {
                return InputStream.nullInputStream();
            }
            throw e;
        }
        if (!startsAt(offset, stream.response())) {
            stream.abort();
            throw new Failure(
                    ExitCode.STORE,
                    address + ": " + KeyText.shown(key) + ": the store ignores the range that was asked for",
                    "look for a proxy in between");
        }
        return new S3Stream(client, address, key, errors, attempts, offset, stream);
    }

    private InputStream nothing(String key) {
        if (head(key).isEmpty()) {
            throw new ObjectMissing(name(), key);
        }
        return InputStream.nullInputStream();
    }

    private ResponseInputStream<GetObjectResponse> open(String key, @Nullable String range) {
        return attempt(
                key,
                () -> client.getObject(request -> request.bucket(address.bucket())
                        .key(address.prefix() + KeyText.checked(name(), key))
                        .range(range)));
    }

    /** Whether an answer begins where it was asked to. */
    static boolean startsAt(long offset, GetObjectResponse response) {
        String range = response.contentRange();
        return range != null && range.startsWith("bytes " + offset + "-");
    }

    @Override
    public Optional<ObjectInfo> head(String key) {
        HeadObjectResponse there;
        try {
            there = attempts.of(() -> client.headObject(
                    request -> request.bucket(address.bucket()).key(address.prefix() + KeyText.checked(name(), key))));
        } catch (RuntimeException e) {
            if (S3Errors.status(e) == 404) {
                requireBucket();
                return Optional.empty();
            }
            throw errors.failure(key, e);
        }
        if (there.contentLength() == null || there.lastModified() == null) {
            throw incomplete(address, key);
        }
        return Optional.of(new ObjectInfo(key, there.contentLength(), there.lastModified(), S3Tag.bare(there.eTag())));
    }

    /** An answer that no server gives. */
    static Failure incomplete(StoreAddress.Bucket address, String key) {
        return new Failure(
                ExitCode.STORE,
                address + ": " + KeyText.shown(key) + ": the answer lacks the size or the time of the object",
                "look for a faulty proxy in between");
    }

    private void requireBucket() {
        if (bucketSeen) {
            return;
        }
        try {
            var unused = attempts.of(() -> client.headBucket(request -> request.bucket(address.bucket())));
        } catch (RuntimeException e) {
            if (S3Errors.status(e) == 404) {
                throw errors.noSuchBucket();
            }
            if (S3Errors.status(e) != 403) {
                throw errors.failure("", e);
            }
            // Not allowed to ask: the first answer has to do.
        }
        bucketSeen = true;
    }

    @Override
    public Iterator<ObjectInfo> list(String prefix) {
        return new S3Listing(client, address, prefix, errors, attempts);
    }

    @Override
    public void delete(String key) {
        try {
            var unused = attempt(
                    key,
                    () -> client.deleteObject(request ->
                            request.bucket(address.bucket()).key(address.prefix() + KeyText.checked(name(), key))));
        } catch (ObjectMissing e) {
            // AWS does not say so, some others do.
        }
    }

    @Override
    public ObjectCopies copies() {
        return copies;
    }

    @Override
    public void close() {
        copies.close();
        client.close();
    }

    private <T> T attempt(String key, Supplier<T> request) {
        try {
            return attempts.of(request);
        } catch (RuntimeException e) {
            throw errors.failure(key, e);
        }
    }
}
