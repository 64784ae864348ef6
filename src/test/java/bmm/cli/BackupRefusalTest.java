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

/** What stops a backup before anything is dumped, each caused for real: nothing is left, earlier backups stay. */
final class BackupRefusalTest {
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
        assertThat(scene.content()).isEqualTo(before);
    }

    @Test
    void wrongPassword() {
        scene.server.sql("postgres", "ALTER ROLE postgres PASSWORD 'right'");

        Outcome outcome =
                scene.set("PGHOST", "127.0.0.1").set("PGPASSWORD", "wr0ng-one").run("backup");

        outcome.failed(2, "wrong password for role postgres", "PGPASSWORD");
        assertThat(outcome.out() + outcome.err()).doesNotContain("wr0ng-one");
    }

    @Test
    void noPassword() {
        scene.set("PGHOST", "127.0.0.1").run("backup").failed(2, "password", "set PGPASSWORD");
    }

    @Test
    void serverDown() {
        scene.set("PGPORT", "1").run("backup").failed(2, "cannot connect", "is the server running");
        scene.set("PGHOST", "127.0.0.1").run("backup").failed(2, "cannot connect", "is the server running");
        scene.set("PGHOST", "no-such-host.invalid").run("backup").failed(2, "cannot connect", "PGHOST");
        scene.set("BMM_DATABASES", "*").run("backup").failed(2, "cannot connect", "PGHOST");
    }

    @Test
    void databaseMissing() {
        scene.backup("no such one").failed(2, "database no such one", "BMM_DATABASES");
    }

    @Test
    void noRightToReadATable() {
        scene.server.createDatabase("closed");
        role("reader");
        scene.server.sql(
                "closed", "CREATE TABLE open (a int)", "GRANT SELECT ON open TO reader", "CREATE TABLE shut (a int)");

        scene.set("PGUSER", "reader")
                .backup("closed")
                .failed(2, "permission denied for table shut", "pg_read_all_data");
    }

    @Test
    void rowsThatTheRoleMayNotSee() {
        scene.server.createDatabase("rows");
        role("reader");
        scene.server.sql(
                "rows",
                "CREATE TABLE owned (a text)",
                "INSERT INTO owned VALUES ('hidden')",
                "ALTER TABLE owned ENABLE ROW LEVEL SECURITY",
                "GRANT SELECT ON owned TO reader");

        scene.set("PGUSER", "reader")
                .set("BMM_GLOBALS", "no")
                .backup("rows")
                .failed(2, "row-level security", "BYPASSRLS");
        scene.set("BMM_FINGERPRINT", "off").run("backup").failed(2, "row-level security", "BYPASSRLS");
    }

    private void role(String name) {
        scene.server.sql(
                "postgres",
                "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '" + name + "') THEN CREATE ROLE "
                        + name + " LOGIN; END IF; END $$");
    }

    @Test
    void noPgDump() {
        scene.tools(Map.of("pg_dump", "")).run("backup").failed(9, "pg_dump is not in", "BMM_PG_BIN");
    }

    @Test
    void pgDumpIsTooOld() {
        scene.tools(Map.of("pg_dump", "echo 'pg_dump (PostgreSQL) 9.6.24'"))
                .run("backup")
                .failed(9, "pg_dump 9.6.24 is older than the server", "postgresql-client-");
    }

    @Test
    void pgDumpIsSomethingElse() {
        scene.tools(Map.of("pg_dump", "echo hello"))
                .run("backup")
                .failed(9, "does not say its version: hello", "BMM_PG_BIN");
    }

    @Test
    void noBackupDirectory() {
        Path missing = directory.resolve("not mounted");

        scene.set("BMM_BACKUP_DIR", missing.toString()).run("backup").failed(78, "does not exist", "mounted");

        assertThat(missing).doesNotExist();
    }

    @Test
    void theBackupDirectoryIsAFile() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        scene.set("BMM_BACKUP_DIR", file.toString()).run("backup").failed(78, "backup directory", "");
    }

    @Test
    void tooLittleRoom() {
        scene.set("BMM_MIN_FREE", "900000TB").run("backup").failed(9, "not enough room", "BMM_MIN_FREE");
    }

    @Test
    void anotherRunHoldsTheLock() throws Exception {
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "bmm.base.LockHolder",
                        scene.backups.resolve(".bmm.lock").toString())
                .redirectErrorStream(true)
                .start();
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("HELD");

            long begun = System.nanoTime();
            scene.run("backup").failed(1, "another run is in progress (pid " + holder.pid() + " since", "wait");

            assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun))
                    .isLessThan(5);
            scene.run("prune").failed(1, "another run is in progress", "wait");
        } finally {
            holder.outputWriter().close();
            assertThat(holder.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void settingsThatAreWrongAreToldTogetherWithTheirPlaces() throws IOException {
        Path file = directory.resolve("wrong.env");
        Files.writeString(file, "BMM_BACKUP_DIRR=/x\nBMM_DUMP_JOBS=many\n\nthis is garbage\nPGUSER=a\nPGUSER=b\n");

        Outcome outcome = scene.run("backup", "--env-file", file.toString());

        assertThat(outcome.exit()).isEqualTo(78);
        assertThat(outcome.err())
                .contains(file + ":1: unknown setting BMM_BACKUP_DIRR; did you mean BMM_BACKUP_DIR?")
                .contains(file + ":2: BMM_DUMP_JOBS=many: not a whole number")
                .contains(file + ":4: not a KEY=VALUE line")
                .contains(file + ":6: PGUSER is set twice; first at " + file + ":5")
                .doesNotContain("garbage");
    }

    @Test
    void anUnknownSettingOfTheEnvironment() {
        scene.set("BMM_DATABASE", "x").run("backup").failed(78, "unknown setting BMM_DATABASE; did you mean", "");
    }

    @Test
    void anOptionThatIsNone() {
        Outcome outcome = scene.run("backup", "--jsn");

        assertThat(outcome.exit()).isEqualTo(64);
        assertThat(outcome.err()).contains("--jsn").contains("hint: ").hasLineCount(2);
    }

    @Test
    void aStoreThatIsNotConfigured() {
        scene.set("BMM_BACKUP_REMOTE", "nowhere/backups")
                .run("backup")
                .failed(78, "no store is called NOWHERE", "BMM_STORE_NOWHERE");
    }

    @Test
    void thePreHookFails() {
        Path seen = directory.resolve("outcome");

        scene.set("BMM_PRE_HOOK", "echo not today >&2; exit 7")
                .set("BMM_POST_HOOK", "echo $BMM_OUTCOME >" + seen)
                .run("backup")
                .failed(9, "the pre hook failed with exit status 7", "log");

        assertThat(seen).hasContent("9");
    }

    @Test
    void thePreHookTakesTooLong() {
        long begun = System.nanoTime();

        scene.set("BMM_PRE_HOOK", "sleep 60; true")
                .set("BMM_HOOK_TIMEOUT", "300ms")
                .run("backup")
                .failed(9, "the pre hook took longer than", "");

        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun)).isLessThan(15);
    }
}
