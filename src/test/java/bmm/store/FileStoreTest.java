package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest extends ObjectStoreContract {
    @TempDir
    Path directory;

    @Override
    ObjectStore create() throws IOException {
        return new FileStore(Files.createDirectories(directory.resolve("root")));
    }

    private Path root() {
        return directory.resolve("root");
    }

    /** The same promises where the file system has no hard links. */
    @Nested
    class WithoutLinks extends ObjectStoreContract {
        @Override
        ObjectStore create() throws IOException {
            return new FileStore(Files.createDirectories(directory.resolve("no-links")), "", false);
        }
    }

    /** The same promises further down. */
    @Nested
    class BelowAPrefix extends ObjectStoreContract {
        @Override
        ObjectStore create() throws IOException {
            return new FileStore(Files.createDirectories(directory.resolve("other")), "host/pre fix/");
        }
    }

    @Test
    void ordinaryKeysLookTheSameOnDisk() {
        store().put("db/2026/100% Ärger %41.dump", text("x"));
        assertThat(root().resolve("db/2026/100% Ärger %41.dump")).exists();
    }

    @Test
    void onlyTheOwnerCanRead() throws IOException {
        store().put("a/b", text("x"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root().resolve("a"))))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root().resolve("a/b"))))
                .isEqualTo("rw-------");
    }

    @Test
    void noKeyLeadsOutOfTheRoot() throws IOException {
        Files.writeString(directory.resolve("outside"), "precious");
        for (String key : List.of("../outside", "a/../../outside", "/../outside", "./../outside")) {
            assertThat(store().head(key)).isEmpty();
            store().delete(key);
            store().put(key, text("x"));
        }
        assertThat(directory.resolve("outside")).hasContent("precious");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(Path::getFileName).map(Path::toString)).containsExactlyInAnyOrder("outside", "root");
        }
        assertThat(keys("")).containsExactly("../outside", "./../outside", "/../outside", "a/../../outside");
    }

    @Test
    void linksAreNeitherFollowedNorListed() throws IOException {
        Path outside = Files.createDirectory(directory.resolve("elsewhere"));
        Files.writeString(outside.resolve("file"), "precious");
        Files.createSymbolicLink(root().resolve("link"), outside);
        Files.createSymbolicLink(root().resolve("leaf"), outside.resolve("file"));
        Files.createSymbolicLink(root().resolve("dangling"), outside.resolve("new"));

        assertThat(keys("")).isEmpty();
        for (String key : List.of("link/file", "leaf")) {
            assertIsOneLine(catchThrowable(() -> store().get(key)));
            assertIsOneLine(catchThrowable(() -> store().head(key)));
            assertIsOneLine(catchThrowable(() -> store().delete(key)));
        }
        for (String key : List.of("link/new", "leaf", "dangling")) {
            assertIsOneLine(catchThrowable(() -> store().put(key, text("x"))));
        }
        assertIsOneLine(catchThrowable(() -> store().list("link/")));
        assertThat(outside.resolve("file")).hasContent("precious");
        assertThat(outside.resolve("new")).doesNotExist();
    }

    @Test
    void theRootItselfMayBeALink() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("to-root"), root());
        FileStore store = new FileStore(link);
        store.put("a/b", text("x"));
        assertThat(keys("")).containsExactly("a/b");
        assertThat(store.list("").next().key()).isEqualTo("a/b");
        assertThat(store.list("a/").next().key()).isEqualTo("a/b");
    }

    @Test
    void aMissingRootIsNotMade() {
        Path missing = directory.resolve("mnt/nas");
        FileStore store = new FileStore(missing, "host/");
        for (Throwable thrown : List.of(
                catchThrowable(() -> store.put("a", text("x"))),
                catchThrowable(() -> store.get("a")),
                catchThrowable(() -> store.head("a")),
                catchThrowable(() -> store.delete("a")),
                catchThrowable(() -> store.list("")))) {
            assertIsOneLine(thrown);
            assertThat(thrown).hasMessageContaining(missing + " does not exist");
        }
        assertThat(directory.resolve("mnt")).doesNotExist();
    }

    @Test
    void aKeyIsNotAnObjectAndADirectory() {
        store().put("a/b", text("x"));
        Throwable above = catchThrowable(() -> store().put("a", text("x")));
        assertThat(above).isNotInstanceOf(ObjectExists.class).hasMessageContaining("other objects lie below");
        assertIsOneLine(above);
        assertThat(store().head("a")).isEmpty();
        assertThatThrownBy(() -> store().get("a")).isInstanceOf(ObjectMissing.class);
        Throwable below = catchThrowable(() -> store().put("a/b/c", text("x")));
        assertIsOneLine(below);
        assertThat(below).hasMessageContaining("not a directory");
        assertThat(keys("a/b/")).isEmpty();
    }

    @Test
    void theFilesOfDeadWritersAreNotListed() throws IOException {
        store().put("a/b", text("x"));
        Files.writeString(root().resolve("a/" + FileNames.TEMPORARY + "1234"), "half a dump");
        assertThat(keys("")).containsExactly("a/b");
    }

    @Test
    void whatDeadWritersLeftCanBeRemoved() throws IOException {
        store().put("a/b", text("x"));
        store().put("c/d", text("x"));
        Path half = root().resolve("a/" + FileNames.TEMPORARY + "1234");
        Files.writeString(half, "half a dump");
        Instant since = Instant.parse("2026-11-20T03:15:00Z");
        Files.setLastModifiedTime(half, FileTime.from(since));
        Files.writeString(root().resolve("c/" + FileNames.CLAIM + "1234"), "");
        Leftover leftover = new FileStore(root(), "a/").leftovers().getFirst();
        assertThat(leftover.size()).isEqualTo(11);
        assertThat(leftover.since()).isEqualTo(since);
        assertThat(FileStore.flat(root()).leftovers()).isEmpty();
        assertRemovesLeftovers(store(), "a/" + FileNames.TEMPORARY + "1234", "c/" + FileNames.CLAIM + "1234");
        assertThat(keys("")).containsExactly("a/b", "c/d");
    }

    @Test
    void writingLeavesNothingElse() throws IOException {
        store().put("a/b", text("x"));
        new FileStore(root(), "", false).put("a/c", text("x"));
        assertIsOneLine(catchThrowable(() -> store().put("a/d", new Letters(10).breakingAt(5))));
        assertIsOneLine(catchThrowable(() -> store().put("a/b", text("y"))));
        try (Stream<Path> files = Files.list(root().resolve("a"))) {
            assertThat(files.map(Path::getFileName).map(Path::toString)).containsExactlyInAnyOrder("b", "c");
        }
    }

    @Test
    void aFileThatIsNoKeyIsNotPassedOver() throws IOException {
        Files.writeString(root().resolve("line\nbreak"), "x");
        Throwable thrown = catchThrowable(() -> keys(""));
        assertIsOneLine(thrown);
        assertThat(thrown).hasMessageContaining("line\\nbreak");
    }

    @Test
    void devicesAndPipesAreNoObjects() throws Exception {
        Process made = new ProcessBuilder("mkfifo", root().resolve("pipe").toString()).start();
        assertThat(made.waitFor()).isZero();
        assertThat(keys("")).isEmpty();
        assertThatThrownBy(() -> store().get("pipe")).isInstanceOf(ObjectMissing.class);
    }

    @Test
    void aFullDiskIsSaidAndLeavesNothing() throws Exception {
        Path small = Files.createDirectory(directory.resolve("small"));
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small.toString()), "needs the right to mount");
        try {
            FileStore store = new FileStore(small);
            Throwable thrown = catchThrowable(() -> store.put("a/b", new Letters(2 << 20)));
            assertIsOneLine(thrown);
            assertThat(thrown).hasMessageContaining("No space left on device");
            assertThat(store.list("").hasNext()).isFalse();
            store.put("a/c", new Letters(500_000));
        } finally {
            run("umount", small.toString());
        }
    }

    private static boolean run(String... command) throws Exception {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
