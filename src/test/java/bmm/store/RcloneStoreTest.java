package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's rclone, over a directory. */
class RcloneStoreTest extends ObjectStoreContract {
    private static final Duration PAUSE = Duration.ofMillis(20);

    @TempDir
    static Path directory;

    private final Path root = directory.resolve("root-" + UUID.randomUUID());

    @BeforeAll
    static void need() throws Exception {
        Rclones.assumeThere();
        Rclones.disk(directory.resolve("rclone.conf"), directory);
    }

    @AfterEach
    void nothingElseIsLeft() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .noneMatch(name -> name.matches("\\.bmm~[tc][0-9a-f-]{36}.*"));
        }
    }

    @Override
    ObjectStore create() throws IOException {
        Files.createDirectories(root);
        return open(root.getFileName().toString(), "pre fix/");
    }

    private static ObjectStore open(String path, String prefix) {
        return new RetryingStore(
                new RcloneStore(
                        new RcloneAddress("disk", path, prefix),
                        new Rclone.Access(Optional.of(directory.resolve("rclone.conf")), List.of()),
                        PAUSE),
                4,
                PAUSE);
    }

    @Override
    boolean everyCallIsAProgram() {
        return true;
    }

    /** By what {@link #theFilesAreThoseOfAFolder} shows. */
    @Override
    void fill(Collection<String> keys) {
        FileStore folder = new FileStore(root, "pre fix/");
        keys.forEach(key -> folder.put(key, text("content of " + key)));
    }

    @Test
    void theFilesAreThoseOfAFolder() throws IOException {
        store().put("a/../line\nend", text("x"));
        FileStore folder = new FileStore(root, "pre fix/");
        assertThat(read(folder.get("a/../line\nend"))).isEqualTo("x");
        folder.put("from/here", text("z"));
        assertThat(keys("")).containsExactly("a/../line\nend", "from/here");
    }

    @Test
    void aMissingRootIsNotMade() {
        try (ObjectStore store = open("mnt/nas", "below/")) {
            for (Throwable thrown : List.of(
                    catchThrowable(() -> store.put("a", text("x"))),
                    catchThrowable(() -> store.get("a")),
                    catchThrowable(() -> store.head("a")),
                    catchThrowable(() -> store.list("")))) {
                assertIsOneLine(thrown);
                assertThat(thrown).hasMessageContaining("does not exist");
            }
        }
        assertThat(directory.resolve("mnt")).doesNotExist();
    }

    @Test
    void aDirectoryIsNoObject() {
        store().put("a/b", text("x"));
        assertThat(store().head("a")).isEmpty();
        assertThatThrownBy(() -> store().get("a")).isInstanceOf(ObjectMissing.class);
        Throwable above = catchThrowable(() -> store().put("a", text("x")));
        assertIsOneLine(above);
        assertThat(above).isNotInstanceOf(ObjectExists.class).hasMessageContaining("other objects lie below");
        assertIsOneLine(catchThrowable(() -> store().put("a/b/c", text("x"))));
        assertThat(keys("")).containsExactly("a/b");
    }

    @Test
    void whatDeadWritersLeftIsNotListedAndCanBeRemoved() throws IOException {
        Path below = Files.createDirectories(root.resolve("pre fix/a"));
        Files.writeString(below.resolve(FileNames.TEMPORARY + "1234"), "half a dump");
        Files.writeString(below.resolve(RcloneClaim.prefixOf("key") + "0"), "claim");
        assertThat(keys("")).isEmpty();
        assertRemovesLeftovers(
                store(), "pre fix/a/" + FileNames.TEMPORARY + "1234", "pre fix/a/" + RcloneClaim.prefixOf("key") + "0");
    }

    @Test
    void anUnknownRemoteIsNamed() {
        try (ObjectStore store = new RcloneStore(
                new RcloneAddress("nowhere", "path", ""),
                new Rclone.Access(Optional.of(directory.resolve("rclone.conf")), List.of()),
                PAUSE)) {
            Throwable thrown = catchThrowable(() -> store.list(""));
            assertIsOneLine(thrown);
            assertThat(thrown).hasMessageContaining("rclone knows no such remote");
        }
    }

    /** What a writer that was killed had claimed is free when its time is over, and not before. */
    @Test
    void aDeadWritersClaimIsOver() throws IOException {
        Path below = Files.createDirectories(root.resolve("pre fix"));
        Path claim = Files.writeString(below.resolve(RcloneClaim.prefixOf("key") + "0"), "claim");
        Files.setLastModifiedTime(
                claim, FileTime.from(Instant.now().minus(RcloneClaim.LEASE).minusSeconds(5)));
        store().put("key", text("x"));
        assertThat(claim).doesNotExist();
        assertThat(read(store().get("key"))).isEqualTo("x");
    }

    /** A claim that comes while the bytes are under way waits; one that is there already is waited for. */
    @Test
    void aLivingWritersClaimIsWaitedFor() throws Exception {
        Path below = Files.createDirectories(root.resolve("pre fix"));
        Path claim = Files.writeString(below.resolve(RcloneClaim.prefixOf("key") + "0"), "claim");
        Thread writer = Thread.ofVirtual().start(() -> store().put("key", text("x")));
        Thread.sleep(3000);
        assertThat(below.resolve("key")).doesNotExist();
        assertThat(writer.isAlive()).isTrue();
        Files.delete(claim);
        writer.join();
        assertThat(read(store().get("key"))).isEqualTo("x");
    }
}
