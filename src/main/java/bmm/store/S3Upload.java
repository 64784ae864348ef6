package bmm.store;

import bmm.store.BucketClient.Part;
import bmm.store.ObjectCopies.Manner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Stores copies: with the properties and parts of their originals, so that the entity tag of the copy is that of the
 * original, and pieces that fit are read one time and held while they are signed and sent.
 */
final class S3Upload implements AutoCloseable {
    /** All pieces that are held at a time, in MiB; a larger one is read two times where its hash has to be sent. */
    private static final int MOST_HELD = 64;

    private static final int WORKERS = 4;

    private final BucketClient client;
    private final S3Address address;
    private final S3Errors errors;
    private final Attempts attempts;
    private final S3Parts parts;
    private final CreateOnly createOnly;
    private final PieceBuffers buffers = new PieceBuffers(MOST_HELD);
    private final ExecutorService workers = Executors.newFixedThreadPool(
            WORKERS, Thread.ofPlatform().daemon().name("part-", 1).factory());

    /** Whether {@code If-None-Match} may be relied on; until it was tried out, the key is looked at before. */
    private volatile boolean refusing;

    /** Whether entity tags are hashes of the content, as far as is known; over TLS nothing has to be told. */
    private volatile boolean tagsTell;

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
        this.tagsTell = address.server()
                .filter(server -> "http".equals(server.getScheme()))
                .isPresent();
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
        if (!buffers.canHold(body.size())) {
            attempts.run(() -> {
                source.check(address.toString(), key);
                putWhole(key, source, manner);
            });
            return;
        }
        try (PieceBuffers.Held held = buffers.hold(body, 0, body.size())) {
            attempts.run(() -> putWhole(key, new Source(held), manner));
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
        boolean proving = tagsTell && S3Tag.parts(manner.tag()) == sizes.size() && sizes.size() > 1;
        try {
            putInParts(key, body, manner, sizes, proving);
        } catch (Unproven e) {
            tagsTell = false;
            putInParts(key, body, manner, sizes, false);
        }
    }

    /**
     * Stores an object in parts.
     *
     * @param proving whether the tags of the parts, which are hashes of what the store got, have to make up the tag of the
     *     original before it becomes an object; otherwise a hash is sent with each part
     */
    private void putInParts(String key, RangedBody body, Manner manner, List<Long> sizes, boolean proving)
            throws IOException {
        String fullKey = address.prefix() + key;
        NewObject object = object(manner);
        parts.put(fullKey, object, !manner.replace() && createOnly.isKnown(), upload -> {
            List<Future<Part>> sent = new ArrayList<>();
            try {
                long offset = 0;
                for (long size : sizes) {
                    long from = offset;
                    int number = sent.size() + 1;
                    sent.add(workers.submit(() -> putPart(fullKey, upload, number, body, from, size, proving, object)));
                    offset += size;
                }
                List<Part> stored = await(sent);
                if (proving
                        && !S3Tag.ofParts(stored.stream().map(Part::tag).toList())
                                .equals(manner.tag())) {
                    throw new Unproven();
                }
                return stored;
            } finally {
                // Those that are done do not mind.
                sent.forEach(part -> part.cancel(true));
            }
        });
    }

    /** The tags do not tell whether the store has what was read, for example because it encrypts. */
    private static final class Unproven extends RuntimeException {}

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
            String fullKey,
            String upload,
            int number,
            RangedBody body,
            long offset,
            long size,
            boolean proven,
            NewObject object)
            throws IOException {
        if (!buffers.canHold(size)) {
            return parts.send(fullKey, upload, number, new Piece(new Source(body), offset, size, proven), object);
        }
        try (PieceBuffers.Held held = buffers.hold(body, offset, size)) {
            return parts.send(fullKey, upload, number, new Piece(new Source(held), 0, size, proven), object);
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

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
