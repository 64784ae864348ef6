package bmm.catalog;

import org.jspecify.annotations.Nullable;

/**
 * What came out when the signature of a manifest was checked.
 *
 * @param keyId of the key that it names; null if it bears no signature
 */
public record SignatureCheck(Outcome outcome, @Nullable String keyId) {
    /** It bears no signature at all. */
    static final SignatureCheck UNSIGNED = new SignatureCheck(Outcome.UNSIGNED, null);

    /** Ways that it can come out. */
    public enum Outcome {
        /** One of the keys that are known signed exactly these bytes. */
        VALID,
        /** It names a key that is known, which did not sign these bytes. */
        WRONG,
        /** It names a key that is not known here. */
        OTHER_KEY,
        UNSIGNED
    }
}
