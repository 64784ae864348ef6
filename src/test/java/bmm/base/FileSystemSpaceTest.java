package bmm.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSystemSpaceTest {
    @TempDir
    Path directory;

    @Test
    void isWhatTheFilesystemSays() throws IOException {
        FileSystemSpace space = FileSystemSpace.of(directory);

        Process stat = new ProcessBuilder("stat", "-f", "-c", "%b %S", directory.toString()).start();
        String[] blocks = new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                .strip()
                .split(" ", -1);
        assertThat(space.total()).isEqualTo(Long.parseLong(blocks[0]) * Long.parseLong(blocks[1]));
        assertThat(space.usable()).isBetween(1L, space.total());
    }

    @Test
    void aPathThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> FileSystemSpace.usable(directory.resolve("none")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("none");
    }
}
