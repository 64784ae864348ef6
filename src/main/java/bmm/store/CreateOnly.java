package bmm.store;

/** Whether a store knows {@code If-None-Match: *}, by which of several writers exactly one creates an object. */
final class CreateOnly {
    private volatile boolean known = true;

    boolean isKnown() {
        return known;
    }

    /** Whether an answer says for the first time that the store does not know it (Backblaze B2: 501). */
    boolean isNewlyUnknown(RuntimeException thrown) {
        boolean newly = known && S3Errors.status(thrown) == 501;
        if (newly) {
            known = false;
        }
        return newly;
    }

    /** Whether an answer says that the key is taken; 304 is what old MinIO says instead of 412. */
    static boolean isTaken(RuntimeException thrown) {
        int status = S3Errors.status(thrown);
        return status == 412 || status == 304;
    }
}
