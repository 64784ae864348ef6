package bmm.catalog;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** Ed25519 (RFC 8032) with keys in the PEM files that openssl writes. */
public final class Ed25519 {
    private static final String ALGORITHM = "Ed25519";

    private Ed25519() {}

    /** What stands before the 32 bytes of a public key in its X.509 form (RFC 8410, section 4). */
    private static final byte[] PUBLIC_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final int PUBLIC_LENGTH = 32;

    /**
     * A private key as PKCS#8 PEM, its line breaks kept or not.
     *
     * @param setting what named it, for the message
     * @throws Failure {@link ExitCode#CONFIGURATION} if it is none; the message says nothing of its content
     */
    public static PrivateKey privateKey(String pem, String setting) {
        try {
            return KeyFactory.getInstance(ALGORITHM)
                    .generatePrivate(new PKCS8EncodedKeySpec(decoded(pem, "PRIVATE KEY")));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    setting + " is not an Ed25519 private key in PKCS#8 PEM",
                    "openssl genpkey -algorithm ed25519 -out FILE makes one; a setting names it as KEY_FILE=FILE");
        }
    }

    /**
     * A public key as PEM.
     *
     * @throws Failure {@link ExitCode#CONFIGURATION} if it is none
     */
    public static PublicKey publicKey(String pem, String where) {
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(decoded(pem, "PUBLIC KEY")));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    where + " is not an Ed25519 public key in PEM",
                    "openssl pkey -in PRIVATE_KEY_FILE -pubout -out FILE",
                    e);
        }
    }

    /** A new private key. */
    static PrivateKey newPrivateKey() {
        try {
            return KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair().getPrivate();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        }
    }

    /** A private key as the PEM file that openssl would write. */
    static String pem(PrivateKey key) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n";
    }

    /** The 32 bytes of a public key (RFC 8032, section 5.1.5). */
    static byte[] bytes(PublicKey key) {
        byte[] encoded = key.getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - PUBLIC_LENGTH, encoded.length);
    }

    /**
     * The public key of 32 bytes.
     *
     * @throws GeneralSecurityException if they are none
     */
    static PublicKey publicKey(byte[] bytes) throws GeneralSecurityException {
        if (bytes.length != PUBLIC_LENGTH) {
            throw new GeneralSecurityException("not " + PUBLIC_LENGTH + " bytes");
        }
        byte[] encoded = Arrays.copyOf(PUBLIC_PREFIX, PUBLIC_PREFIX.length + PUBLIC_LENGTH);
        System.arraycopy(bytes, 0, encoded, PUBLIC_PREFIX.length, PUBLIC_LENGTH);
        PublicKey key = KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded));
        // Whether it is a point on the curve is only seen here.
        Signature.getInstance(ALGORITHM).initVerify(key);
        return key;
    }

    private static byte[] decoded(String pem, String label) {
        String body = pem.replace("-----BEGIN " + label + "-----", "").replace("-----END " + label + "-----", "");
        return Base64.getDecoder().decode(body.replaceAll("\\s|\\\\n", ""));
    }

    /** The public half of a private key, which is all that the private one holds made into a pair again. */
    public static PublicKey publicKeyOf(PrivateKey key) {
        byte[] seed = ((EdECPrivateKey) key).getBytes().orElseThrow();
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
            generator.initialize(NamedParameterSpec.ED25519, new Fixed(seed));
            return generator.generateKeyPair().getPublic();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        }
    }

    /** The JDK makes a pair of 32 random bytes and has no other way from them to the public key. */
    private static final class Fixed extends SecureRandom {
        private final transient byte[] seed;

        Fixed(byte[] seed) {
            this.seed = seed;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }

    static String sign(byte[] message, PrivateKey key) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(message);
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        }
    }

    static boolean verify(byte[] message, String base64, PublicKey key) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(message);
            return signature.verify(Base64.getDecoder().decode(base64));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }
}
