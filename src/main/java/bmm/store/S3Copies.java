package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Objects of a bucket with their headers, metadata, tags and parts. */
final class S3Copies implements ObjectCopies {
    private static final Logger LOG = LoggerFactory.getLogger(S3Copies.class);

    private final S3Store store;
    private final BucketClient client;
    private final S3Address address;
    private final Optional<String> accessKey;
    private final S3Errors errors;
    private final Attempts attempts;
    private final S3Upload upload;

    /** Cleared when the store says that it knows no tags (R2, B2). */
    private volatile boolean tagging = true;

    S3Copies(
            S3Store store,
            BucketClient client,
            S3Address address,
            Optional<String> accessKey,
            S3Errors errors,
            Attempts attempts,
            S3Upload upload) {
        this.store = store;
        this.client = client;
        this.address = address;
        this.accessKey = accessKey;
        this.errors = errors;
        this.attempts = attempts;
        this.upload = upload;
    }

    @Override
    public Fetched fetch(String key) {
        BucketClient.Content content = store.open(key);
        try {
            Instant modified = content.modified().orElseThrow(() -> S3Store.incomplete(address, key));
            ObjectInfo info = new ObjectInfo(key, content.length(), modified, S3Tag.bare(content.tag()));
            ObjectProperties properties = content.properties();
            if (content.tagCount() > 0) {
                properties = properties.with(tags(key));
            }
            return new Fetched(info, properties, new S3Stream(client, address, key, errors, attempts, 0, content));
        } catch (RuntimeException e) {
            content.abort();
            throw e;
        }
    }

    private Map<String, String> tags(String key) {
        return asked(key, () -> client.tags(address.prefix() + key));
    }

    @Override
    public InputStream piece(ObjectInfo object, long offset, long length) {
        return store.piece(object, offset, length);
    }

    @Override
    public List<Long> parts(ObjectInfo object) {
        int count = S3Tag.parts(object.tag());
        if (count == 1) {
            return List.of(object.size());
        }
        try {
            return parts(object, count);
        } catch (Failure e) {
            if (isUnknown(e)) {
                return ObjectCopies.equalParts(object.size());
            }
            throw e;
        }
    }

    private List<Long> parts(ObjectInfo object, int count) {
        List<Long> parts = new ArrayList<>();
        long left = object.size();
        long first = part(object.key(), 1);
        long rest = object.size() - first * (count - 1);
        if (rest > 0 && rest <= first && part(object.key(), count) == rest) {
            // What every client does: equal parts, and a rest.
            for (; left > 0; left -= parts.getLast()) {
                parts.add(Math.min(first, left));
            }
            return parts;
        }
        for (int number = 1; number <= count && left > 0; number++) {
            parts.add(Math.min(left, part(object.key(), number)));
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

    private long part(String key, int number) {
        return asked(key, () -> client.partSize(address.prefix() + key, number));
    }

    @Override
    public void put(String key, RangedBody body, Manner manner) {
        String checked = KeyText.checked(store.name(), key);
        Manner wanted = tagging ? manner : manner.withoutTags();
        try {
            upload.put(checked, body, wanted);
        } catch (Failure e) {
            if (!isUnknown(e) || wanted.properties().tags().isEmpty()) {
                throw e;
            }
            LOG.atWarn().addKeyValue("store", address).log("the store keeps no tags; objects are copied without them");
            tagging = false;
            upload.put(checked, body, manner.withoutTags());
        }
    }

    /** Whether the store says that it knows no such request. */
    private static boolean isUnknown(Failure failure) {
        return failure.getCause() instanceof RuntimeException cause && S3Errors.status(cause) == 501;
    }

    @Override
    public boolean copy(ObjectCopies from, ObjectInfo object, String key, boolean replace) {
        if (!(from.undecorated() instanceof S3Copies other) || !isSameServer(other)) {
            return false;
        }
        if (!replace && store.head(key).isPresent()) {
            throw new ObjectExists(store.name(), key);
        }
        if (S3Tag.parts(object.tag()) > 1 || object.size() > S3Parts.LARGEST) {
            // Its parts come with their sizes only through an upload in parts.
            return false;
        }
        String fullKey = address.prefix() + KeyText.checked(store.name(), key);
        return asked(key, () -> {
            client.copy(other.address.bucket(), other.address.prefix() + object.key(), object.tag(), fullKey);
            return true;
        });
    }

    private boolean isSameServer(S3Copies other) {
        return address.isSameServer(other.address) && accessKey.equals(other.accessKey);
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
