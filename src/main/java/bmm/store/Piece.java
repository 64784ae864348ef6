package bmm.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Some bytes of a source, as one request sends them.
 *
 * @param proven whether somebody else makes sure that the store got what was read, so that no hash has to be sent
 */
record Piece(Source source, long offset, long length, boolean proven) {
    private static final int LARGEST_BUFFER = 128 * 1024;

    Piece(Source source, long offset, long length) {
        this(source, offset, length, false);
    }

    InputStream open() {
        return source.open(offset, length);
    }

    /** What they are read with, no larger than they are. */
    byte[] buffer() {
        return new byte[Math.clamp(length, 1, LARGEST_BUFFER)];
    }

    /** Their hash, by the JDK's name of the algorithm; they are read for it. */
    byte[] digest(String algorithm) {
        try (InputStream in = open()) {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            byte[] buffer = buffer();
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
