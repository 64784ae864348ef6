package bmm.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With the age tool at the other end, and with bytes that are not as they were written. */
class EncryptionTest {
    private static final int PIECE = 64 * 1024;

    @TempDir
    Path directory;

    private Path mine;
    private Path other;
    private Encryption encryption;

    @BeforeEach
    void keys() throws Exception {
        mine = AgeTool.identity(directory.resolve("mine"));
        other = AgeTool.identity(directory.resolve("other"));
        encryption = Encryption.to(List.of(AgeTool.recipient(mine)));
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static Identities identities(Path file) throws IOException {
        return Identities.parse(Files.readString(file));
    }

    private static byte[] decrypt(Identities identities, byte[] bytes) throws IOException {
        try (InputStream in = identities.decrypt(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 1_000_000})
    void bothReadWhatTheOtherWrote(int size) throws Exception {
        byte[] plain = random(size);
        Path encrypted = directory.resolve("x.age");
        try (Encryption.Encrypted out = Encryption.to(List.of(AgeTool.recipient(other), AgeTool.recipient(mine)))
                .encrypt(Files.newOutputStream(encrypted))) {
            out.write(plain, 0, size / 3);
            out.write(plain, size / 3, size - size / 3);
        }
        for (Path identity : List.of(mine, other)) {
            Path decrypted = directory.resolve("x-" + identity.getFileName());
            AgeTool.decrypt(identity, encrypted, decrypted);
            assertThat(decrypted).hasBinaryContent(plain);
            assertThat(decrypt(identities(identity), Files.readAllBytes(encrypted)))
                    .isEqualTo(plain);
        }

        Path file = Files.write(directory.resolve("y"), plain);
        for (List<String> options : List.of(
                List.of("-r", AgeTool.recipient(other), "-r", AgeTool.recipient(mine)),
                List.of("-a", "-r", AgeTool.recipient(mine)))) {
            Path byAge = directory.resolve("y.age");
            Files.deleteIfExists(byAge);
            AgeTool.encrypt(options, file, byAge);
            assertThat(decrypt(identities(mine), Files.readAllBytes(byAge))).isEqualTo(plain);
        }
    }

    @Test
    void textForPlacesThatHoldText() throws Exception {
        byte[] plain = random(200_000);
        Path armored = Files.writeString(directory.resolve("x"), encryption.armored(plain));
        AgeTool.decrypt(mine, armored, directory.resolve("plain"));

        assertThat(directory.resolve("plain")).hasBinaryContent(plain);
        assertThat(identities(mine).fromArmored(Files.readString(armored))).isEqualTo(plain);
        assertThat(Files.readString(armored)).startsWith("-----BEGIN AGE ENCRYPTED FILE-----\n");
    }

    @Test
    void whoWritesReadsThatOneFileBackWithoutAnIdentity() throws Exception {
        byte[] plain = random(100_000);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Encryption.Encrypted out = encryption.encrypt(bytes);
        out.write(plain);
        out.close();

        assertThat(decrypt(out.reader(), bytes.toByteArray())).isEqualTo(plain);
        assertThatThrownBy(() -> decrypt(out.reader(), encryption.encrypted(plain)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void toTheWrongIdentityItStaysLocked() throws Exception {
        byte[] encrypted = encryption.encrypted(random(100));

        assertThatThrownBy(() -> decrypt(identities(other), encrypted))
                .isInstanceOf(Locked.class)
                .hasMessageContaining("none of the identities");
        assertThatThrownBy(() -> decrypt(Identities.NONE, encrypted))
                .isInstanceOf(Locked.class)
                .hasMessageContaining("no identity is given");
        assertThat(decrypt(Identities.parse(Files.readString(other) + Files.readString(mine)), encrypted))
                .isEqualTo(random(100));
    }

    @Test
    void whatWasCutIsNeverTakenForTheWhole() throws Exception {
        byte[] encrypted = encryption.encrypted(random(2 * PIECE + 500));
        for (int length = 0; length < encrypted.length; length += length < 400 ? 1 : 997) {
            byte[] cut = Arrays.copyOf(encrypted, length);
            assertThat(catchThrowable(() -> decrypt(identities(mine), cut)))
                    .as("cut to %s of %s", length, encrypted.length)
                    .isInstanceOf(IOException.class);
        }
        // At the very end of a piece, where nothing but the missing mark of the last one tells.
        int header = encrypted.length - (2 * (PIECE + 16) + 500 + 16);
        assertThat(catchThrowable(() -> decrypt(identities(mine), Arrays.copyOf(encrypted, header + PIECE + 16))))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aFlippedBitIsNoticedBeforeItsPieceIsHandedOut() throws Exception {
        byte[] encrypted = encryption.encrypted(random(2 * PIECE + 500));
        for (int at = 0; at < encrypted.length; at += at < 400 ? 1 : 997) {
            byte[] damaged = encrypted.clone();
            damaged[at] ^= 1;
            assertThat(catchThrowable(() -> decrypt(identities(mine), damaged)))
                    .as("byte %s", at)
                    .isInstanceOf(IOException.class);
        }
        byte[] damaged = encrypted.clone();
        damaged[encrypted.length - 1] ^= 1;
        try (InputStream in = identities(mine).decrypt(new ByteArrayInputStream(damaged))) {
            assertThat(in.readNBytes(2 * PIECE)).hasSize(2 * PIECE);
            assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessageContaining("damaged");
            assertThatThrownBy(in::read).isInstanceOf(IOException.class);
        }
    }

    @Test
    void keysThatAreNone() throws Exception {
        String secret = Files.readAllLines(mine).getLast();
        assertThatThrownBy(() -> Encryption.to(List.of("age1nonsense")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("age1nonsense");
        assertThatThrownBy(() -> Encryption.to(List.of(secret)))
                .hasMessageContaining("is an identity")
                .message()
                .doesNotContain(secret.substring(20));
        assertThatThrownBy(() -> Encryption.to(List.of())).isInstanceOf(IllegalArgumentException.class);
        String typo = secret.substring(0, 30) + (secret.charAt(30) == 'Q' ? 'P' : 'Q') + secret.substring(31);
        assertThatThrownBy(() -> Identities.parse("# mine\n" + typo))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line 2")
                .hasNoCause()
                .message()
                .doesNotContain(typo.substring(20, 40));
        assertThatThrownBy(() -> Identities.parse("# nothing\n")).hasMessageContaining("no identity");
    }
}
