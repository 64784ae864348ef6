package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.catalog.ManifestKeys;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that a drill must not prove, each caused for real; nothing is left behind by any of them. */
@Timeout(180)
final class RestoreDrillRefusalTest {
    private static final String NAME = "drill_refused";

    /** Where the backup was made that each test has a copy of. */
    @TempDir
    static Path origin;

    @TempDir
    Path directory;

    private Scene scene;
    private DrillPlace place;

    @BeforeAll
    static void makeABackup() throws IOException {
        try (DrillPlace place = new DrillPlace(new Scene(origin))) {
            place.smallDatabase(NAME);
        }
    }

    @BeforeEach
    void aBackup() throws IOException {
        scene = new Scene(directory);
        place = new DrillPlace(scene);
        try (Stream<Path> files = Files.list(origin.resolve("backups"))) {
            for (Path file : files.toList()) {
                Files.copy(file, scene.backups.resolve(file.getFileName()));
            }
        }
        Files.createDirectories(directory.resolve("state"));
        Files.copy(
                origin.resolve("state").resolve(ManifestKeys.FILE),
                directory.resolve("state").resolve(ManifestKeys.FILE));
        scene.set("BMM_DATABASES", NAME);
        scene.now = Scene.BEGIN.plus(Duration.ofHours(1));
    }

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        place.close();
    }

    private void editManifest(Consumer<JsonObject> edit) throws IOException {
        Path file = scene.only(".manifest.json");
        JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        edit.accept(json);
        scene.edit(file, text -> json.toString());
    }

    private static JsonObject table(JsonObject manifest) {
        JsonElement tables = manifest.getAsJsonObject("fingerprint").get("tables");
        return tables.getAsJsonArray().get(0).getAsJsonObject();
    }

    private Path dump() {
        return scene.only(".dump.zst");
    }

    private Path file(String sql) throws IOException {
        Path file = directory.resolve("checks.sql");
        return Files.writeString(file, sql);
    }

    private Path plainDump(String version, String sql) throws IOException {
        return Files.writeString(
                directory.resolve("plain.sql"),
                "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version " + version
                        + "\n-- Dumped by pg_dump version " + version + "\n\n" + sql
                        + "\n--\n-- PostgreSQL database dump complete\n--\n\n");
    }

    @Test
    void noBackupAtAll() throws Exception {
        scene.run("restore-drill", "--database", "nobody").failed(5, "there is no backup of database nobody", NAME);
        assertThat(Files.readString(directory.resolve("state/history.jsonl")))
                .contains("\"job\":\"restore-drill\",\"subject\":\"nobody\",\"exit\":5");
        scene.set("BMM_BACKUP_DIR", scene.directory("empty").toString()).unset("BMM_DATABASES");
        scene.run("restore-drill").failed(5, "there is no backup to prove", "BMM_BACKUP_DIR");
    }

    /** Without its manifest nobody knows how large it becomes. */
    @Test
    void aDiskThatIsFullInTheMiddle() throws Exception {
        try (SmallDisk small = SmallDisk.takeForCluster()) {
            scene.server.createDatabase("zlarge");
            scene.server.sql(
                    "zlarge", "CREATE TABLE t AS SELECT repeat('x', 1000) AS x FROM generate_series(1, 150000)");
            Scene large = new Scene(scene.directory("large"));
            large.backup("zlarge").isDone();
            Path copy = Files.move(large.only(".dump.zst"), directory.resolve("copy"));
            scene.set("BMM_TEMP_DIR", small.directory().toString());

            scene.run("restore-drill", "--dump", copy.toString())
                    .failed(5, "could not extend file", "free some space where the server keeps its data");

            try (Stream<Path> files = Files.list(small.directory())) {
                assertThat(files).isEmpty();
            }
        } finally {
            scene.server.dropDatabase("zlarge");
        }
    }

    @Test
    void aManifestWithoutItsDump() throws Exception {
        Files.delete(dump());
        scene.run("restore-drill").failed(4, "the manifest is there, the dump", "");
    }

    @Test
    void aDumpWithoutItsManifest() throws Exception {
        Files.delete(scene.only(".manifest.json"));
        scene.run("restore-drill").failed(4, "no manifest beside", "--dump");
    }

    @Test
    void aWrongHash() throws Exception {
        editManifest(json -> json.getAsJsonObject("dump").addProperty("sha256", "0".repeat(64)));
        scene.run("restore-drill").failed(4, "hash is not the one in the manifest", "copy");
    }

    @Test
    void aCut() throws Exception {
        byte[] bytes = Files.readAllBytes(dump());
        Files.write(dump(), java.util.Arrays.copyOf(bytes, bytes.length / 2));
        scene.run("restore-drill").failed(4, "bytes, but the manifest says", "copy");
        // Without the manifest it is found out by reading.
        Path alone = directory.resolve("alone.dump.zst");
        Files.copy(dump(), alone);
        Scene.Outcome outcome = scene.run("restore-drill", "--dump", alone.toString());
        assertThat(outcome.exit()).as(outcome.err()).isEqualTo(4);
    }

    @Test
    void aFlippedBit() throws Exception {
        byte[] bytes = Files.readAllBytes(dump());
        bytes[bytes.length / 2] ^= 4;
        Files.write(dump(), bytes);
        scene.run("restore-drill").failed(4, "hash is not the one in the manifest", "copy");
    }

    @Test
    void aManifestWithOtherCounts() throws Exception {
        editManifest(json -> table(json).addProperty("rows", 999));
        scene.run("restore-drill").failed(5, "counts: table public.t: 999 rows expected, 1 000 found", "bmm verify");
    }

    @Test
    void aManifestWithAnotherContentHash() throws Exception {
        editManifest(json -> table(json).addProperty("hash", "12345"));
        scene.run("restore-drill")
                .failed(5, "table public.t: as many rows as expected (1 000), but their content differs", "");
    }

    @Test
    void aManifestWithAnotherSequenceAndExtension() throws Exception {
        editManifest(json -> {
            json.getAsJsonObject("fingerprint")
                    .getAsJsonArray("sequences")
                    .get(0)
                    .getAsJsonObject()
                    .addProperty("lastValue", 43);
            json.getAsJsonObject("database").getAsJsonObject("extensions").addProperty("nowhere", "1.0");
        });
        Scene.Outcome outcome = scene.run("restore-drill");
        outcome.failed(5, "sequence public.s: at 43 expected, at 42 found", "");
        assertThat(outcome.out()).contains("extension nowhere is missing");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UPDATE public.t SET s = 'row 7 ' WHERE id = 7 | table public.t: as many rows",
                "DELETE FROM public.t WHERE id = 7 | table public.t: 1 000 rows expected, 999 found",
                "DROP TABLE public.t | table public.t is missing",
                "CREATE TABLE public.more() | table public.more was restored, but is not in the manifest",
                "SELECT pg_catalog.lo_create(47) WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata) | large objects: 0 expected, 1 found",
            })
    void aChangeAfterTheRestore(String sql, String message) throws Exception {
        scene.set("BMM_DRILL_TARGET", "database");
        place.afterRestore("\"$REAL/psql\" -Xqc \"" + sql + "\" >/dev/null");
        scene.run("restore-drill").failed(5, message, "");
    }

    @Test
    void aMissingExtension() throws Exception {
        Path plain = plainDump("15.1", "CREATE EXTENSION pg_nowhere;");
        scene.run("restore-drill", "--dump", plain.toString())
                .failed(5, "pg_nowhere", "-nowhere (or as its makers say)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\connect postgres", "\\c postgres", "\\connect -reuse-previous=on \"dbname='postgres'\""})
    void sqlTextThatWouldLeaveItsDatabase(String command) throws Exception {
        scene.set("BMM_DRILL_TARGET", "database");
        Path plain = plainDump("15.1", command + "\nCREATE TABLE not_here_please (a int);");

        scene.run("restore-drill", "--dump", plain.toString()).failed(4, "databases of its own choice", "");

        assertThat(scene.server.query("postgres", "SELECT to_regclass('public.not_here_please')"))
                .isEmpty();
        scene.unset("BMM_DRILL_TARGET");
    }

    @Test
    void missingServerProgramsOfTheRightMajor() throws Exception {
        Path plain = plainDump("99.1", "");
        scene.run("restore-drill", "--dump", plain.toString())
                .failed(9, "is older than the dump, which is of 99", "postgresql-99");
        scene.tools(java.util.Map.of());
        scene.run("restore-drill", "--dump", plain.toString()).failed(9, "99 are not installed", "postgresql-99");
    }

    @Test
    void tooSmallADisk() throws Exception {
        editManifest(json -> json.getAsJsonObject("database").addProperty("sizeBytes", 1_000_000_000_000_000L));
        Scene.Outcome outcome = scene.run("restore-drill");
        outcome.failed(9, "needed for a drill", "BMM_TEMP_DIR");
        assertThat(outcome.out()).doesNotContain("hash");
    }

    @Test
    void aPlaceWhereNoSocketCanBe() throws Exception {
        Path deep = Files.createDirectories(place.directory.resolve("x".repeat(80)));
        scene.set("BMM_TEMP_DIR", deep.toString());
        scene.run("restore-drill").failed(9, "for a Unix socket", "/var/tmp");
        Files.delete(deep);
        scene.run("restore-drill").failed(9, "", "BMM_TEMP_DIR");
        scene.set("BMM_TEMP_DIR", place.directory.toString());
    }

    @Test
    void aTargetThatIsNone() {
        scene.set("BMM_DRILL_TARGET", "production");
        scene.run("restore-drill").failed(78, "BMM_DRILL_TARGET is production", "docker:IMAGE");
        scene.unset("BMM_DRILL_TARGET");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELECT false | mine: is false",
                "SELECT 1 FROM t WHERE id < 0 | mine: returns no row",
                "SELECT nothing FROM t | mine: fails: column",
                "DELETE FROM t RETURNING true | mine: fails: cannot execute DELETE in a read-only transaction",
                "SELECT pg_sleep(60) IS NOT NULL | mine: took longer than 1.0 s",
            })
    void aStatementOfTheUsersThatIsNotTrue(String sql, String message) throws Exception {
        scene.set(
                        "BMM_DRILL_SQL",
                        file("SELECT true;\n-- name: mine\n" + sql + ";\n").toString())
                .set("BMM_DRILL_SQL_TIMEOUT", "1s")
                .set("BMM_DRILL_TARGET", "database");
        scene.run("restore-drill").failed(5, message, "");
    }

    @Test
    void aTableThatIsNotThere() {
        scene.set("BMM_DRILL_TABLES", "public.t,customers");
        scene.run("restore-drill").failed(5, "table customers of BMM_DRILL_TABLES is missing", "");
    }

    @Test
    void statementsThatCannotBeRead() throws Exception {
        scene.set("BMM_DRILL_SQL", directory.resolve("none.sql").toString());
        scene.run("restore-drill").failed(78, "none.sql", "SQL");
        scene.set("BMM_DRILL_SQL", file("-- nothing\n").toString());
        scene.run("restore-drill").failed(78, "holds no statement", "unset");
    }

    @Test
    void aRestoreThatTakesTooLong() throws Exception {
        place.afterRestore("sleep 60");
        scene.set("BMM_DRILL_TIMEOUT", "2s");
        scene.run("restore-drill").failed(5, "took longer than 2.0 s", "");
    }

    @Test
    void aStoreThatIsNotThere() {
        scene.set("BMM_BACKUP_REMOTE", "file://" + directory.resolve("unmounted"));
        scene.run("restore-drill").failed(3, "unmounted", "");
    }

    @Test
    void optionsThatContradictEachOther() {
        scene.run("restore-drill", "--dump", "x", "--at", "2026-11-01").failed(64, "--dump names the one file", "");
        scene.run("restore-drill", "--age", "1d", "--at", "2026-11-01").failed(64, "--at and --age", "");
        scene.run("restore-drill", "--dump", "/nonexistent").failed(64, "no such file", "");
        scene.run("restore-drill", "--at", "yesterday").failed(64, "not a date", "");
    }

    /** Each could do more with the code of table owners than work in databases of its own. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SUPERUSER | is a superuser",
                "IN ROLE postgres | can become a superuser",
                "NOINHERIT IN ROLE pg_execute_server_program | is a member of pg_execute_server_program",
                "IN ROLE pg_read_server_files, pg_write_server_files | pg_read_server_files, pg_write_server_files",
            })
    void aMightyRoleInTheServerItself(String attributes, String message) {
        scene.server.sql("postgres", "DROP ROLE IF EXISTS mighty", "CREATE ROLE mighty LOGIN CREATEDB " + attributes);
        scene.set("BMM_DRILL_TARGET", "database").set("PGUSER", "mighty").unset("BMM_DRILL_ACCEPT");

        scene.run("restore-drill").failed(9, message, "BMM_DRILL_ACCEPT=owners-code-runs-as-superuser");

        scene.set("BMM_DRILL_ACCEPT", "yes");
        scene.run("restore-drill").failed(9, message, "BMM_DRILL_TARGET=scratch");
        scene.unset("BMM_DRILL_TARGET").set("PGUSER", "postgres");
        scene.server.sql("postgres", "DROP ROLE mighty");
    }

    @Test
    void anOrdinaryRoleThatMayMakeDatabases() {
        scene.server.sql("postgres", "DROP ROLE IF EXISTS ordinary", "CREATE ROLE ordinary LOGIN CREATEDB");
        scene.set("BMM_DRILL_TARGET", "database").set("PGUSER", "ordinary").unset("BMM_DRILL_ACCEPT");

        assertThat(scene.run("restore-drill").isDone().out())
                .contains("isolation      none: code of table owners runs in the server itself, as role ordinary");

        scene.set("BMM_DRILL_SANDBOX", "required");
        scene.run("restore-drill").failed(9, "BMM_DRILL_TARGET=database has none", "docker:IMAGE");
        scene.unset("BMM_DRILL_TARGET").unset("BMM_DRILL_SANDBOX").set("PGUSER", "postgres");
        scene.server.sql("postgres", "DROP ROLE ordinary");
    }

    @Test
    void aServerWhereNoDatabaseMayBeMade() {
        scene.server.sql("postgres", "DROP ROLE IF EXISTS weak", "CREATE ROLE weak LOGIN");
        scene.set("BMM_DRILL_TARGET", "database").set("PGUSER", "weak");
        scene.run("restore-drill").failed(9, "a database for the drill cannot be made", "CREATEDB");
        scene.unset("BMM_DRILL_TARGET").set("PGUSER", "postgres");
        scene.server.sql("postgres", "DROP ROLE weak");
    }
}
