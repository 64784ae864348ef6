package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/**
 * Creates objects, and never replaces one: {@code If-None-Match: *} decides among concurrent writers where the store knows
 * it, a HEAD before it protects what is there where the store ignores it. Every put marks its object with a number of
 * its own, so that a lost answer to a successful put is not taken for another writer's success.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html">Conditional writes</a>
 */
final class S3Writer {
    private static final String MARK = "bmm-put";
    private static final String TYPE = "application/octet-stream";

    /** The limits of multipart uploads on AWS, which the other stores share. */
    private static final int MOST_PARTS = 10_000;

    private static final long LARGEST_PART = 5L << 30;

    private final S3Client client;
    private final StoreAddress.Bucket address;
    private final S3Tuning tuning;
    private final S3Errors errors;
    private final Attempts attempts;

    /** Cleared when the store says that it does not know the precondition (Backblaze B2: 501). */
    private volatile boolean conditional = true;

    S3Writer(S3Client client, StoreAddress.Bucket address, S3Tuning tuning, S3Errors errors) {
        this.client = client;
        this.address = address;
        this.tuning = tuning;
        this.errors = errors;
        this.attempts = new Attempts(tuning);
    }

    void put(String key, Body body) {
        Source source = new Source(body);
        long partSize = partSize(key, source.size());
        String mark = UUID.randomUUID().toString();
        // The HTTP client does not open a body of which it needs nothing.
        source.checkEmpty(address.toString(), key);
        for (int attempt = 1; ; attempt++) {
            try {
                if (isTakenByMe(key, mark)) {
                    return;
                }
                boolean withCondition = conditional;
                if (source.size() <= partSize) {
                    putWhole(key, source, mark, withCondition);
                } else {
                    putInParts(key, source, mark, withCondition, partSize);
                }
                if (!withCondition && !isTakenByMe(key, mark)) {
                    throw new ObjectExists(address.toString(), key);
                }
                refuseRenaming(key, mark);
                return;
            } catch (RuntimeException e) {
                source.check(address.toString(), key);
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
        if (size > LARGEST_PART * MOST_PARTS) {
            throw new Failure(
                    ExitCode.STORE,
                    address + ": " + KeyText.shown(key) + ": larger than an object can be in S3 (about 50 TB)",
                    "split it");
        }
        return Math.max(tuning.partSize(), Math.ceilDiv(size, MOST_PARTS));
    }

    /** Whether a failed put is in truth a done one; throws if it is another writer's. */
    private boolean isSettled(String key, String mark, RuntimeException thrown, boolean again) {
        int status = S3Errors.status(thrown);
        if (status == 501 && conditional) {
            conditional = false;
            return false;
        }
        // 304 is what old MinIO says instead of 412.
        boolean taken = status == 412 || status == 304;
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

    /**
     * Some servers take a key for a path: MinIO stores {@code /a} as {@code a}, others {@code a//b} as {@code a/b}. Such
     * an object would come back from a listing under another key, so it is removed again.
     */
    private void refuseRenaming(String key, String mark) {
        String fullKey = address.prefix() + key;
        String renamed = asPath(fullKey);
        if (renamed.equals(fullKey) || !isMarked(renamed, mark)) {
            return;
        }
        var unused = attempts.of(() ->
                client.deleteObject(request -> request.bucket(address.bucket()).key(renamed)));
        throw renamed(address, key, renamed);
    }

    static Failure renamed(StoreAddress.Bucket address, String key, String renamed) {
        return new Failure(
                ExitCode.STORE,
                address + ": " + KeyText.shown(key) + ": the store would name it " + KeyText.shown(renamed),
                "use a key without empty parts, . and ..; nothing was stored");
    }

    private boolean isMarked(String fullKey, String mark) {
        try {
            return mark.equals(client.headObject(
                            request -> request.bucket(address.bucket()).key(fullKey))
                    .metadata()
                    .get(MARK));
        } catch (RuntimeException e) {
            // Under that name there is nothing that could be looked at: the usual case.
            return false;
        }
    }

    static String asPath(String key) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : key.split("/", -1)) {
            switch (part) {
                case "", "." -> {}
                case ".." -> parts.pollLast();
                default -> parts.addLast(part);
            }
        }
        return String.join("/", parts) + (key.endsWith("/") && !parts.isEmpty() ? "/" : "");
    }

    /** False if the key is free, or if these credentials may not look; throws if it is another writer's. */
    private boolean isTakenByMe(String key, String mark) {
        HeadObjectResponse there;
        try {
            there = client.headObject(
                    request -> request.bucket(address.bucket()).key(address.prefix() + key));
        } catch (RuntimeException e) {
            int status = S3Errors.status(e);
            if (status == 404 || (conditional && status >= 300 && status < 500 && status != 429 && status != 408)) {
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

    private void putWhole(String key, Source source, String mark, boolean withCondition) {
        client.putObject(
                request -> request.bucket(address.bucket())
                        .key(address.prefix() + key)
                        .ifNoneMatch(withCondition ? "*" : null)
                        .metadata(Map.of(MARK, mark))
                        .overrideConfiguration(config -> config.apiCallAttemptTimeout(tuning.patience(source.size()))),
                RequestBody.fromContentProvider(source::open, source.size(), TYPE));
    }

    private void putInParts(String key, Source source, String mark, boolean withCondition, long partSize) {
        String fullKey = address.prefix() + key;
        String upload = attempts.of(() -> client.createMultipartUpload(request -> request.bucket(address.bucket())
                        .key(fullKey)
                        .contentType(TYPE)
                        .metadata(Map.of(MARK, mark)))
                .uploadId());
        boolean complete = false;
        try {
            List<CompletedPart> parts = new ArrayList<>();
            for (long offset = 0; offset < source.size(); offset += partSize) {
                parts.add(putPart(fullKey, upload, parts.size() + 1, source, offset, partSize));
            }
            attempts.of(() -> client.completeMultipartUpload(request -> request.bucket(address.bucket())
                    .key(fullKey)
                    .uploadId(upload)
                    .ifNoneMatch(withCondition ? "*" : null)
                    .multipartUpload(all -> all.parts(parts))));
            complete = true;
        } finally {
            if (!complete) {
                abort(fullKey, upload);
            }
        }
    }

    private CompletedPart putPart(
            String fullKey, String upload, int number, Source source, long offset, long partSize) {
        long length = Math.min(partSize, source.size() - offset);
        UploadPartRequest part = UploadPartRequest.builder()
                .bucket(address.bucket())
                .key(fullKey)
                .uploadId(upload)
                .partNumber(number)
                .contentLength(length)
                .overrideConfiguration(config -> config.apiCallAttemptTimeout(tuning.patience(length)))
                .build();
        String tag = attempts.of(() -> {
            source.check(address.toString(), fullKey);
            return client.uploadPart(
                            part, RequestBody.fromContentProvider(() -> source.open(offset, length), length, TYPE))
                    .eTag();
        });
        return CompletedPart.builder().partNumber(number).eTag(tag).build();
    }

    private void abort(String fullKey, String upload) {
        try {
            var unused = attempts.of(() -> Optional.of(client.abortMultipartUpload(
                    request -> request.bucket(address.bucket()).key(fullKey).uploadId(upload))));
        } catch (RuntimeException e) {
            // The failure that led here is the one to report. What is left costs space until the store's own
            // clean-up of unfinished uploads, but is never visible as an object.
        }
    }
}
