package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.catalog.Manifest;
import bmm.cli.Scene.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Restores that must not happen or go wrong, each caused for real: nothing half-made remains, what was there stays. */
@Timeout(120)
final class RestoreFaultTest {
    @TempDir
    Path directory;

    private Scene scene;
    private Path store;
    private Process child;

    @BeforeEach
    void aBackup() {
        scene = new Scene(directory);
        store = scene.offSite("off-site");
        scene.server.createDatabase("prey");
        scene.server.sql("prey", "CREATE TABLE t AS SELECT i AS a, md5(i::text) AS b FROM generate_series(1, 1000) i");
        scene.backup("prey").isDone();
        scene.server.sql("prey", "CREATE TABLE later AS SELECT 1 AS a");
    }

    @AfterEach
    void nothingHalfMadeRemains() throws IOException {
        if (child != null) {
            child.descendants().forEach(ProcessHandle::destroyForcibly);
            child.destroyForcibly();
        }
        try (Stream<Path> files = Files.list(scene.root.resolve("tmp"))) {
            assertThat(files).isEmpty();
        }
        assertThat(unfinished()).isEmpty();
        assertThat(scene.server.query("prey", "SELECT a FROM later")).isEqualTo("1");
        assertThat(scene.server.query("postgres", "SELECT datname FROM pg_database WHERE datname ~ '^prey.'"))
                .isEmpty();
    }

    private String unfinished() {
        return scene.server.query(
                "postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'bmm\\_restoring\\_%'");
    }

    private Outcome restore(String... more) {
        return scene.run(Stream.concat(Stream.of("restore", "--yes", "--into", "prey2"), Stream.of(more))
                .toArray(String[]::new));
    }

    private Path dump() {
        return scene.backups.resolve(scene.manifest().dump().file());
    }

    private static void damage(Path file, String how) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        switch (how) {
            case "cut" -> bytes = Arrays.copyOf(bytes, bytes.length / 2);
            case "bit" -> bytes[bytes.length / 2] ^= 4;
            default -> bytes[bytes.length - 1]++;
        }
        Files.write(file, bytes);
    }

    @Test
    void noBackupAtAll() {
        scene.run("restore", "--database", "nothing", "--yes")
                .failed(8, "there is no backup of database nothing", "there are backups of: prey");
        restore("--at", "2020-01-01").failed(8, "no backup of database prey at or before", "--at 2026-11-21T03:15:00Z");
        assertThat(scene.root.resolve("state/history.jsonl")).content().contains("\"exit\":8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "bit", "hash"})
    void aDamagedDump(String how) throws IOException {
        damage(dump(), how);
        restore("--from", "local").failed(4, dump().getFileName().toString(), "--from STORE");

        try (Stream<Path> files = Files.walk(store)) {
            damage(
                    files.filter(file -> file.endsWith(dump().getFileName()))
                            .findFirst()
                            .orElseThrow(),
                    how);
        }
        restore("--from", "file://" + store).failed(4, dump().getFileName().toString(), "--at DATE");
        restore("--dump", dump().toString()).failed(4, dump().getFileName().toString(), "do not trust");
        scene.run(
                        "restore",
                        "--from",
                        "local",
                        "--to-file",
                        directory.resolve("out").toString())
                .failed(4, dump().getFileName().toString(), "do not trust");
        assertThat(directory.resolve("out")).doesNotExist();
    }

    @Test
    void aDumpWithoutManifestAndAManifestWithoutDump() throws IOException {
        Path dump = dump();
        Path manifest = scene.only(".manifest.json");
        byte[] bytes = Files.readAllBytes(dump);
        Files.delete(dump);
        restore("--from", "local").failed(4, "the dump " + dump.getFileName() + " is not", "--from STORE");

        Files.write(dump, bytes);
        Files.delete(manifest);
        restore("--from", "local").failed(4, "no manifest beside", "--dump FILE");
    }

    @Test
    void aManifestThatWasChanged() throws IOException {
        Path manifest = scene.only(".manifest.json");
        scene.edit(manifest, text -> text.replace("\"rows\": 1000", "\"rows\": 1001"));

        restore("--from", "local").failed(8, "table public.t: 1 001 rows expected, 1 000 found", "nothing was changed");
        scene.run("restore", "--from", "local", "--replace", "--yes")
                .failed(8, "table public.t: 1 001 rows expected, 1 000 found", "nothing was changed");

        Files.writeString(manifest, "{");
        restore("--from", "local").failed(4, "its signature is wrong", "--allow-unsigned");
        restore("--from", "local", "--allow-unsigned").failed(4, "manifest.json: not a manifest", "--dump FILE");
    }

    @Test
    void anExistingDatabase() {
        scene.run("restore", "--yes").failed(9, "database prey exists already", "--replace");
        scene.run("restore", "--clean", "--into", "prey_missing", "--yes")
                .failed(9, "there is no database prey_missing", "--clean");
    }

    @Test
    void aTableThatIsThere() {
        scene.run("restore", "--table", "t", "--yes").failed(9, "database prey has public.t already", "--clean");
        scene.run("restore", "--schema", "public", "--yes")
                .failed(9, "database prey has public.later, public.t already", "--into");
        scene.run("restore", "--table", "nothing", "--yes").failed(64, "no table nothing", "--list");
        scene.run("restore", "--schema", "nothing", "--yes").failed(64, "schema nothing", "case");
    }

    @ParameterizedTest
    @CsvSource({
        "--replace --clean, --replace and --clean",
        "--replace --table=t, whole database",
        "--replace --no-check, always compares",
        "--jobs=0, 1 or more",
        "--age=5x, 5x",
        "--at=now, not a date"
    })
    void optionsThatDoNotGoTogether(String options, String message) {
        String[] words = Stream.concat(Stream.of("restore", "--yes"), Arrays.stream(options.split(" ", -1)))
                .toArray(String[]::new);

        scene.run(words).failed(64, message, "");
    }

    @Test
    void nobodyToAsk() {
        scene.run("restore", "--into", "prey2").failed(64, "nobody to ask", "--yes");
    }

    @ParameterizedTest
    @CsvSource({"y, 0", "no, 64", "'', 64"})
    void aPersonIsAsked(String answer, int exit) throws Exception {
        Process process = start("-Dbmm.terminal=true", "-Dbmm.terminal.input=true", "--into", "prey2");
        process.getOutputStream().write((answer + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(process.exitValue()).as(log()).isEqualTo(exit);
        assertThat(log()).contains("into      prey2").contains("Restore? [y/N]");
        assertThat(scene.server.query("postgres", "SELECT count(*) FROM pg_database WHERE datname = 'prey2'"))
                .isEqualTo(exit == 0 ? "1" : "0");
        scene.server.dropDatabase("prey2");
    }

    @Test
    void sqlTextAndPartsOfIt() {
        scene.set("BMM_DUMP_FORMAT", "plain").run("backup").isDone();

        scene.run("restore", "--table", "t", "--yes").failed(64, "SQL text", "--into");
        restore("--no-owner").failed(64, "SQL text", "--into");
    }

    @Test
    void anExtensionThatIsMissing() throws IOException {
        Path manifest = scene.only(".manifest.json");
        scene.edit(manifest, text -> text.replace("\"plpgsql\":", "\"postgis\": \"3.3\", \"plpgsql\":"));

        restore("--from", "local").failed(9, "1 extension of this backup: postgis", "postgis-3");
    }

    @Test
    void aServerOrToolsThatAreTooOld() throws IOException {
        Path manifest = scene.only(".manifest.json");
        String text = Files.readString(manifest);
        scene.edit(manifest, all -> all.replaceAll("\"serverMajor\": \\d+", "\"serverMajor\": 99"));
        restore("--from", "local").failed(9, "older than the 99 that was dumped", "--older-server");
        restore("--from", "local", "--older-server").isDone();
        scene.server.dropDatabase("prey2");

        scene.edit(manifest, all -> text.replaceAll("\"pgDump\": \"\\d+", "\"pgDump\": \"99"));
        restore("--from", "local").failed(9, "older than the pg_dump 99", "postgresql-client-99");
    }

    @Test
    void noRoom() throws IOException {
        scene.set("BMM_MIN_FREE", "900000TB");
        restore("--from", "file://" + store)
                .failed(9, "not enough room in " + scene.root.resolve("tmp"), "BMM_TEMP_DIR");

        scene.set("BMM_MIN_FREE", "0");
        Path manifest = scene.only(".manifest.json");
        scene.edit(manifest, text -> text.replaceAll("\"sizeBytes\": \\d+", "\"sizeBytes\": 900000000000000"));
        restore("--from", "local").failed(9, "not enough room in ", "the server keeps its data there");
    }

    @Test
    void aDiskThatIsFullInTheMiddle() throws IOException {
        try (SmallDisk small = SmallDisk.take()) {
            scene.server.createDatabase("zlarge");
            scene.server.sql(
                    "zlarge", "CREATE TABLE t AS SELECT repeat(i::text, 100) FROM generate_series(1, 200000) i");
            scene.backup("zlarge").isDone();
            Path copy = Files.move(dump(), directory.resolve("copy"));
            // Without its manifest nobody knows how large it becomes, and with several jobs it is decompressed.
            scene.set("BMM_TEMP_DIR", small.directory().toString());
            restore("--dump", copy.toString(), "--jobs", "2").isDone();
            assertThat(scene.server.query("prey2", "SELECT count(*) FROM t")).isEqualTo("200000");
            try (Stream<Path> files = Files.list(small.directory())) {
                assertThat(files).isEmpty();
            }
        } finally {
            scene.server.dropDatabase("prey2");
            scene.server.dropDatabase("zlarge");
        }
    }

    @Test
    void aTemporaryDirectoryThatIsNotThere() {
        scene.set("BMM_TEMP_DIR", directory.resolve("none").toString());

        restore().failed(9, directory.resolve("none").toString(), "BMM_TEMP_DIR");
    }

    @Test
    void aStoreThatIsNotThere() {
        restore("--from", "file://" + directory.resolve("none")).failed(3, "does not exist", "mounted");
        restore("--from", "NOWHERE/x").failed(78, "no store is called NOWHERE", "BMM_STORE");
    }

    @Test
    void aServerThatIsDownAndAWrongPassword() {
        scene.set("PGHOST", "127.0.0.1").set("PGPORT", "1");
        restore().failed(8, "cannot connect", "PGHOST");

        scene.set("PGPORT", String.valueOf(scene.server.port())).set("PGPASSWORD", "wrong-password");
        Outcome outcome = restore();
        outcome.failed(8, "wrong password", "PGPASSWORD");
        assertThat(outcome.out() + outcome.err()).doesNotContain("wrong-password");
    }

    @Test
    void pgRestoreThatFailsOrIsMissing() {
        scene.tools(Map.of("pg_restore", "echo 'pg_restore: error: the moon is in the way' >&2; exit 1"));
        restore().failed(8, "database prey2: the moon is in the way", "");
        scene.run("restore", "--replace", "--yes").failed(8, "database prey: the moon is in the way", "");

        scene.tools(Map.of("pg_restore", ""));
        restore().failed(9, "pg_restore", "BMM_PG_BIN");
    }

    @Test
    void inPlaceItIsAllOrNothing() {
        scene.server.sql("prey", "CREATE VIEW stands_in_the_way AS SELECT * FROM t");

        scene.run("restore", "--clean", "--yes").failed(8, "database prey: ", "");

        assertThat(scene.server.query("prey", "SELECT count(*) FROM stands_in_the_way"))
                .isEqualTo("1000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"not a dump", "PGDMP", "-- PostgreSQL database dump\nSELECT 1;\n"})
    void aForeignFileThatIsNoWholeDump(String content) throws IOException {
        Path file = Files.writeString(directory.resolve("foreign.dump"), content);

        restore("--dump", file.toString()).failed(4, "", "");
    }

    @Test
    void anotherRun() throws Exception {
        Process process = start("--into", "prey2", "--yes");
        waitForUnfinished(process);

        restore().failed(1, "another run", "wait");

        process.destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void toldToEndItCleansUp(String signal) throws Exception {
        Path told = directory.resolve("told");
        scene.set("BMM_RESTORE_POST_HOOK", "echo $BMM_OUTCOME >" + told);
        Process process = start("--into", "prey2", "--yes", "--from", "file://" + store);
        waitForUnfinished(process);

        assertThat(new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                        .start()
                        .waitFor())
                .isZero();

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(log()).isEqualTo(8);
        assertThat(log()).contains("stopped by a signal").doesNotContain("Exception");
        assertThat(told).hasContent("8");
    }

    @Test
    void killedItLeavesWhatTheNextRunRemoves() throws Exception {
        Process process = start("--into", "prey2", "--yes", "--from", "file://" + store);
        waitForUnfinished(process);

        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(unfinished()).isNotEmpty();
        scene.tools(Map.of());
        Manifest manifest = scene.manifest();
        restore("--from", "file://" + store).isDone();
        Restored.holds("prey2", manifest);
        scene.server.dropDatabase("prey2");
    }

    /** A restore of a process of its own, whose pg_restore takes its time and leaves something with its output behind. */
    private Process start(String... arguments) throws IOException {
        boolean slow = Arrays.asList(arguments).contains("--yes");
        scene.tools(
                slow ? Map.of("pg_restore", "\"$REAL/pg_restore\" \"$@\"; (sleep 40 &); sleep 100; exit 0") : Map.of());
        ProcessBuilder builder = new ProcessBuilder(Stream.of(
                        Stream.of("env", "--default-signal=INT"),
                        Stream.of(Path.of(System.getProperty("java.home"), "bin", "java")
                                .toString()),
                        Stream.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"),
                        Stream.of(arguments).filter(word -> word.startsWith("-D")),
                        Stream.of("-cp", System.getProperty("java.class.path"), "bmm.cli.Main", "restore"),
                        Stream.of(
                                "--env-file",
                                Files.createFile(directory.resolve("child.env")).toString()),
                        Stream.of(arguments).filter(word -> !word.startsWith("-D")))
                .flatMap(words -> words)
                .toList());
        builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve("child.log").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("BMM_") || name.startsWith("PG"));
        builder.environment().putAll(scene.environment);
        child = builder.start();
        return child;
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("child.log"));
    }

    private void waitForUnfinished(Process process) throws Exception {
        String name = unfinished();
        while (name.isEmpty()
                || scene.server.query(name, "SELECT to_regclass('public.t')").isEmpty()) {
            assertThat(process.isAlive()).as(log()).isTrue();
            Thread.sleep(50);
            name = unfinished();
        }
    }
}
