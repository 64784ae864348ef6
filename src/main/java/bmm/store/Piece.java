package bmm.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Some bytes of a source, as one request sends them. */
record Piece(Source source, long offset, long length) {
    InputStream open() {
        return source.open(offset, length);
    }

    /** Their hash, by the JDK's name of the algorithm; they are read for it. */
    byte[] digest(String algorithm) {
        try (InputStream in = open()) {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            byte[] buffer = new byte[128 * 1024];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
            return digest.digest();
        } catch (IOException e) {
            // The source remembers it, and whoever puts asks it why.
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }
}
