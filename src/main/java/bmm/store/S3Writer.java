package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Creates objects, and never replaces one: {@code If-None-Match: *} decides among concurrent writers where the store knows
 * it, a HEAD before it protects what is there where the store ignores it. Every put marks its object with a number of
 * its own, so that a lost answer to a successful put is not taken for another writer's success.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html">Conditional writes</a>
 */
final class S3Writer {
    private static final String MARK = "bmm-put";

    private final BucketClient client;
    private final S3Address address;
    private final S3Tuning tuning;
    private final S3Errors errors;
    private final Attempts attempts;
    private final S3Parts parts;
    private final CreateOnly createOnly;

    S3Writer(
            BucketClient client,
            S3Address address,
            S3Tuning tuning,
            S3Errors errors,
            S3Parts parts,
            CreateOnly createOnly) {
        this.client = client;
        this.address = address;
        this.tuning = tuning;
        this.errors = errors;
        this.attempts = new Attempts(tuning);
        this.parts = parts;
        this.createOnly = createOnly;
    }

    void put(String key, Body body, @Nullable ObjectLock lock) {
        Source source = new Source(body);
        long partSize = partSize(key, source.size());
        String mark = UUID.randomUUID().toString();
        NewObject object = NewObject.with(Map.of(MARK, mark), lock);
        // The HTTP client does not open a body of which it needs nothing.
        source.checkEmpty(address.toString(), key);
        for (int attempt = 1; ; attempt++) {
            try {
                if (isTakenByMe(key, mark)) {
                    return;
                }
                boolean withCondition = createOnly.isKnown();
                if (source.size() <= partSize) {
                    putWhole(key, source, object, withCondition);
                } else {
                    putInParts(key, source, object, withCondition, partSize);
                }
                if (!withCondition && !isTakenByMe(key, mark)) {
                    throw new ObjectExists(address.toString(), key);
                }
                refuseRenaming(key, mark);
                return;
            } catch (RuntimeException e) {
                source.check(address.toString(), key);
                S3Lock.refusal(lock, address.toString(), e).ifPresent(refusal -> {
                    throw refusal;
                });
                boolean again = attempt < attempts.most() && isWorthAnother(e, source.size() <= partSize);
                if (isSettled(key, mark, e, again)) {
                    return;
                }
                if (!again) {
                    throw errors.failure(key, e);
                }
                attempts.waitAfter(attempt, e);
            }
        }
    }

    private long partSize(String key, long size) {
        if (size > S3Parts.LARGEST * S3Parts.MOST) {
            throw new Failure(
                    ExitCode.STORE,
                    address + ": " + KeyText.shown(key) + ": larger than an object can be in S3 (about 50 TB)",
                    "split it");
        }
        return Math.max(tuning.partSize(), Math.ceilDiv(size, S3Parts.MOST));
    }

    /** Whether a failed put is in truth a done one; throws if it is another writer's. */
    private boolean isSettled(String key, String mark, RuntimeException thrown, boolean again) {
        if (createOnly.isNewlyUnknown(thrown)) {
            return false;
        }
        boolean taken = CreateOnly.isTaken(thrown);
        // The answer to a success may have been lost. Another attempt looks first, so only the last one asks here.
        boolean unclear = S3Errors.isTransient(thrown) || S3Errors.code(thrown).equals("NoSuchUpload");
        if (!taken && (again || !unclear)) {
            return false;
        }
        try {
            if (isTakenByMe(key, mark)) {
                return true;
            }
        } catch (ObjectExists e) {
            throw e;
        } catch (RuntimeException e) {
            thrown.addSuppressed(e);
        }
        if (taken) {
            throw new ObjectExists(address.toString(), key);
        }
        return false;
    }

    private static boolean isWorthAnother(RuntimeException thrown, boolean whole) {
        int status = S3Errors.status(thrown);
        // 409: two writers at one time; the docs ask for the whole upload again. The requests of a multipart upload
        // have
        // been tried several times each already.
        return status == 409 || status == 501 || (whole && S3Errors.isTransient(thrown));
    }

    /** Removes an object again that the store has under another key: {@link PathKeys}. */
    private void refuseRenaming(String key, String mark) {
        String fullKey = address.prefix() + key;
        String renamed = PathKeys.asPath(fullKey);
        if (renamed.equals(fullKey) || !isMarked(renamed, mark)) {
            return;
        }
        attempts.run(() -> client.delete(renamed));
        throw PathKeys.renamed(address, key, renamed);
    }

    private boolean isMarked(String fullKey, String mark) {
        try {
            return mark.equals(client.head(fullKey).metadata().get(MARK));
        } catch (RuntimeException e) {
            // Under that name there is nothing that could be looked at: the usual case.
            return false;
        }
    }

    /** False if the key is free, or if these credentials may not look; throws if it is another writer's. */
    private boolean isTakenByMe(String key, String mark) {
        BucketClient.Found there;
        try {
            there = client.head(address.prefix() + key);
        } catch (RuntimeException e) {
            int status = S3Errors.status(e);
            if (status == 404
                    || (createOnly.isKnown() && status >= 300 && status < 500 && status != 429 && status != 408)) {
                // Without the right to read, the put itself has to tell; and its answer, unlike this one, says why.
                return false;
            }
            throw e;
        }
        if (mark.equals(there.metadata().get(MARK))) {
            return true;
        }
        throw new ObjectExists(address.toString(), key);
    }

    private void putWhole(String key, Source source, NewObject object, boolean withCondition) {
        client.put(address.prefix() + key, new Piece(source, 0, source.size()), object, withCondition);
    }

    private void putInParts(String key, Source source, NewObject object, boolean withCondition, long partSize) {
        String fullKey = address.prefix() + key;
        parts.put(fullKey, object, withCondition, upload -> {
            List<BucketClient.Part> sent = new ArrayList<>();
            for (long offset = 0; offset < source.size(); offset += partSize) {
                Piece piece = new Piece(source, offset, Math.min(partSize, source.size() - offset));
                sent.add(parts.send(fullKey, upload, sent.size() + 1, piece, object));
            }
            return sent;
        });
    }
}
