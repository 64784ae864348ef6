package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.cli.Scene.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks, directories and stores that are full, shared, late or in the way. */
final class BackupPlacesTest {
    private static final String DATABASE = "places";

    @TempDir
    Path directory;

    private Scene scene;

    @BeforeEach
    void aDatabase() {
        scene = new Scene(directory);
        scene.server.createDatabase(DATABASE);
        scene.server.sql(DATABASE, "CREATE TABLE t AS SELECT i, md5(i::text) AS h FROM generate_series(1, 1000) i");
        scene.set("BMM_DATABASES", DATABASE);
    }

    @AfterEach
    void isDropped() {
        scene.server.dropDatabase(DATABASE);
    }

    @Test
    void aDiskThatFillsUpWhileTheDumpIsWritten() throws IOException {
        try (SmallDisk small = SmallDisk.take()) {
            Path disk = small.directory();
            scene.set("BMM_BACKUP_DIR", disk.toString());
            scene.run("backup").isDone();
            Map<String, String> before = Scene.content(disk);
            // The last dump was small, so the preflight expects no more.
            scene.server.sql(DATABASE, "INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, 2000000) i");

            scene.run("backup").failed(2, "disk full", "earlier backups are untouched");

            assertThat(Scene.content(disk)).isEqualTo(before);
            scene.server.sql(DATABASE, "DELETE FROM t WHERE i > 1000");
            scene.run("backup").isDone();
            try (Stream<Path> files = Files.list(disk)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void whatLiesBelowTheBackupDirectoryIsLeftAlone() throws IOException {
        scene.run("backup").isDone();
        Path kept = scene.directory("backups/keep");
        for (String file : scene.content().keySet()) {
            Files.move(scene.backups.resolve(file), kept.resolve(file));
        }
        Files.writeString(kept.resolve("places-20200101T000000Z.dump.zst.partial"), "not ours");
        Map<String, String> before = Scene.content(kept);
        scene.set("BMM_KEEP_WITHIN", "0").set("BMM_KEEP_LAST", "1");

        scene.run("backup").isDone();
        scene.run("backup").isDone();

        assertThat(Scene.content(kept)).isEqualTo(before);
        assertThat(scene.run("verify", "--all").isDone().out()).contains("1 of 1 backup good");
    }

    @Test
    void aClockThatWasWrongDoesNotKeepBackupsAtHome() {
        Path store = scene.offSite("off-site");
        scene.now = scene.now.plus(Duration.ofDays(2000));
        scene.run("backup").isDone();
        scene.now = Scene.BEGIN;

        scene.run("backup").isDone();
        scene.run("backup").isDone();

        assertThat(Scene.content(store).keySet().stream().filter(name -> name.endsWith(".manifest.json")))
                .hasSize(3);
    }

    @Test
    void anEarlierBackupThatRottedDoesNotKeepTheNewOneAtHome() throws IOException {
        scene.run("backup").isDone();
        Files.writeString(scene.only(".manifest.json"), "{");
        Path store = scene.offSite("off-site");

        Outcome outcome = scene.run("backup");

        assertThat(outcome.exit()).isEqualTo(4);
        assertThat(Scene.content(store).keySet().stream().filter(name -> name.endsWith(".manifest.json")))
                .hasSize(1);
    }

    @Test
    void aServiceThatAHookStartsDoesNotHoldUpTheRun() {
        long begun = System.nanoTime();

        scene.set("BMM_PRE_HOOK", "echo begun; sleep 15 & true").run("backup").isDone();

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(14));
    }

    @Test
    void aPostHookThatTakesTooLongIsStopped() {
        scene.set("BMM_POST_HOOK", "sleep 60")
                .set("BMM_HOOK_TIMEOUT", "1s")
                .run("backup")
                .failed(2, "the post hook took longer than 1.0 s", "by hand");
        assertThat(scene.manifest().verified()).contains("content");
    }

    @Test
    void aRoleThatMayNotReadPasswordsSavesRolesWithoutThem() throws IOException {
        scene.server.sql(
                "postgres",
                "CREATE ROLE \"places app\" LOGIN PASSWORD 'never shown'",
                "ALTER DATABASE places OWNER TO \"places app\"");
        scene.server.sql(DATABASE, "ALTER TABLE t OWNER TO \"places app\"");
        try {
            Outcome outcome = scene.set("PGUSER", "places app").run("backup").isDone();

            assertThat(outcome.err()).contains("without their passwords");
            assertThat(Files.readString(scene.only(".globals.sql")))
                    .contains("CREATE ROLE \"places app\"")
                    .doesNotContain("SCRAM-SHA-256");
            assertThat(scene.manifest().verified()).contains("content");
        } finally {
            scene.set("PGUSER", "postgres");
            scene.server.dropDatabase(DATABASE);
            scene.server.sql("postgres", "DROP ROLE \"places app\"");
            scene.server.createDatabase(DATABASE);
        }
    }

    @Test
    void namesAndTextInAnotherEncodingAreReadAsTheyAre() {
        scene.server.sql(
                "postgres", "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        try {
            scene.server.sql(
                    "latin",
                    "SET client_encoding = 'UTF8'",
                    "CREATE TABLE \"größe\" (\"maß\" text, id serial)",
                    "INSERT INTO \"größe\" VALUES ('grün, weiß'), ('é'), (NULL)");
            for (String format : new String[] {"custom", "plain"}) {
                scene.set("BMM_DUMP_FORMAT", format).backup("latin").isDone();
                assertThat(scene.manifest().verified()).contains("content");
                assertThat(scene.manifest().fingerprint().tables().getFirst().name())
                        .isEqualTo("größe");
            }
            assertThat(scene.run("verify", "--all").isDone().out()).contains("2 of 2 backups good");
        } finally {
            scene.server.dropDatabase("latin");
        }
    }

    /** libpq would let the file's dbname win over the database that pg_dump is told. */
    @Test
    void aServiceFileNamesTheServer() throws IOException {
        Path file = Files.writeString(
                directory.resolve("service.conf"),
                "[other]\nhost=nowhere.invalid\n\n# the one\n[scratch]\nhost=" + scene.server.socketDirectory()
                        + "\nport=" + scene.server.port() + "\nuser=postgres\ndbname=postgres\n");
        scene.unset("PGHOST").unset("PGPORT").set("PGUSER", "nobody_such");
        scene.set("PGSERVICE", "scratch").set("PGSERVICEFILE", file.toString());

        scene.run("backup").isDone();

        assertThat(scene.manifest().database().name()).isEqualTo(DATABASE);
        scene.set("PGSERVICE", "missing").run("backup").failed(78, "there is no service [missing]", "PGSERVICEFILE");
        Files.writeString(file, "[scratch]\nport=many\n");
        scene.set("PGSERVICE", "scratch").run("backup").failed(78, "port=many", "a number");
    }
}
