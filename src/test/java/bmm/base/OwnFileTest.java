package bmm.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of bmm's own in a directory of another user's, who puts other things in their place. */
@Timeout(60)
class OwnFileTest {
    private static final byte[] LINE = "a line\n".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    private Path hers;
    private Path precious;

    @BeforeEach
    void setUp() throws IOException {
        Mallory.arrives();
        hers = Mallory.owns(directory.resolve("hers"));
        precious = Files.writeString(directory.resolve("precious"), "precious");
        Files.setPosixFilePermissions(precious, PosixFilePermissions.fromString("rw-rw-rw-"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ln -s \"$2\" \"$1\"",
                "ln -s no-such-file \"$1\"",
                "mkfifo \"$1\"",
                "mkdir \"$1\"",
                "echo hers >\"$1\"",
                "echo hers >\"$1\"; chmod 666 \"$1\""
            })
    void whatSheLeftIsNotTouched(String trick) throws IOException {
        Path file = hers.resolve("file");
        Mallory.does(trick, file, precious);
        assertThatThrownBy(() -> OwnFile.append(file, LINE)).isInstanceOf(OwnFile.NotOurs.class);
        assertThatThrownBy(() -> OwnFile.read(file)).isInstanceOf(OwnFile.NotOurs.class);
        assertThatThrownBy(() -> RunLock.acquire(file, Instant.EPOCH))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("cannot write the lock file");
        assertThat(precious).hasContent("precious");
    }

    /** With fs.protected_hardlinks she may link only what she can write; elsewhere everything. */
    @Test
    void aSecondNameOfAFileOfOursIsNotTouched() throws IOException {
        Path file = hers.resolve("file");
        Mallory.does("ln \"$2\" \"$1\"", file, precious);
        assertThatThrownBy(() -> OwnFile.append(file, LINE)).hasMessageContaining("hard link");
        assertThat(precious).hasContent("precious");
    }

    @Test
    void ourOwnIsOpenedThereAsElsewhere() throws IOException {
        for (Path file : new Path[] {hers.resolve("file"), directory.resolve("file")}) {
            OwnFile.append(file, LINE);
            OwnFile.append(file, LINE);
            assertThat(OwnFile.read(file)).asString().isEqualTo("a line\na line\n");
            assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
    }

    /** She exchanges the file for a link as fast as she can; not one byte may come through. */
    @Test
    void sheNeverWinsTheRace() throws IOException {
        Path file = hers.resolve("file");
        Process swapping = Mallory.starts(
                "cd \"$1\"; while :; do ln -sf \"$2\" l; mv -f l file; rm -f file; done", hers, precious);
        try {
            int written = 0;
            int refused = 0;
            long end = System.nanoTime() + 4_000_000_000L;
            while (System.nanoTime() < end) {
                try (FileChannel channel =
                        OwnFile.openOrCreate(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                    channel.truncate(0);
                    channel.write(ByteBuffer.wrap(LINE));
                    written++;
                } catch (IOException e) {
                    refused++;
                }
            }
            assertThat(written)
                    .as("attempts that found nothing in their way, of %s", written + refused)
                    .isPositive();
        } finally {
            swapping.destroyForcibly();
        }
        assertThat(precious).hasContent("precious");
    }
}
