package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bmm.base.Failure;
import bmm.base.Mallory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A folder of another user's as a store: she puts links, pipes and names of our files where keys lead, at any moment. */
@Timeout(120)
class FileStoreOfOthersTest {
    private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    private Path hers;
    private Path ours;
    private FileStore store;

    @BeforeEach
    void setUp() throws IOException {
        Mallory.arrives();
        hers = Mallory.owns(directory.resolve("hers"));
        ours = Files.createDirectories(directory.resolve("ours"));
        Files.writeString(ours.resolve("file"), "secret");
        store = new FileStore(hers);
    }

    @Test
    void isAStoreLikeAnyOther() throws IOException {
        store.put("a/b/c", Body.of(CONTENT));
        store.put("a/d", Body.of(CONTENT));
        assertThat(keys(store)).containsExactly("a/b/c", "a/d");
        assertThat(store.head("a/b/c")).isPresent();
        assertThat(store.head("x/y")).isEmpty();
        try (InputStream in = store.get("a/b/c")) {
            assertThat(in.readAllBytes()).isEqualTo(CONTENT);
        }
        assertThatThrownBy(() -> store.put("a/d", Body.of(CONTENT))).isInstanceOf(ObjectExists.class);
        assertThat(Files.getPosixFilePermissions(hers.resolve("a/b")))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        store.delete("a/b/c");
        store.delete("a/b/c");
        assertThat(hers.resolve("a/b")).doesNotExist();
        assertThat(hers.resolve("a/d")).exists();
        assertThat(store.leftovers()).isEmpty();
    }

    @Test
    void aMissingRootIsToldAsEverywhere() {
        assertThatThrownBy(() -> keys(new FileStore(hers.resolve("none"))))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("does not exist");
    }

    @Test
    void theRootIsNoLinkOfHers() throws IOException {
        Mallory.does("ln -s \"$2\" \"$1/root\"", hers, ours);
        FileStore behind = new FileStore(hers.resolve("root"));
        assertThatThrownBy(() -> behind.put("new", Body.of(CONTENT))).isInstanceOf(Failure.class);
        assertThatThrownBy(() -> behind.get("file")).isInstanceOf(Failure.class);
        assertThatThrownBy(() -> behind.delete("file")).isInstanceOf(Failure.class);
        assertThat(ours.toFile().list()).containsExactly("file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ln -s \"$2\" \"$1/d\"",
                "mkdir \"$1/d\"; ln -s \"$2/file\" \"$1/d/file\"",
                "mkdir \"$1/d\"; mkfifo \"$1/d/file\""
            })
    void whatSheLeftIsNotFollowed(String trick) throws IOException {
        Mallory.does(trick, hers, ours);
        assertThatThrownBy(() -> store.get("d/file")).isInstanceOf(Failure.class);
        assertThatThrownBy(() -> store.put("d/file", Body.of(CONTENT))).isInstanceOf(Failure.class);
        assertThat(ours.resolve("file")).hasContent("secret");
    }

    /** Where the kernel lets her give a file of ours a second name, she would read it in the copy. */
    @Test
    void aSecondNameOfAFileOfOursIsNotRead() throws IOException {
        Files.createLink(hers.resolve("file"), ours.resolve("file"));
        assertThatThrownBy(() -> store.get("file")).hasMessageContaining("hard link");
    }

    /** She exchanges a directory for a link to ours as fast as she can, while we write, read, list and delete. */
    @Test
    void sheNeverWinsTheRace() throws IOException {
        Process swapping = Mallory.starts(
                "cd \"$1\"; mkdir d e; while :; do mv d x; ln -s \"$2\" d; rm -f d; mv x d; done 2>/dev/null",
                hers,
                ours);
        int done = 0;
        try {
            long end = System.nanoTime() + 6_000_000_000L;
            for (int i = 0; System.nanoTime() < end; i++) {
                done += tried(i, "d/new" + i);
            }
        } finally {
            swapping.destroyForcibly();
        }
        assertThat(done).as("of what was tried something went well").isPositive();
        assertThat(ours.toFile().list()).containsExactly("file");
        assertThat(ours.resolve("file")).hasContent("secret");
    }

    private int tried(int i, String key) throws IOException {
        try {
            switch (i % 4) {
                case 0 -> store.put(key, Body.of(CONTENT));
                case 1 -> {
                    try (InputStream in = store.get("d/file")) {
                        throw new AssertionError("read " + new String(in.readAllBytes(), StandardCharsets.UTF_8));
                    }
                }
                case 2 -> store.delete("d/file");
                default -> assertThat(keys(store)).doesNotContain("d/file");
            }
            return 1;
        } catch (Failure e) {
            return 0;
        }
    }

    private static List<String> keys(ObjectStore store) {
        List<String> keys = new ArrayList<>();
        store.list("").forEachRemaining(object -> keys.add(object.key()));
        return keys;
    }
}
