package bmm.stream;

import com.exceptionfactory.jagged.FileKey;
import com.exceptionfactory.jagged.RecipientStanza;
import com.exceptionfactory.jagged.RecipientStanzaWriter;
import com.exceptionfactory.jagged.framework.armor.ArmoredEncryptingChannelFactory;
import com.exceptionfactory.jagged.framework.stream.StandardEncryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

/**
 * Encrypts to X25519 recipients in the age format, so that only the holder of one of their identities can read it: the
 * {@code age} tool, or {@link Identities}.
 *
 * @see <a href="https://age-encryption.org/v1">The age file encryption format</a>
 */
public final class Encryption {
    private final List<RecipientStanzaWriter> recipients;

    private Encryption(List<RecipientStanzaWriter> recipients) {
        this.recipients = recipients;
    }

    /**
     * Encryption to every one of these.
     *
     * @param recipients {@code age1…}, at least one
     * @throws IllegalArgumentException with a sentence that names the one that is none
     */
    public static Encryption to(List<String> recipients) {
        List<RecipientStanzaWriter> writers = new ArrayList<>();
        for (String recipient : recipients) {
            // Whoever mistakes the one for the other must not find the secret in a log.
            if (recipient.startsWith("AGE-SECRET-KEY-")) {
                throw new IllegalArgumentException(
                        "that is an identity, which is secret; its recipient begins with age1");
            }
            try {
                writers.add(X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(recipient));
            } catch (GeneralSecurityException | RuntimeException e) {
                throw new IllegalArgumentException(recipient + " is no X25519 recipient of age (age1…)", e);
            }
        }
        if (writers.isEmpty()) {
            throw new IllegalArgumentException("no recipient");
        }
        return new Encryption(List.copyOf(writers));
    }

    /** Encrypts what is written; only closing it makes it whole, and closes {@code out} too. */
    public Encrypted encrypt(OutputStream out) throws IOException {
        KeptKey key = new KeptKey();
        List<RecipientStanzaWriter> all = new ArrayList<>(recipients);
        all.add(key);
        try {
            return new Encrypted(
                    new StandardEncryptingChannelFactory().newEncryptingChannel(PlainChannels.writing(out), all), key);
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot encrypt: " + e.getMessage(), e);
        }
    }

    /** A few bytes, encrypted. */
    public byte[] encrypted(byte[] plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Encrypted out = encrypt(bytes)) {
            out.write(plain);
        }
        return bytes.toByteArray();
    }

    /** A few bytes, encrypted, as armored text for a place that holds text. */
    public String armored(byte[] plain) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (WritableByteChannel channel =
                new ArmoredEncryptingChannelFactory().newEncryptingChannel(PlainChannels.writing(text), recipients)) {
            writeAll(channel, ByteBuffer.wrap(plain));
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot encrypt: " + e.getMessage(), e);
        }
        return text.toString(StandardCharsets.US_ASCII);
    }

    private static void writeAll(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** What is written to it is encrypted. */
    public static final class Encrypted extends OutputStream {
        private final WritableByteChannel channel;
        private final KeptKey key;

        private Encrypted(WritableByteChannel channel, KeptKey key) {
            this.channel = channel;
            this.key = key;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            writeAll(channel, ByteBuffer.wrap(bytes, offset, length));
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }

        /**
         * Opens this one file, and no other, as long as this process lives: so that what was written can be read back
         * and decoded where there is no identity.
         */
        public Identities reader() {
            return Identities.ofFileKey(key.bytes);
        }
    }

    /** Looks at the key of the file on its way to the recipients; what it adds to the header is nothing. */
    private static final class KeptKey implements RecipientStanzaWriter {
        private byte[] bytes = {};

        @Override
        public Iterable<RecipientStanza> getRecipientStanzas(FileKey fileKey) {
            bytes = fileKey.getEncoded();
            return List.of();
        }
    }
}
