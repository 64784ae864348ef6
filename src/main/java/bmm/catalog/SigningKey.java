package bmm.catalog;

import java.security.PrivateKey;

/** A private key that manifests and records of drills are signed with, and its public half. */
public record SigningKey(PrivateKey key, VerifyKey verifyKey) {
    static SigningKey of(PrivateKey key) {
        return new SigningKey(key, new VerifyKey(Ed25519.publicKeyOf(key)));
    }

    /** Never the private half. */
    @Override
    public String toString() {
        return "signing key " + verifyKey.id();
    }
}
