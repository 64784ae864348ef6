package bmm.catalog;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Base64;
import java.util.HexFormat;

/** A public key that signatures of manifests are checked with. */
public record VerifyKey(PublicKey key) {
    /** What the text of a key begins with. */
    static final String PREFIX = "ed25519:";

    private static final int ID_BYTES = 8;

    /**
     * Reads {@link #text}.
     *
     * @throws IllegalArgumentException with a sentence if it is no key
     */
    static VerifyKey parse(String text) {
        try {
            return new VerifyKey(Ed25519.publicKey(Base64.getUrlDecoder().decode(text.substring(PREFIX.length()))));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(text + " is not an Ed25519 public key", e);
        }
    }

    /** The first 8 bytes of the SHA-256 of its 32 bytes, in hex: enough to tell keys apart, not to trust one. */
    public String id() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Ed25519.bytes(key));
            return HexFormat.of().formatHex(digest, 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** {@code ed25519:} and its 32 bytes in base64url without padding, as settings take it. */
    public String text() {
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(Ed25519.bytes(key));
    }
}
