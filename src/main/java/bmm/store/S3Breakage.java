package bmm.store;

/** No answer of an S3 server: it was not reached, broke off, took too long, or the request could not be made. */
final class S3Breakage extends RuntimeException {
    private final boolean slow;

    /**
     * @param slow whether the request took longer than it may
     */
    S3Breakage(Throwable cause, boolean slow) {
        super(cause);
        this.slow = slow;
    }

    boolean slow() {
        return slow;
    }
}
