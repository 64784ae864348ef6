package bmm.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
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

        assertThat(space.total()).isEqualTo(Files.getFileStore(directory).getTotalSpace());
        assertThat(space.usable()).isBetween(1L, space.total());
    }

    @Test
    void aPathThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> FileSystemSpace.usable(directory.resolve("none")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("none");
    }
}
