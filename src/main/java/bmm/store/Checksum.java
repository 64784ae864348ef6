package bmm.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Checksums as S3 takes them in headers: base64. */
final class Checksum {
    private Checksum() {}

    static String sha256(String text) {
        return of("SHA-256", text);
    }

    static String md5(String text) {
        return of("MD5", text);
    }

    private static String of(String algorithm, String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no " + algorithm, e);
        }
    }
}
