package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.cli.Scene.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong while a backup is made, each caused for real: nothing is published, earlier backups stay. */
final class BackupFaultTest {
    @TempDir
    Path directory;

    private Scene scene;
    private Map<String, String> before;

    @BeforeEach
    void anEarlierBackup() {
        scene = new Scene(directory);
        scene.backup(scene.server.sample()).isDone();
        before = scene.content();
    }

    @AfterEach
    void theEarlierBackupIsUntouched() {
        assertThat(scene.content()).containsAllEntriesOf(before);
    }

    private void nothingNew() {
        assertThat(scene.content()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, 200_000})
    void pgDumpIsKilledHalfWay(int bytes) {
        // The shell dies as pg_dump would: by the signal.
        scene.pgDump("\"$REAL/pg_dump\" \"$@\" | head -c " + bytes + "; kill -9 $$")
                .run("backup")
                .failed(2, "pg_dump failed", "signal 9");
        nothingNew();
    }

    @Test
    void pgDumpFailsWithAWord() {
        scene.pgDump("echo 'pg_dump: error: the moon is in the way' >&2; exit 1")
                .run("backup")
                .failed(2, "database types: pg_dump failed: the moon is in the way", "log");
        nothingNew();
    }

    @ParameterizedTest
    @ValueSource(strings = {"custom/zstd", "custom/gzip", "plain/gzip"})
    void pgDumpSaysThatAllIsWellAfterACut(String kind) {
        scene.set("BMM_DUMP_FORMAT", kind.split("/", -1)[0]).set("BMM_COMPRESSION", kind.split("/", -1)[1]);
        for (int bytes : new int[] {0, 3, 5000, 400_000, 900_000}) {
            scene.pgDump("\"$REAL/pg_dump\" \"$@\" | head -c " + bytes + "; exit 0")
                    .run("backup")
                    .failed(4, "dump of types", "");
            nothingNew();
        }
        // The line that ends a plain dump is followed by lines that say nothing.
        for (int bytes : new int[] {kind.startsWith("plain") ? 200 : 1, 300, 4000}) {
            scene.pgDump("\"$REAL/pg_dump\" \"$@\" | head -c -" + bytes + "; exit 0")
                    .run("backup")
                    .failed(4, "dump of types", "");
            nothingNew();
        }
    }

    @Test
    void pgDumpLeavesOutWhatItDumpsInADirectory() {
        scene.set("BMM_DUMP_JOBS", "2")
                .pgDump(
                        "\"$REAL/pg_dump\" \"$@\" || exit; for a; do case $a in --file=*) cd \"${a#--file=}\";; esac; done;"
                                + " rm \"$(ls -S | grep -v toc | head -n 1)\"")
                .run("backup")
                .failed(4, "dump of types", "");
        nothingNew();
    }

    @Test
    void pgDumpLeavesOutATable() {
        scene.pgDump("exec \"$REAL/pg_dump\" \"$@\" --exclude-table=zoo.texts")
                .run("backup")
                .failed(4, "1 table missing", "");
        scene.pgDump("exec \"$REAL/pg_dump\" \"$@\" --exclude-table-data=zoo.texts")
                .run("backup")
                .failed(4, "1 table missing", "");
        nothingNew();
    }

    @Test
    void pgDumpAllFails() {
        scene.tools(Map.of("pg_dumpall", "echo 'pg_dumpall: error: no' >&2; exit 1"))
                .run("backup")
                .failed(2, "pg_dumpall --globals-only failed: no", "BMM_GLOBALS");
        scene.tools(Map.of("pg_dumpall", "")).run("backup").failed(9, "pg_dumpall", "BMM_PG_BIN");
        nothingNew();
    }

    @Test
    void theDumpTakesTooLong() {
        long begun = System.nanoTime();

        scene.set("BMM_DUMP_TIMEOUT", "1s")
                .pgDump("head -c 100 /dev/zero; sleep 60; echo")
                .run("backup")
                .failed(2, "took too long", "BMM_DUMP_TIMEOUT");

        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun)).isLessThan(20);
        nothingNew();
    }

    @Test
    void anotherSessionHoldsATable() throws Exception {
        scene.server.copyDatabase("held", scene.server.sample());
        Process holder = scene.server
                .session("held", "BEGIN; LOCK TABLE zoo.texts IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)")
                .start();
        try {
            while (scene.server
                    .query(
                            "held",
                            "SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'zoo.texts'::regclass")
                    .isEmpty()) {
                Thread.sleep(50);
            }
            long begun = System.nanoTime();

            scene.set("BMM_LOCK_WAIT_TIMEOUT", "1s")
                    .backup("held")
                    .failed(2, "gave up waiting for a lock", "pg_stat_activity");

            assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun))
                    .isLessThan(10);
            nothingNew();
        } finally {
            holder.destroy();
            holder.waitFor(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void theStoreCannotBeReachedAndGetsBothNextTime() throws IOException {
        Path store = scene.offSite("off-site");
        Files.delete(store);

        Outcome outcome = scene.run("backup");

        outcome.failed(3, "off-site", "mounted");
        assertThat(outcome.out())
                .contains("verified: hash")
                .contains("off-site file:")
                .contains("FAILED");
        assertThat(scene.content()).hasSize(6);
        Files.createDirectory(store);
        assertThat(scene.run("backup").isDone().out()).contains("with 2 earlier ones");
        assertThat(Scene.content(store).values())
                .containsExactlyInAnyOrderElementsOf(scene.content().values());
    }

    @Test
    void whatIsInTheStoreIsNotOverwritten() throws IOException {
        scene.offSite("off-site");
        Path taken = scene.directory("off-site/bmm/types/2026/11/21")
                .resolve(scene.manifest().dump().file());
        Files.writeString(taken, "of someone else");

        scene.run("backup").failed(3, "is there with other content", "nothing there is ever overwritten");

        assertThat(taken).hasContent("of someone else");
        assertThat(scene.content()).hasSize(6);
    }

    @Test
    void muchSmallerThanTheLastOnes() {
        scene.server.copyDatabase("shrinking", scene.server.sample());
        for (int i = 0; i < 3; i++) {
            scene.backup("shrinking").isDone();
        }
        scene.server.sql(
                "shrinking", "DROP SCHEMA zoo CASCADE", "CREATE TABLE rest AS SELECT generate_series(1, 1000)");
        Map<String, String> all = scene.content();

        scene.run("backup").failed(4, "but the last ones had", "BMM_MAX_SHRINK");
        assertThat(scene.content()).isEqualTo(all);
        scene.set("BMM_MAX_SHRINK", "100").run("backup").isDone();
    }

    @Test
    void smallerThanWasAskedFor() {
        scene.set("BMM_MIN_SIZE", "1GB").run("backup").failed(4, "less than BMM_MIN_SIZE (1.0 GB)", "BMM_MIN_SIZE");
        nothingNew();
    }

    @Test
    void thePostHookFailsAfterAGoodBackup() {
        scene.set("BMM_POST_HOOK", "exit 3").run("backup").failed(2, "the post hook failed with exit status 3", "log");

        assertThat(scene.content()).hasSize(6);
    }

    @Test
    void thePostHookAlwaysLearnsTheOutcome() {
        Path seen = directory.resolve("outcome");
        scene.set("BMM_POST_HOOK", "echo $BMM_OUTCOME $BMM_INSTANCE >" + seen);

        scene.run("backup").isDone();
        assertThat(seen).hasContent("0 bmm");
        scene.backup("missing").failed(2, "missing", "");
        assertThat(seen).hasContent("2 bmm");
    }

    @Test
    void whatDeadRunsLeftIsRemovedAndNothingElse() throws IOException {
        String unfinished = "types-20261120T031500Z.dump.zst.partial";
        Files.writeString(scene.backups.resolve(unfinished), "half");
        Files.writeString(
                scene.directory("backups/types-20261120T031500Z.dir.tar.partial.d")
                        .resolve("toc.dat"),
                "half");
        Files.writeString(scene.backups.resolve("types-20261120T031500Z.manifest.json.partial"), "half");
        for (String foreign :
                new String[] {"video.mp4.partial", "notes.partial", "types.dump", "types-20261119T031500Z.dump.zst"}) {
            Files.writeString(scene.backups.resolve(foreign), foreign);
        }
        Files.writeString(scene.directory("backups/photos.partial.d").resolve("one.jpg"), "one");

        scene.run("backup").isDone();

        assertThat(scene.content())
                .containsKeys("video.mp4.partial", "notes.partial", "types.dump", "photos.partial.d/one.jpg")
                .containsKey("types-20261119T031500Z.dump.zst")
                .doesNotContainKeys(unfinished, "types-20261120T031500Z.manifest.json.partial")
                .doesNotContainKey("types-20261120T031500Z.dir.tar.partial.d/toc.dat");
    }

    @Test
    void thePasswordIsShownNowhere() throws IOException {
        String password = "s3cret-and-long";
        scene.server.sql("postgres", "ALTER ROLE postgres PASSWORD '" + password + "'");
        Path seen = directory.resolve("argv");
        String record = "tr '\\0' ' ' </proc/$$/cmdline >>" + seen + "; ";
        scene.tools(Map.of(
                "pg_dump",
                record + "exec \"$REAL/pg_dump\" \"$@\"",
                "pg_dumpall",
                record + "exec \"$REAL/pg_dumpall\" \"$@\""));

        Outcome outcome = scene.set("PGHOST", "127.0.0.1")
                .set("PGPASSWORD", password)
                .set("BMM_LOG_FILE", directory.resolve("log").toString())
                .run("backup", "--json", "-v");

        outcome.isDone();
        assertThat(Files.readString(seen))
                .contains("pg_dump")
                .contains("pg_dumpall")
                .doesNotContain(password);
        assertThat(outcome.out() + outcome.err() + Files.readString(directory.resolve("log")))
                .doesNotContain(password);
        for (String file : scene.content().keySet()) {
            if (!file.contains(".dump")) {
                assertThat(Files.readString(scene.backups.resolve(file))).doesNotContain(password);
            }
        }
    }
}
