package bmm.stream;

import com.exceptionfactory.jagged.FileKey;
import com.exceptionfactory.jagged.PayloadException;
import com.exceptionfactory.jagged.RecipientStanzaReader;
import com.exceptionfactory.jagged.UnsupportedRecipientStanzaException;
import com.exceptionfactory.jagged.framework.armor.ArmoredDecryptingChannelFactory;
import com.exceptionfactory.jagged.framework.stream.StandardDecryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaReaderFactory;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What opens files that {@link Encryption}, or the {@code age} tool, encrypted: its X25519 identities. */
public final class Identities {
    /** Opens nothing. */
    public static final Identities NONE = new Identities(List.of());

    private static final byte[] MAGIC = "age-encryption.org/v1\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ARMOR = "-----BEGIN AGE ENCRYPTED FILE-----".getBytes(StandardCharsets.US_ASCII);

    private final List<RecipientStanzaReader> readers;

    private Identities(List<RecipientStanzaReader> readers) {
        this.readers = readers;
    }

    /**
     * Reads a file of identities as {@code age-keygen} writes it: one a line, comments begin with a {@code #}.
     *
     * @throws IllegalArgumentException with a sentence that tells which line is none, and not what it holds
     */
    public static Identities parse(String text) {
        List<RecipientStanzaReader> readers = new ArrayList<>();
        List<String> lines = text.lines().map(String::strip).toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                readers.add(X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(line));
            } catch (GeneralSecurityException | RuntimeException e) {
                // Without the cause: its message may repeat what it could not read.
                throw new IllegalArgumentException(
                        "line " + (i + 1) + " is no X25519 identity of age (AGE-SECRET-KEY-1…)");
            }
        }
        if (readers.isEmpty()) {
            throw new IllegalArgumentException("no identity in it (AGE-SECRET-KEY-1…)");
        }
        return new Identities(List.copyOf(readers));
    }

    /** Opens the one file whose key this is. */
    static Identities ofFileKey(byte[] key) {
        return new Identities(List.of(stanzas -> new FileKey(key.clone())));
    }

    /** Whether it opens nothing. */
    public boolean isEmpty() {
        return readers.isEmpty();
    }

    /** Whether this is how an encrypted file begins, armored or not. */
    public static boolean isEncrypted(byte[] head) {
        return begins(head, MAGIC) || begins(head, ARMOR);
    }

    private static boolean begins(byte[] bytes, byte[] magic) {
        return bytes.length >= magic.length && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
    }

    /**
     * Decrypts as it is read. Every piece of 64 KiB is authenticated before any of it is handed out, the end too; so
     * who reads to the end knows that it is whole.
     *
     * @throws Locked if no identity here fits
     * @throws IOException if it is cut or damaged, now or from {@code read}
     */
    public InputStream decrypt(InputStream in) throws IOException {
        if (readers.isEmpty()) {
            throw new Locked("it is encrypted, and no identity is given");
        }
        InputStream encrypted = new BufferedInputStream(in, 1 << 16);
        encrypted.mark(ARMOR.length);
        byte[] head = encrypted.readNBytes(ARMOR.length);
        encrypted.reset();
        if (!isEncrypted(head)) {
            throw new IOException("its beginning is not that of a file that age encrypted");
        }
        var factory =
                begins(head, ARMOR) ? new ArmoredDecryptingChannelFactory() : new StandardDecryptingChannelFactory();
        try {
            return new Decrypted(factory.newDecryptingChannel(PlainChannels.reading(encrypted), readers));
        } catch (UnsupportedRecipientStanzaException e) {
            throw new Locked("none of the identities given opens it");
        } catch (GeneralSecurityException | PayloadException | RuntimeException e) {
            throw new IOException("its encrypted header is cut or damaged", e);
        }
    }

    /** The bytes behind {@link Encryption#armored}. */
    public byte[] fromArmored(String text) throws IOException {
        try (InputStream in = decrypt(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)))) {
            return in.readAllBytes();
        }
    }

    private static final class Decrypted extends InputStream {
        private final ReadableByteChannel channel;
        private @Nullable IOException broken;

        Decrypted(ReadableByteChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (broken != null) {
                throw new IOException(broken.getMessage(), broken);
            }
            if (length == 0) {
                return 0;
            }
            try {
                return channel.read(ByteBuffer.wrap(bytes, offset, length));
            } catch (PayloadException e) {
                broken = new IOException("its encrypted bytes are cut or damaged", e);
                throw broken;
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
