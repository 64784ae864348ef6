package bmm.store;

/** The answer of an S3 server that says no. */
final class S3Refusal extends RuntimeException {
    private final int status;
    private final String code;
    private final String said;

    /**
     * @param status of HTTP
     * @param code S3's error code; empty if there was none, as with every HEAD
     * @param said the server's own sentence, or nothing
     */
    S3Refusal(int status, String code, String said, Throwable cause) {
        super(status + " " + code + " " + said, cause);
        this.status = status;
        this.code = code;
        this.said = said.strip().replaceAll("\\s*[\\r\\n]+\\s*", "; ");
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    String said() {
        return said;
    }
}
