package bmm.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who else decides what a path leads to. */
class ExposureTest {
    @TempDir
    Path directory;

    private Path hers;

    @BeforeEach
    void setUp() throws IOException {
        Mallory.arrives();
        hers = Mallory.owns(directory.resolve("hers"));
    }

    @Test
    void nobodyInDirectoriesOfOurs() throws IOException {
        assertThat(Exposure.of(Files.createFile(directory.resolve("file")))).isEmpty();
        assertThat(Exposure.of(directory.resolve("not/there/yet"))).isEmpty();
        assertThat(Exposure.of(Path.of("/dev/null"))).isEmpty();
    }

    @Test
    void whoeverOwnsADirectoryOnTheWay() throws IOException {
        Path file = Files.createFile(hers.resolve("ours"));
        assertThat(Exposure.of(file)).get().extracting(Exposure::inWords).isEqualTo(hers + " belongs to nobody");
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        assertThat(Exposure.of(link)).get().extracting(Exposure::at).isEqualTo(hers);
    }

    @Test
    void whoeverOwnsALinkInAPlaceThatEveryoneMayWriteTo() throws IOException {
        Path open = Files.createDirectories(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(Exposure.of(open.resolve("x")))
                .get()
                .extracting(Exposure::owned)
                .isEqualTo(false);
        Files.setAttribute(open, "unix:mode", 01777);
        assertThat(Exposure.of(open.resolve("x"))).isEmpty();
        Mallory.does("ln -s \"$2\" \"$1/x\"", open, directory);
        assertThat(Exposure.of(open.resolve("x/file")))
                .get()
                .extracting(Exposure::at)
                .isEqualTo(open.resolve("x"));
    }

    @Test
    void aGroupOnlyIfSomebodyElseIsInIt() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        assertThat(Exposure.of(file)).isEmpty();
        Files.setAttribute(file, "unix:gid", 65534);
        assertThat(Exposure.of(file)).get().extracting(Exposure::who).isEqualTo("group nogroup");
    }
}
