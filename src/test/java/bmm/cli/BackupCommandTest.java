package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.cli.Scene.Outcome;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backups that succeed: what is stored, what is said of it, and that it comes back. */
final class BackupCommandTest {
    @TempDir
    Path directory;

    private Scene scene;

    @BeforeEach
    void scene() {
        scene = new Scene(directory);
    }

    @ParameterizedTest
    @CsvSource({
        "custom, zstd, 1, ''",
        "custom, gzip, 1, .dump",
        "plain, zstd, 1, .sql.gz",
        "custom, zstd, 2, .dir.tar",
        "custom, gzip, 2, .dir.tar"
    })
    void everyTypeInEveryKindIsTheSameInSourceArchiveAndRestoredDatabase(
            String format, String compression, String jobs, String ending) throws Exception {
        scene.server.copyDatabase("zoo", scene.server.sample());
        scene.set("BMM_DUMP_FORMAT", format).set("BMM_COMPRESSION", compression).set("BMM_DUMP_JOBS", jobs);

        Outcome outcome = scene.backup("zoo").isDone();

        var manifest = scene.manifest();
        assertThat(manifest.dump().file()).endsWith(ending);
        assertThat(manifest.verified())
                .containsExactly("hash", "archive", "tables", "rows", "content", "sequences", "size");
        assertThat(manifest.fingerprint().rows()).isPositive();
        assertThat(outcome.out()).contains("verified: hash, archive,").contains(" = source");
        scene.server.dropDatabase("zoo");
        Restored.byShell(outcome.restoreCommands().getFirst(), directory);
        Restored.holds("zoo", manifest);
        scene.run("verify").isDone();
    }

    @ParameterizedTest
    @ValueSource(strings = {"count", "off"})
    void lessIsRecordedWhereLessIsAsked(String mode) throws Exception {
        scene.server.copyDatabase("zoo", scene.server.sample());
        scene.set("BMM_FINGERPRINT", mode);

        Outcome outcome = scene.backup("zoo").isDone();

        assertThat(scene.manifest().verified())
                .doesNotContain("content")
                .contains("hash", "archive", "tables", "sequences", "size");
        assertThat(scene.manifest().verified().contains("rows")).isEqualTo(mode.equals("count"));
        scene.server.dropDatabase("zoo");
        Restored.byShell(outcome.restoreCommands().getFirst(), directory);
        Restored.holds("zoo", scene.manifest());
    }

    @Test
    void filesAreForTheOwnerOnlyAndTheManifestSaysWhatTheyAre() throws Exception {
        scene.backup(scene.server.sample()).isDone();

        Map<String, String> files = scene.content();
        assertThat(files).hasSize(3);
        for (String file : files.keySet()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(scene.backups.resolve(file))))
                    .isEqualTo("rw-------");
        }
        var manifest = scene.manifest();
        assertThat(manifest.instance()).isEqualTo("bmm");
        assertThat(manifest.startedAt()).isEqualTo("2026-11-21T03:15:00Z");
        assertThat(manifest.dump().file()).startsWith("types-20261121T031500Z.dump");
        assertThat(files).containsEntry(manifest.dump().file(), manifest.dump().sha256());
        assertThat(manifest.dump().bytes())
                .isEqualTo(Files.size(scene.backups.resolve(manifest.dump().file())));
        assertThat(manifest.globals()).isNotNull();
        assertThat(files)
                .containsEntry(
                        "types-20261121T031500Z.globals.sql", manifest.globals().sha256());
        assertThat(Files.readString(scene.only(".globals.sql"))).contains("CREATE ROLE postgres;");
    }

    @Test
    void globalsCanBeLeftOut() {
        scene.set("BMM_GLOBALS", "no").backup(scene.server.sample()).isDone();

        assertThat(scene.content()).hasSize(2);
        assertThat(scene.manifest().globals()).isNull();
    }

    @Test
    void aStoreGetsEachBackupOnce() {
        Path store = scene.offSite("off-site");

        Outcome first = scene.backup(scene.server.sample()).isDone();
        Map<String, String> afterFirst = Scene.content(store);
        Map<String, String> local = scene.content();
        Outcome second = scene.run("backup", "--json").isDone();

        assertThat(first.out())
                .contains("off-site file:")
                .contains("bmm/types/2026/11/21")
                .contains("read back");
        Map<String, String> expected = new TreeMap<>();
        local.forEach((name, hash) -> expected.put("bmm/types/2026/11/21/" + name, hash));
        assertThat(afterFirst).isEqualTo(expected);
        assertThat(Scene.content(store)).hasSize(6).containsAllEntriesOf(afterFirst);
        JsonObject database = second.json().getAsJsonArray("databases").get(0).getAsJsonObject();
        JsonObject sent = database.getAsJsonArray("offsite").get(0).getAsJsonObject();
        assertThat(sent.get("backups").getAsInt()).isEqualTo(1);
        assertThat(sent.get("error").isJsonNull()).isTrue();
        scene.run("verify", "--all", "--from", "file://" + store).isDone();
    }

    @Test
    void theResultIsOneObject() {
        Outcome outcome = scene.set("BMM_DATABASES", scene.server.sample())
                .run("backup", "--json")
                .isDone();

        JsonObject json = outcome.json();
        assertThat(json.get("exit").getAsInt()).isZero();
        JsonObject database = json.getAsJsonArray("databases").get(0).getAsJsonObject();
        assertThat(database.get("database").getAsString()).isEqualTo("types");
        assertThat(database.get("sha256").getAsString())
                .isEqualTo(scene.manifest().dump().sha256());
        assertThat(database.get("rows").getAsLong())
                .isEqualTo(scene.manifest().fingerprint().rows());
        assertThat(database.get("error").isJsonNull()).isTrue();
        assertThat(database.get("file").getAsString()).startsWith(scene.backups.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", ""})
    void everyDatabaseIsTakenUnlessSomeAreNamed(String wanted) {
        scene.server.createDatabase("one more");
        // Other tests leave databases that cannot be read.
        String readable = scene.server.query(
                "postgres", "SELECT count(*) FROM pg_database WHERE datallowconn AND NOT datistemplate");

        Outcome outcome =
                scene.unset("PGUSER").set("BMM_DATABASES", wanted).run("backup").isDone();

        assertThat(outcome.out()).contains("one more").contains(readable + " of " + readable + " databases done");
        assertThat(scene.content().keySet().stream().filter(name -> name.endsWith(".manifest.json")))
                .hasSize(Integer.parseInt(readable));
    }

    @Test
    void oneThatFailsDoesNotStopTheOthers() {
        scene.server.createDatabase("first");
        scene.server.createDatabase("last");

        Outcome outcome = scene.backup("first,missing,last");

        outcome.failed(2, "database missing", "BMM_DATABASES");
        assertThat(outcome.out()).contains("2 of 3 databases done; failed: missing");
        assertThat(scene.content()).hasSize(6);
    }

    @Test
    void theDatabaseOfAUrlIsTaken() {
        scene.server.createDatabase("from url");
        scene.server.sql("postgres", "ALTER ROLE postgres PASSWORD 'p@ss/w#rd'");
        scene.unset("PGHOST").unset("PGPORT").unset("PGUSER");
        scene.set("DATABASE_URL", "postgres://postgres:p@ss/w#rd@127.0.0.1:" + scene.server.port() + "/from%20url");

        scene.run("backup").isDone();

        assertThat(scene.manifest().database().name()).isEqualTo("from url");
    }

    @Test
    void theSecondRunOfASecondGetsANameOfItsOwn() {
        scene.backup(scene.server.sample()).isDone();
        Map<String, String> before = scene.content();
        scene.now = Scene.BEGIN;

        scene.run("backup").isDone();

        assertThat(scene.content()).hasSize(6).containsAllEntriesOf(before);
    }
}
