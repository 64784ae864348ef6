package bmm.store;

import bmm.store.ObjectCopies.Manner;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/**
 * Stores copies: with the properties and parts of their originals, so that the entity tag of the copy is that of the
 * original, and pieces that fit are read one time and held while they are signed and sent.
 */
final class S3Upload implements AutoCloseable {
    /** What S3 takes in one request. */
    static final long LARGEST_PIECE = 5L << 30;

    private static final String TYPE = "application/octet-stream";
    private static final int MIB = 1 << 20;

    /** All pieces that are held at a time, in MiB. */
    private static final int MOST_HELD = 192;

    private static final int WORKERS = 4;

    private final S3Client client;
    private final StoreAddress.Bucket address;
    private final S3Tuning tuning;
    private final S3Errors errors;
    private final Attempts attempts;
    private final Semaphore held = new Semaphore(MOST_HELD);
    private final ExecutorService workers = Executors.newFixedThreadPool(
            WORKERS, Thread.ofPlatform().daemon().name("part-", 1).factory());

    /** Whether {@code If-None-Match} may be relied on; until it was tried out, the key is looked at before. */
    private volatile boolean refusing;

    /** Cleared when the store says that it does not know the precondition (Backblaze B2: 501). */
    private volatile boolean conditional = true;

    S3Upload(S3Client client, StoreAddress.Bucket address, S3Tuning tuning, S3Errors errors) {
        this.client = client;
        this.address = address;
        this.tuning = tuning;
        this.errors = errors;
        this.attempts = new Attempts(tuning);
    }

    boolean refusesToReplace(String key) {
        refusing = isRefused(key) || (conditional && isRefused(key));
        return refusing;
    }

    private boolean isRefused(String key) {
        Source one = new Source(Body.of(new byte[] {'t'}));
        Manner manner = new Manner(ObjectProperties.NONE, List.of(1L), Instant.EPOCH, false);
        try {
            var unused = attempts.of(() -> putWhole(key, one, manner));
            return false;
        } catch (RuntimeException e) {
            if (S3Errors.status(e) == 501) {
                conditional = false;
                return false;
            }
            if (isTaken(e)) {
                return true;
            }
            throw errors.failure(key, e);
        }
    }

    void put(String key, RangedBody body, Manner manner) {
        Source source = new Source(body);
        try {
            source.checkEmpty(address.toString(), key);
            if (!manner.replace() && !refusing && exists(key)) {
                throw new ObjectExists(address.toString(), key);
            }
            if (manner.parts().size() > 1) {
                putInParts(key, body, manner, manner.parts());
            } else if (body.size() > LARGEST_PIECE) {
                putInParts(key, body, manner, ObjectCopies.equalParts(body.size()));
            } else {
                putInOnePiece(key, body, source, manner);
            }
            refuseRenaming(key, manner);
        } catch (IOException e) {
            source.check(address.toString(), key);
            throw errors.failure(key, new UncheckedIOException(e));
        } catch (RuntimeException e) {
            source.check(address.toString(), key);
            throw isTaken(e) ? new ObjectExists(address.toString(), key) : errors.failure(key, e);
        }
    }

    private boolean exists(String key) {
        try {
            var unused = attempts.of(() -> client.headObject(
                    request -> request.bucket(address.bucket()).key(address.prefix() + key)));
            return true;
        } catch (RuntimeException e) {
            if (S3Errors.status(e) == 404) {
                return false;
            }
            throw e;
        }
    }

    private void putInOnePiece(String key, RangedBody body, Source source, Manner manner) throws IOException {
        try (Held bytes = hold(body, 0, body.size())) {
            Source piece = bytes == null ? source : new Source(Body.of(bytes.bytes()));
            attempts.of(() -> {
                source.check(address.toString(), key);
                return putWhole(key, piece, manner);
            });
        }
    }

    private String putWhole(String key, Source source, Manner manner) {
        PutObjectRequest.Builder request = PutObjectRequest.builder()
                .bucket(address.bucket())
                .key(address.prefix() + key)
                .metadata(manner.properties().metadata())
                .tagging(tagging(manner))
                .ifNoneMatch(manner.replace() || !conditional ? null : "*")
                .overrideConfiguration(config -> config.apiCallAttemptTimeout(tuning.patience(source.size())));
        Map<String, String> headers = manner.properties().headers();
        request.contentType(headers.getOrDefault("Content-Type", TYPE))
                .cacheControl(headers.get("Cache-Control"))
                .contentDisposition(headers.get("Content-Disposition"))
                .contentEncoding(headers.get("Content-Encoding"))
                .contentLanguage(headers.get("Content-Language"));
        return client.putObject(request.build(), RequestBody.fromContentProvider(source::open, source.size(), TYPE))
                .eTag();
    }

    private static @Nullable String tagging(Manner manner) {
        Map<String, String> tags = manner.properties().tags();
        return tags.isEmpty()
                ? null
                : tags.entrySet().stream()
                        .map(tag -> encoded(tag.getKey()) + "=" + encoded(tag.getValue()))
                        .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void putInParts(String key, RangedBody body, Manner manner, List<Long> sizes) throws IOException {
        String fullKey = address.prefix() + key;
        String number = attempts.of(
                () -> client.createMultipartUpload(begin(fullKey, manner)).uploadId());
        boolean complete = false;
        List<Future<CompletedPart>> sent = new ArrayList<>();
        try {
            long offset = 0;
            for (long size : sizes) {
                long from = offset;
                int part = sent.size() + 1;
                sent.add(workers.submit(() -> putPart(fullKey, number, part, body, from, size)));
                offset += size;
            }
            List<CompletedPart> parts = new ArrayList<>();
            for (Future<CompletedPart> part : sent) {
                parts.add(part.get());
            }
            attempts.of(() -> client.completeMultipartUpload(request -> request.bucket(address.bucket())
                    .key(fullKey)
                    .uploadId(number)
                    .ifNoneMatch(manner.replace() || !conditional ? null : "*")
                    .multipartUpload(all -> all.parts(parts))));
            complete = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } finally {
            if (!complete) {
                sent.forEach(part -> part.cancel(true));
                abort(fullKey, number);
            }
        }
    }

    private CreateMultipartUploadRequest begin(String fullKey, Manner manner) {
        Map<String, String> headers = manner.properties().headers();
        return CreateMultipartUploadRequest.builder()
                .bucket(address.bucket())
                .key(fullKey)
                .metadata(manner.properties().metadata())
                .tagging(tagging(manner))
                .contentType(headers.getOrDefault("Content-Type", TYPE))
                .cacheControl(headers.get("Cache-Control"))
                .contentDisposition(headers.get("Content-Disposition"))
                .contentEncoding(headers.get("Content-Encoding"))
                .contentLanguage(headers.get("Content-Language"))
                .build();
    }

    private CompletedPart putPart(String fullKey, String upload, int number, RangedBody body, long offset, long size)
            throws IOException {
        try (Held bytes = hold(body, offset, size)) {
            Source whole = new Source(bytes == null ? body : Body.of(bytes.bytes()));
            long from = bytes == null ? offset : 0;
            UploadPartRequest part = UploadPartRequest.builder()
                    .bucket(address.bucket())
                    .key(fullKey)
                    .uploadId(upload)
                    .partNumber(number)
                    .contentLength(size)
                    .overrideConfiguration(config -> config.apiCallAttemptTimeout(tuning.patience(size)))
                    .build();
            String tag = attempts.of(() -> {
                whole.check(address.toString(), fullKey);
                return client.uploadPart(
                                part, RequestBody.fromContentProvider(() -> whole.open(from, size), size, TYPE))
                        .eTag();
            });
            return CompletedPart.builder().partNumber(number).eTag(tag).build();
        }
    }

    private void abort(String fullKey, String upload) {
        try {
            var unused = attempts.of(() -> client.abortMultipartUpload(
                    request -> request.bucket(address.bucket()).key(fullKey).uploadId(upload)));
        } catch (RuntimeException e) {
            // What led here is the failure to report; parts are never visible as an object.
        }
    }

    /** Some servers take a key for a path and store it under another one: S3Writer says more. */
    private void refuseRenaming(String key, Manner manner) {
        String fullKey = address.prefix() + key;
        if (S3Writer.asPath(fullKey).equals(fullKey)) {
            return;
        }
        boolean listed = attempts
                .of(() -> client.listObjectsV2(request -> request.bucket(address.bucket())
                        .prefix(fullKey)
                        .maxKeys(1)
                        .encodingType("url")))
                .contents()
                .stream()
                .anyMatch(object -> object.key().equals(fullKey));
        if (!listed) {
            if (refusing && !manner.replace()) {
                // It was free, so what is there now is what was just stored.
                var unused = attempts.of(() -> client.deleteObject(
                        request -> request.bucket(address.bucket()).key(S3Writer.asPath(fullKey))));
            }
            throw S3Writer.renamed(address, key, S3Writer.asPath(fullKey));
        }
    }

    private static boolean isTaken(RuntimeException thrown) {
        int status = S3Errors.status(thrown);
        return status == 412 || status == 304;
    }

    /** A piece in memory; null if it is too large to be held. */
    private @Nullable Held hold(RangedBody body, long offset, long size) throws IOException {
        int mebibytes = (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(size, MIB));
        if (mebibytes > MOST_HELD / 2) {
            return null;
        }
        try {
            held.acquire(mebibytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", e);
        }
        boolean done = false;
        try (InputStream in = body.open(offset, size)) {
            byte[] bytes = in.readNBytes((int) size);
            if (bytes.length < size) {
                throw new IOException("it ended " + (size - bytes.length) + " bytes before its announced end");
            }
            done = true;
            return new Held(bytes, () -> held.release(mebibytes));
        } finally {
            if (!done) {
                held.release(mebibytes);
            }
        }
    }

    private static final class Held implements AutoCloseable {
        private final byte[] bytes;
        private final Runnable release;

        Held(byte[] bytes, Runnable release) {
            this.bytes = bytes;
            this.release = release;
        }

        byte[] bytes() {
            return bytes;
        }

        @Override
        public void close() {
            release.run();
        }
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
