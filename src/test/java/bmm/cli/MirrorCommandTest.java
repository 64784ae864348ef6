package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a mirror does by itself, what only when it is told to, and what never. */
final class MirrorCommandTest {
    @TempDir
    Path directory;

    private MirrorScene scene;
    private String source;
    private String copy;

    @BeforeEach
    void threeFiles() throws Exception {
        scene = new MirrorScene(directory)
                .write("source/a.txt", "one")
                .write("source/a/b \u00e9\uD83D\uDE00.txt", "two")
                .write("source/empty", "");
        source = scene.file("source");
        copy = scene.file("copy");
    }

    @AfterEach
    void stop() throws Exception {
        scene.close();
    }

    @Test
    void aFolderGoesToABucketAndBack() {
        String bucket = scene.bucket("middle");
        assertThat(scene.run("mirror", source, bucket, "--json").isDone().number("copied"))
                .isEqualTo(3);
        assertThat(scene.run("mirror", source, bucket, "--json").isDone().number("same"))
                .isEqualTo(3);
        scene.run("mirror", bucket, copy).isDone();
        assertThat(scene.content("copy")).isEqualTo(scene.content("source"));
        assertThat(scene.run("mirror", bucket, copy, "--json").isDone().number("same"))
                .isEqualTo(3);
        assertThat(scene.run("mirror", "check", source, copy, "--download")
                        .isDone()
                        .out())
                .contains("3 same, 0 differ");
    }

    @Test
    void aChangedObjectIsKeptUnderBothVersions() {
        scene.run("mirror", source, copy).isDone();
        scene.write("source/a.txt", "other");
        assertThat(scene.run("mirror", source, copy, "--json").isDone().number("changedKept"))
                .isEqualTo(1);
        Map<String, String> after = Scene.content(scene.root.resolve("copy"));
        assertThat(scene.read("copy/a.txt")).isEqualTo("one");
        assertThat(after.keySet()).anyMatch(key -> key.matches("\\.bmm/changed/[0-9TZ.]+/a\\.txt"));
        scene.run("mirror", source, copy).isDone();
        assertThat(Scene.content(scene.root.resolve("copy"))).isEqualTo(after);
    }

    @Test
    void aChangedObjectCanBeReportedOnly() {
        scene.run("mirror", source, copy).isDone();
        scene.write("source/a.txt", "other");
        var before = Scene.content(scene.root.resolve("copy"));
        var outcome = scene.run("mirror", source, copy, "--changed", "report").isDone();
        assertThat(outcome.out()).contains("1 changed (old version kept)");
        assertThat(outcome.err()).contains("level=warn").contains("a.txt");
        assertThat(Scene.content(scene.root.resolve("copy"))).isEqualTo(before);
    }

    @Test
    void updateReplaces() {
        scene.run("mirror", source, copy).isDone();
        scene.write("source/a.txt", "other");
        assertThat(scene.run("mirror", source, copy, "--update", "--json")
                        .isDone()
                        .number("replaced"))
                .isEqualTo(1);
        assertThat(scene.content("copy")).isEqualTo(scene.content("source"));
        String bucket = scene.bucket("middle");
        scene.run("mirror", source, bucket).isDone();
        scene.write("source/a.txt", "third");
        scene.run("mirror", source, bucket, "--update").isDone();
        scene.run("mirror", "check", source, bucket).isDone();
    }

    @Test
    void theSameSizeAndALaterTimeIsRead() {
        scene.run("mirror", source, copy).isDone();
        scene.write("source/a.txt", "ONE").aged("source/a.txt", Duration.ofHours(-5));
        assertThat(scene.run("mirror", source, copy, "--update", "--json").number("replaced"))
                .isEqualTo(1);
        assertThat(scene.read("copy/a.txt")).isEqualTo("ONE");
        scene.aged("source/a.txt", Duration.ofHours(-6));
        assertThat(scene.run("mirror", source, copy, "--update", "--json").number("same"))
                .isEqualTo(3);
    }

    @Test
    void aDryRunReadsWhatTheListingsDoNotTell() {
        scene.run("mirror", source, copy).isDone();
        // Younger than the copy and as long: only the first one is another.
        scene.write("source/a.txt", "ONE").aged("source/a.txt", Duration.ofHours(-5));
        scene.aged("source/a/b \u00e9\uD83D\uDE00.txt", Duration.ofHours(-5));
        for (String[] words : new String[][] {{"--update", "replaced"}, {"--changed=report", "changedReported"}}) {
            var planned = scene.run("mirror", source, copy, words[0], "--dry-run", "--json")
                    .isDone();
            assertThat(planned.number("same")).isEqualTo(2);
            assertThat(planned.number(words[1])).isEqualTo(1);
            assertThat(scene.read("copy/a.txt")).isEqualTo("one");
        }
        var done = scene.run("mirror", source, copy, "--update", "--json").isDone();
        assertThat(done.number("same")).isEqualTo(2);
        assertThat(done.number("replaced")).isEqualTo(1);
    }

    @Test
    void nothingIsDeletedUnlessThatIsAskedFor() throws Exception {
        scene.run("mirror", source, copy).isDone();
        Files.delete(scene.root.resolve("source/a.txt"));
        assertThat(scene.run("mirror", source, copy, "--json").isDone().number("extra"))
                .isEqualTo(1);
        assertThat(scene.read("copy/a.txt")).isEqualTo("one");
        assertThat(scene.run("mirror", source, copy, "--delete", "--dry-run", "--json")
                        .isDone()
                        .number("deleted"))
                .isEqualTo(1);
        assertThat(scene.read("copy/a.txt")).isEqualTo("one");
        scene.run("mirror", source, copy, "--delete").isDone();
        assertThat(scene.content("copy")).isEqualTo(scene.content("source"));
    }

    @Test
    void tooManyDeletionsAreRefused() throws Exception {
        for (int i = 0; i < 30; i++) {
            scene.write("source/more/" + i, "text " + i);
        }
        scene.run("mirror", source, copy).isDone();
        var before = scene.content("copy");
        for (int i = 0; i < 11; i++) {
            Files.delete(scene.root.resolve("source/more/" + i));
        }
        scene.write("source/new", "new");
        scene.run("mirror", source, copy, "--delete")
                .failed(6, "refused, nothing was touched: 11 objects of 33 at", "max-delete=10 or 1% allows 10");
        assertThat(scene.content("copy")).isEqualTo(before);
        scene.run("mirror", source, copy, "--delete", "--max-delete", "20%").failed(6, "refused, nothing was touched");
        assertThat(scene.content("copy")).isEqualTo(before);
        assertThat(scene.run("mirror", source, copy, "--delete", "--max-delete", "11", "--json")
                        .isDone()
                        .number("deleted"))
                .isEqualTo(11);
    }

    @Test
    void withoutAnEarlierRunThePlanAloneCounts() {
        for (int i = 0; i < 11; i++) {
            scene.write("copy/old/" + i, "text " + i);
        }
        scene.run("mirror", source, copy, "--delete")
                .failed(6, "11 objects of 11 at", "would be deleted or emptied, and max-delete=10 or 1% allows 10");
        assertThat(scene.content("copy")).hasSize(11);
    }

    @Test
    void emptyingAnObjectCountsAsDeletingIt() {
        scene.run("mirror", source, copy).isDone();
        scene.write("source/a.txt", "");
        scene.run("mirror", source, copy, "--update", "--max-delete", "0")
                .failed(6, "1 object of 3 at", "would be deleted or emptied");
        assertThat(scene.read("copy/a.txt")).isEqualTo("one");
    }

    @Test
    void aSourceThatIsEmptyOrGoneIsRefused() {
        scene.run("mirror", source, copy).isDone();
        var before = scene.content("copy");
        scene.run("mirror", scene.file("nothing"), copy, "--delete", "--max-delete", "100%")
                .failed(6, "refused, nothing was touched: the source file:", "is empty");
        scene.run("mirror", source + "/no/such", copy, "--delete")
                .failed(6, "refused, nothing was touched: the source cannot be listed", "does not exist");
        assertThat(scene.content("copy")).isEqualTo(before);
    }

    @Test
    void aMissingCanaryIsRefused() {
        scene.run("mirror", source, copy, "--canary", "alive")
                .failed(6, "refused, nothing was touched", "does not have the canary alive");
        assertThat(scene.content("copy")).isEmpty();
        scene.write("source/alive", "yes")
                .run("mirror", source, copy, "--canary", "alive")
                .isDone();
    }

    @Test
    void whatIsFilteredOutIsNeitherCopiedNorDeleted() {
        scene.write("copy/log/x", "kept").write("source/b.tmp", "no");
        scene.run("mirror", source, copy, "--delete", "--exclude", "*.tmp", "--exclude", "log/**")
                .isDone();
        assertThat(scene.content("copy"))
                .containsKey("log/x")
                .containsKey("a.txt")
                .doesNotContainKey("b.tmp");
    }

    @Test
    void mirrorsOfTheSettingsRunAllOrByName() {
        scene.environment.put("BMM_MIRROR_UPLOADS", source + " " + copy + " include=*.txt changed=report");
        scene.environment.put("BMM_MIRROR_EMPTY", source + " " + scene.file("other") + " include=empty");
        assertThat(scene.run("mirror", "uploads").isDone().out()).contains("2 copied");
        assertThat(scene.run("mirror").isDone().out()).contains("2 same").contains("1 copied");
        scene.run("mirror", "upload").failed(64, "no mirror is called upload");
        scene.environment.put("BMM_MIRROR_UPLOADS", source + " " + copy + " updat");
        scene.run("mirror").failed(78, "updat: not a condition");
    }

    @Test
    void aMirrorIntoItselfIsRefused() {
        scene.run("mirror", source, source + "/copy").failed(78, "overlap");
        scene.run("mirror", scene.bucket("one"), "one/prefix").failed(78, "overlap");
    }

    @Test
    void outsideItsWindowAMirrorRests() {
        assertThat(scene.run("mirror", source, copy, "--window", "22:00-03:00")
                        .isDone()
                        .out())
                .contains("nothing done")
                .contains("outside the window");
        assertThat(scene.content("copy")).isEmpty();
        scene.run("mirror", source, copy, "--window", "23:00-05:00").isDone();
        assertThat(scene.content("copy")).hasSize(3);
    }

    @Test
    void aSnapshotBringsBackWhatWasReplacedAndDeleted() throws Exception {
        var first = scene.content("source");
        scene.run("mirror", source, copy, "--snapshot").isDone();
        scene.write("source/a.txt", "other");
        Files.delete(scene.root.resolve("source/empty"));
        scene.run("mirror", source, copy, "--update", "--delete", "--snapshot").isDone();
        var second = scene.content("source");
        assertThat(scene.content("copy")).isEqualTo(second);
        scene.run("mirror", "restore", copy, "--at", "2026-11-21T03:30:00Z", "--into", scene.file("back1"))
                .isDone();
        assertThat(scene.content("back1")).isEqualTo(first);
        scene.run("mirror", "restore", copy, "--into", scene.bucket("back2")).isDone();
        scene.run("mirror", "check", source, "back2").isDone();
        scene.run("mirror", "restore", copy, "--at", "2026-11-20", "--into", scene.file("back3"))
                .failed(6, "has no snapshot at or before the end of 2026-11-20");

        assertThat(scene.run("mirror", "prune", copy, "--keep-last", "1", "--dry-run")
                        .isDone()
                        .out())
                .contains("remove")
                .contains("2 old versions");
        scene.run("mirror", "restore", copy, "--at", "2026-11-21T03:30:00Z", "--into", scene.file("back4"))
                .isDone();
        scene.run("mirror", "prune", copy, "--keep-last", "1").isDone();
        assertThat(Scene.content(scene.root.resolve("copy")).keySet())
                .filteredOn(key -> key.startsWith(".bmm"))
                .hasSize(1);
        assertThat(scene.content("copy")).isEqualTo(second);
    }

    @Test
    void aDamagedSnapshotRestoresNothing() throws Exception {
        scene.run("mirror", source, copy, "--snapshot").isDone();
        Path snapshot;
        try (var files = Files.list(scene.root.resolve("copy/.bmm/snapshots"))) {
            snapshot = files.findFirst().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(snapshot);
        Files.write(snapshot, java.util.Arrays.copyOf(bytes, bytes.length - 12));
        scene.run("mirror", "restore", copy, "--into", scene.file("back")).failed(6, "cannot be used");
        assertThat(scene.content("back")).isEmpty();
    }

    @Test
    void checkTellsEachDifference() throws Exception {
        scene.run("mirror", source, copy).isDone();
        scene.write("copy/a.txt", "ONE").write("copy/more", "x");
        Files.delete(scene.root.resolve("copy/empty"));
        var outcome = scene.run("mirror", "check", source, copy);
        assertThat(outcome.exit()).isEqualTo(6);
        assertThat(outcome.out())
                .contains("missing at the destination: empty")
                .contains("missing at the source: more")
                .contains("2 of the same size (no hash to compare)");
        assertThat(scene.run("mirror", "check", source, copy, "--download").out())
                .contains("differ in content: a.txt")
                .contains("1 same, 1 differ, 1 missing at the destination, 1 missing at the source");
        String bucket = scene.bucket("middle");
        scene.run("mirror", source, bucket).isDone();
        String second = scene.bucket("second");
        scene.run("mirror", copy, second).isDone();
        assertThat(scene.run("mirror", "check", bucket, second).out()).contains("differ in hash: a.txt");
    }

    @Test
    void aFileThatChangesWhileItIsReadIsReadAgain() throws Exception {
        scene.write("source/big", "a".repeat(400_000));
        Thread writer = Thread.ofPlatform().start(() -> {
            try {
                Thread.sleep(700);
                scene.write("source/big", "b".repeat(400_000));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        scene.run("mirror", source, scene.bucket("middle"), "--bandwidth", "200kB", "--include", "big")
                .isDone();
        writer.join();
        scene.run("mirror", "middle", copy).isDone();
        assertThat(scene.read("copy/big")).isEqualTo("b".repeat(400_000));
    }

    @Test
    void aFileThatNeverRestsIsLeftOutAndSaid() throws Exception {
        scene.write("source/big", "a".repeat(100_000));
        Thread writer = Thread.ofPlatform().start(() -> {
            try (var file = Files.newByteChannel(scene.root.resolve("source/big"), StandardOpenOption.WRITE)) {
                for (int i = 0; !Thread.interrupted(); i++) {
                    file.position(i % 1000);
                    file.write(ByteBuffer.wrap(new byte[] {'x'}));
                    Thread.sleep(20);
                }
            } catch (InterruptedException | IOException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            scene.run("mirror", source, copy, "--bandwidth", "300kB", "--transfers", "1")
                    .failed(6, "mirror", "is not complete: 1 object failed", "big");
        } finally {
            writer.interrupt();
            writer.join();
        }
        assertThat(scene.content("copy")).doesNotContainKey("big").hasSize(3);
    }
}
