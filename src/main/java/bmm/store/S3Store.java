package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Objects in a bucket of AWS or of any server that speaks S3, whichever library talks to it. */
final class S3Store implements ObjectStore {
    private final S3Address address;
    private final BucketClient client;
    private final S3Errors errors;
    private final Attempts attempts;
    private final S3Writer writer;
    private final S3Copies copies;

    /** Whether the bucket has been seen; the answer to HEAD does not tell a missing bucket from a missing object. */
    private volatile boolean bucketSeen;

    /**
     * @param accessKey of the credentials, if there are any
     */
    private S3Store(S3Address address, BucketClient client, Optional<String> accessKey, S3Tuning tuning) {
        this.address = address;
        this.client = client;
        this.errors = new S3Errors(address);
        this.attempts = new Attempts(tuning);
        S3Parts parts = new S3Parts(client, address, attempts);
        CreateOnly createOnly = new CreateOnly();
        this.writer = new S3Writer(client, address, tuning, errors, parts, createOnly);
        S3Upload upload = new S3Upload(client, address, errors, attempts, parts, createOnly);
        this.copies = new S3Copies(this, client, address, accessKey, errors, attempts, upload);
    }

    /** Over the library that belongs to the kind of address. */
    static S3Store open(S3Address address, Optional<S3Credentials> credentials, Optional<Path> ca, S3Tuning tuning) {
        BucketClient library = switch (address) {
            case BucketAddress bucket ->
                new AwsClient(S3Connection.open(bucket, credentials, ca, tuning), bucket.bucket(), tuning);
            case MinioAddress minio -> MinioClient.open(minio, credentials, ca, tuning);
        };
        BucketClient client = DirectClient.before(library, address, credentials, ca, tuning);
        return new S3Store(
                address, client, credentials.map(keys -> keys.accessKey().reveal()), tuning);
    }

    @Override
    public String name() {
        return address.toString();
    }

    @Override
    public void put(String key, Body body) {
        put(key, body, null);
    }

    @Override
    public void put(String key, Body body, @Nullable ObjectLock lock) {
        writer.put(KeyText.checked(name(), key), body, lock);
    }

    @Override
    public boolean canLock() {
        return true;
    }

    @Override
    public Optional<ObjectLock> lock(String key) {
        String fullKey = address.prefix() + KeyText.checked(name(), key);
        try {
            return attempts.of(() -> client.head(fullKey)).lock();
        } catch (RuntimeException e) {
            throw errors.failure(key, e);
        }
    }

    @Override
    public InputStream get(String key) {
        return new S3Stream(client, address, key, errors, attempts, 0, open(key));
    }

    @Override
    public InputStream get(String key, long offset, long length) {
        return get(key, offset, length, null);
    }

    /** A piece of this version of an object. */
    InputStream piece(ObjectInfo object, long offset, long length) {
        if (object.tag().isEmpty()) {
            return get(object.key(), offset, length);
        }
        return length == 0
                ? InputStream.nullInputStream()
                : get(object.key(), offset, length, "\"" + object.tag() + "\"");
    }

    private InputStream get(String key, long offset, long length, @Nullable String tag) {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("offset and length cannot be negative");
        }
        if (length == 0) {
            return nothing(key);
        }
        long last = length > Long.MAX_VALUE - offset ? Long.MAX_VALUE - 1 : offset + length - 1;
        BucketClient.Content stream;
        try {
            stream = open(key, "bytes=" + offset + "-" + last, tag);
        } catch (Failure e) {
            if (e.getCause() instanceof RuntimeException cause && S3Errors.status(cause) == 416) {
                return InputStream.nullInputStream();
            }
            throw e;
        }
        if (tag != null && !S3Tag.bare(stream.tag()).equals(S3Tag.bare(tag))) {
            stream.abort();
            throw changed(address, key);
        }
        if (!startsAt(offset, stream)) {
            stream.abort();
            throw new Failure(
                    ExitCode.STORE,
                    address + ": " + KeyText.shown(key) + ": the store ignores the range that was asked for",
                    "look for a proxy in between");
        }
        return new S3Stream(client, address, key, errors, attempts, offset, stream);
    }

    /** The content, if the answer says how much it is: an end that comes early would not be noticed otherwise. */
    private BucketClient.Content announced(String key, BucketClient.Content content) {
        if (content.length() < 0) {
            content.abort();
            throw incomplete(address, key);
        }
        return content;
    }

    /** An answer that no server gives. */
    static Failure incomplete(S3Address address, String key) {
        return new Failure(
                ExitCode.STORE,
                address + ": " + KeyText.shown(key) + ": the answer lacks the size or the time of the object",
                "look for a faulty proxy in between");
    }

    /** Another version than the one that was begun. */
    static Failure changed(S3Address address, String key) {
        return new Failure(
                ExitCode.STORE,
                address + ": " + KeyText.shown(key) + ": changed while it was read, or the store ignores ranges",
                "read it again from the start");
    }

    private InputStream nothing(String key) {
        if (head(key).isEmpty()) {
            throw new ObjectMissing(name(), key);
        }
        return InputStream.nullInputStream();
    }

    BucketClient.Content open(String key) {
        return open(key, null, null);
    }

    private BucketClient.Content open(String key, @Nullable String range, @Nullable String tag) {
        String fullKey = address.prefix() + KeyText.checked(name(), key);
        try {
            return announced(key, attempts.of(() -> client.get(fullKey, range, tag)));
        } catch (RuntimeException e) {
            if (tag != null && S3Errors.status(e) == 412) {
                throw changed(address, key);
            }
            throw errors.failure(key, e);
        }
    }

    /** Whether an answer begins where it was asked to. */
    static boolean startsAt(long offset, BucketClient.Content content) {
        String range = content.range();
        return range != null && range.startsWith("bytes " + offset + "-");
    }

    @Override
    public Optional<ObjectInfo> head(String key) {
        String fullKey = address.prefix() + KeyText.checked(name(), key);
        BucketClient.Found there;
        try {
            there = attempts.of(() -> client.head(fullKey));
        } catch (RuntimeException e) {
            if (S3Errors.status(e) == 404) {
                requireBucket();
                return Optional.empty();
            }
            throw errors.failure(key, e);
        }
        return Optional.of(new ObjectInfo(key, there.size(), there.modified(), there.tag()));
    }

    private void requireBucket() {
        if (bucketSeen) {
            return;
        }
        try {
            attempts.run(client::headBucket);
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
    public Iterator<ObjectVersion> versions(String prefix) {
        try {
            return attempts.of(client::keepsVersions)
                    ? new S3Versions(client, address.prefix(), prefix, errors, attempts)
                    : Collections.emptyIterator();
        } catch (RuntimeException e) {
            throw errors.failure("", e);
        }
    }

    @Override
    public void delete(String key) {
        String fullKey = address.prefix() + KeyText.checked(name(), key);
        try {
            attempts.run(() -> client.delete(fullKey));
        } catch (RuntimeException e) {
            // AWS does not say that there is none, some others do.
            if (!(errors.failure(key, e) instanceof ObjectMissing)) {
                throw errors.failure(key, e);
            }
        }
    }

    @Override
    public List<Leftover> leftovers() {
        List<Leftover> found = new ArrayList<>();
        BucketClient.UploadPage page = null;
        try {
            do {
                BucketClient.UploadPage before = page;
                page = attempts.of(() -> client.uploads(
                        address.prefix(),
                        before == null ? null : before.followingKey(),
                        before == null ? null : before.followingUpload()));
                for (BucketClient.Upload upload : page.uploads()) {
                    found.add(new Leftover(
                            upload.key().substring(address.prefix().length()), upload.id(), -1, upload.begun()));
                }
            } while (page.truncated() && !page.uploads().isEmpty());
        } catch (RuntimeException e) {
            throw errors.failure("", e);
        }
        return found;
    }

    @Override
    public void removeLeftover(Leftover leftover) {
        try {
            attempts.run(() -> client.abort(address.prefix() + leftover.key(), leftover.id()));
        } catch (RuntimeException e) {
            if (S3Errors.status(e) != 404) {
                throw errors.failure(leftover.key(), e);
            }
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
}
