package bmm.base;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFileTest {
    @TempDir
    Path directory;

    @Test
    void filesAndDirectoriesAreTheOwnersOnly() throws IOException {
        Path deep = directory.resolve("a/b");
        DurableFile.createDirectories(deep);
        DurableFile.createDirectories(deep);
        Path file = deep.resolve("state.json");
        DurableFile.write(file, "x".getBytes(UTF_8));

        assertThat(modeOf(directory.resolve("a"))).isEqualTo("rwx------");
        assertThat(modeOf(deep)).isEqualTo("rwx------");
        assertThat(modeOf(file)).isEqualTo("rw-------");
    }

    @Test
    void anExistingDirectoryIsLeftAsItIs() throws IOException {
        Path open = Files.createDirectory(
                directory.resolve("open"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        DurableFile.createDirectories(open);

        assertThat(modeOf(open)).isEqualTo("rwxr-xr-x");
    }

    @Test
    void replacesAWholeFileAndLeavesNothingBeside() throws IOException {
        Path file = directory.resolve("state.json");
        Files.writeString(directory.resolve("state.json.partial"), "of a run that died");
        DurableFile.write(file, "old".getBytes(UTF_8));
        DurableFile.write(file, "new".getBytes(UTF_8));

        assertThat(file).hasContent("new");
        assertThat(namesIn(directory)).containsExactly("state.json");
    }

    @Test
    void readersNeverSeeHalfAFile() throws Exception {
        Path file = directory.resolve("state.json");
        byte[] a = "a".repeat(300_000).getBytes(UTF_8);
        byte[] b = "b".repeat(200_000).getBytes(UTF_8);
        DurableFile.write(file, a);
        AtomicBoolean torn = new AtomicBoolean();
        AtomicBoolean done = new AtomicBoolean();
        Thread reader = Thread.ofPlatform().start(() -> {
            while (!done.get()) {
                try {
                    byte[] seen = Files.readAllBytes(file);
                    boolean whole = seen.length == (seen[0] == 'a' ? a : b).length && seen[seen.length - 1] == seen[0];
                    torn.compareAndSet(false, !whole);
                } catch (IOException | RuntimeException e) {
                    torn.set(true);
                }
            }
        });
        for (int i = 0; i < 50; i++) {
            DurableFile.write(file, i % 2 == 0 ? b : a);
        }
        done.set(true);
        reader.join();

        assertThat(torn).isFalse();
    }

    @Test
    void aFailureLeavesTheOldFileAndNoPartial() throws IOException {
        Path target = Files.createDirectories(directory.resolve("taken/by/a/directory"))
                .getParent();

        assertThatThrownBy(() -> DurableFile.write(target, new byte[10])).isInstanceOf(IOException.class);

        assertThat(target).isDirectory();
        assertThat(namesIn(target.getParent())).containsExactly("a");
    }

    @Test
    void doesNotMakeUpDirectories() {
        assertThatThrownBy(() -> DurableFile.write(directory.resolve("none/state.json"), new byte[1]))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void neverWritesIntoAFileThatIsThere() throws IOException {
        Path file = Files.writeString(directory.resolve("dump"), "old");

        assertThatThrownBy(() -> DurableFile.create(file)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(file).hasContent("old");
    }

    @Test
    void publishesUnderTheFinalName() throws IOException {
        Path partial = directory.resolve("dump.partial");
        try (FileChannel channel = DurableFile.create(partial)) {
            channel.write(java.nio.ByteBuffer.wrap("bytes".getBytes(UTF_8)));
        }
        DurableFile.publish(partial, directory.resolve("dump"));

        assertThat(namesIn(directory)).containsExactly("dump");
        assertThat(directory.resolve("dump")).hasContent("bytes");
    }

    private static String modeOf(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static String[] namesIn(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toArray(String[]::new);
        }
    }
}
