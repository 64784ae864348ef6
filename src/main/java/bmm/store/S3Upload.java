package bmm.store;

import bmm.store.BucketClient.Part;
import bmm.store.ObjectCopies.Manner;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Stores copies: with the properties and parts of their originals, so that the entity tag of the copy is that of the
 * original, and pieces that fit are read one time and held while they are signed and sent.
 */
final class S3Upload implements AutoCloseable {
    private static final int MIB = 1 << 20;

    /** All pieces that are held at a time, in MiB. */
    private static final int MOST_HELD = 192;

    private static final int WORKERS = 4;

    private final BucketClient client;
    private final S3Address address;
    private final S3Errors errors;
    private final Attempts attempts;
    private final S3Parts parts;
    private final CreateOnly createOnly;
    private final Semaphore held = new Semaphore(MOST_HELD);
    private final ExecutorService workers = Executors.newFixedThreadPool(
            WORKERS, Thread.ofPlatform().daemon().name("part-", 1).factory());

    /** Whether {@code If-None-Match} may be relied on; until it was tried out, the key is looked at before. */
    private volatile boolean refusing;

    S3Upload(
            BucketClient client,
            S3Address address,
            S3Errors errors,
            Attempts attempts,
            S3Parts parts,
            CreateOnly createOnly) {
        this.client = client;
        this.address = address;
        this.errors = errors;
        this.attempts = attempts;
        this.parts = parts;
        this.createOnly = createOnly;
    }

    boolean refusesToReplace(String key) {
        refusing = isRefused(key) || (createOnly.isKnown() && isRefused(key));
        return refusing;
    }

    private boolean isRefused(String key) {
        Source one = new Source(Body.of(new byte[] {'t'}));
        Manner manner = new Manner(ObjectProperties.NONE, List.of(1L), Instant.EPOCH, false);
        try {
            attempts.run(() -> putWhole(key, one, manner));
            return false;
        } catch (RuntimeException e) {
            if (createOnly.isNewlyUnknown(e)) {
                return false;
            }
            if (CreateOnly.isTaken(e)) {
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
            } else if (body.size() > S3Parts.LARGEST) {
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
            throw CreateOnly.isTaken(e) ? new ObjectExists(address.toString(), key) : errors.failure(key, e);
        }
    }

    private boolean exists(String key) {
        try {
            var unused = attempts.of(() -> client.head(address.prefix() + key));
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
            attempts.run(() -> {
                source.check(address.toString(), key);
                putWhole(key, piece, manner);
            });
        }
    }

    private void putWhole(String key, Source source, Manner manner) {
        client.put(
                address.prefix() + key,
                new Piece(source, 0, source.size()),
                object(manner),
                !manner.replace() && createOnly.isKnown());
    }

    private static NewObject object(Manner manner) {
        return new NewObject(manner.properties(), null);
    }

    private void putInParts(String key, RangedBody body, Manner manner, List<Long> sizes) throws IOException {
        String fullKey = address.prefix() + key;
        NewObject object = object(manner);
        parts.put(fullKey, object, !manner.replace() && createOnly.isKnown(), upload -> {
            List<Future<Part>> sent = new ArrayList<>();
            try {
                long offset = 0;
                for (long size : sizes) {
                    long from = offset;
                    int number = sent.size() + 1;
                    sent.add(workers.submit(() -> putPart(fullKey, upload, number, body, from, size, object)));
                    offset += size;
                }
                return await(sent);
            } finally {
                // Those that are done do not mind.
                sent.forEach(part -> part.cancel(true));
            }
        });
    }

    private static List<Part> await(List<Future<Part>> sent) throws IOException {
        List<Part> done = new ArrayList<>();
        try {
            for (Future<Part> part : sent) {
                done.add(part.get());
            }
            return done;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
    }

    private Part putPart(
            String fullKey, String upload, int number, RangedBody body, long offset, long size, NewObject object)
            throws IOException {
        try (Held bytes = hold(body, offset, size)) {
            Piece piece = bytes == null
                    ? new Piece(new Source(body), offset, size)
                    : new Piece(new Source(Body.of(bytes.bytes())), 0, size);
            return parts.send(fullKey, upload, number, piece, object);
        }
    }

    /** Refuses what the store has under another key: {@link PathKeys}. */
    private void refuseRenaming(String key, Manner manner) {
        String fullKey = address.prefix() + key;
        String renamed = PathKeys.asPath(fullKey);
        if (renamed.equals(fullKey)) {
            return;
        }
        boolean listed = attempts.of(() -> client.list(fullKey, null, null)).objects().stream()
                .anyMatch(object -> object.key().equals(fullKey));
        if (!listed) {
            if (refusing && !manner.replace()) {
                // It was free, so what is there now is what was just stored.
                attempts.run(() -> client.delete(renamed));
            }
            throw PathKeys.renamed(address, key, renamed);
        }
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
