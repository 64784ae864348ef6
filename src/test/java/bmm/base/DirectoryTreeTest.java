package bmm.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DirectoryTreeTest {
    @TempDir
    Path directory;

    @Test
    void removesLinksAndNotWhatTheyLeadTo() throws IOException {
        Path other = Files.createDirectories(directory.resolve("other"));
        Files.createFile(other.resolve("file"));
        Path top = Files.createDirectories(directory.resolve("top/sub"));
        Files.createSymbolicLink(top.resolve("link"), other);
        DirectoryTree.delete(directory.resolve("top"));
        assertThat(directory.resolve("top")).doesNotExist();
        assertThat(other.resolve("file")).exists();
        DirectoryTree.delete(directory.resolve("top"));
    }

    @Test
    void aLinkInTheDirectorysPlaceIsRemovedItself() throws IOException {
        Path other = Files.createDirectories(directory.resolve("other"));
        Files.createFile(other.resolve("file"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), other);
        DirectoryTree.delete(link);
        assertThat(link).doesNotExist();
        assertThat(other.resolve("file")).exists();
    }

    @Test
    void whatIsNestedWithoutEndIsRefused() throws IOException {
        Path deep = directory.resolve("deep");
        Path at = deep;
        for (int i = 0; i < 150; i++) {
            at = at.resolve("d");
        }
        Files.createDirectories(at);
        assertThatThrownBy(() -> DirectoryTree.delete(deep)).hasMessageContaining("too deeply");
    }

    /** She exchanges a directory for a link to one of ours, with files of the same names in it, while it is removed. */
    @Test
    void sheNeverWinsTheRace() throws IOException {
        Mallory.arrives();
        Path hers = Mallory.owns(directory.resolve("hers"));
        Path ours = Files.createDirectories(directory.resolve("ours"));
        for (int i = 0; i < 50; i++) {
            Files.createFile(ours.resolve("file" + i));
        }
        Process swapping = Mallory.starts(
                "cd \"$1\"; while :; do mkdir -p a/sub real; (cd a/sub && touch $(seq -f file%g 0 49)); mv a/sub real/s;"
                        + " ln -sf \"$2\" a/sub; rm -rf a real; done 2>/dev/null",
                hers, ours);
        int interrupted = 0;
        try {
            long end = System.nanoTime() + 4_000_000_000L;
            while (System.nanoTime() < end) {
                try {
                    DirectoryTree.delete(hers.resolve("a"));
                } catch (IOException e) {
                    interrupted++; // she was in the middle of something
                }
            }
        } finally {
            swapping.destroyForcibly();
        }
        assertThat(ours.toFile().list())
                .as("%s attempts were interrupted", interrupted)
                .hasSize(50);
    }
}
