package bmm.store;

import bmm.store.BucketClient.Part;
import java.util.List;

/** Uploads in parts: begun, sent and made an object, or given up so that nothing is left. */
final class S3Parts {
    /** The limits of AWS, which the other stores share. */
    static final int MOST = 10_000;

    static final long LARGEST = 5L << 30;

    /** Sends the parts of an upload. */
    interface Sending<E extends Exception> {
        /** Returns them in the order of their numbers. */
        List<Part> send(String upload) throws E;
    }

    private final BucketClient client;
    private final String store;
    private final Attempts attempts;

    S3Parts(BucketClient client, S3Address address, Attempts attempts) {
        this.client = client;
        this.store = address.toString();
        this.attempts = attempts;
    }

    <E extends Exception> void put(String fullKey, NewObject object, boolean createOnly, Sending<E> sending) throws E {
        String upload = attempts.of(() -> client.begin(fullKey, object));
        boolean complete = false;
        try {
            List<Part> parts = sending.send(upload);
            attempts.run(() -> client.complete(fullKey, upload, parts, createOnly));
            complete = true;
        } finally {
            if (!complete) {
                abort(fullKey, upload);
            }
        }
    }

    Part send(String fullKey, String upload, int number, Piece piece, NewObject object) {
        return attempts.of(() -> {
            piece.source().check(store, fullKey);
            return client.putPart(fullKey, upload, number, piece, object);
        });
    }

    private void abort(String fullKey, String upload) {
        try {
            attempts.run(() -> client.abort(fullKey, upload));
        } catch (RuntimeException e) {
            // The failure that led here is the one to report. What is left costs space until the store's own
            // clean-up of unfinished uploads, but is never visible as an object.
        }
    }
}
