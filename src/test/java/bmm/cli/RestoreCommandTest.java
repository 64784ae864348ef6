package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.catalog.Manifest;
import bmm.cli.Scene.Outcome;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Restores that succeed: what comes back, where, and what is said of it. */
final class RestoreCommandTest {
    @TempDir
    Path directory;

    private Scene scene;

    @BeforeEach
    void scene() {
        scene = new Scene(directory);
    }

    @AfterEach
    void nothingTemporaryIsLeft() throws IOException {
        try (Stream<Path> files = Files.list(scene.root.resolve("tmp"))) {
            assertThat(files).isEmpty();
        }
        assertThat(scene.server.query("postgres", "SELECT datname FROM pg_database WHERE datname ~ '^bmm_restoring'"))
                .isEmpty();
    }

    private String databases(String like) {
        return scene.server.query(
                "postgres",
                "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE datname LIKE '" + like + "'");
    }

    @ParameterizedTest
    @CsvSource({
        "custom, zstd, 1, 1",
        "custom, zstd, 1, 3",
        "custom, gzip, 1, 3",
        "plain, zstd, 1, 1",
        "custom, zstd, 2, 2"
    })
    void everyTypeInEveryKindComesBackEqual(String format, String compression, String dumpJobs, String jobs)
            throws Exception {
        scene.server.copyDatabase("zoo", scene.server.sample());
        scene.set("BMM_DUMP_FORMAT", format).set("BMM_COMPRESSION", compression).set("BMM_DUMP_JOBS", dumpJobs);
        Path store = scene.offSite("off-site");
        scene.backup("zoo").isDone();
        Manifest manifest = scene.manifest();
        scene.server.dropDatabase("zoo");

        Outcome local = scene.run("restore", "--yes", "--jobs", jobs).isDone();

        Restored.holds("zoo", manifest);
        assertThat(local.out())
                .contains("backup    " + manifest.dump().file())
                .contains("from      " + scene.backups)
                .contains("1. compare its hash with the manifest")
                .contains("2. restore it into the new database zoo")
                .contains("estimate  about 1.0 s")
                .contains("verified: hash, ")
                .contains("rows = backup");
        scene.run("restore", "--yes", "--from", "file://" + store, "--into", "zoo copy", "--jobs", jobs)
                .isDone();
        Restored.holds("zoo copy", manifest);
        scene.server.dropDatabase("zoo copy");
    }

    @Test
    void whatBelongsToTheDatabaseItselfComesBackToo() {
        scene.server.sql("postgres", "DROP ROLE IF EXISTS \"the owner\"", "CREATE ROLE \"the owner\"");
        scene.server.createDatabase("own");
        scene.server.sql(
                "own",
                "ALTER DATABASE own OWNER TO \"the owner\"",
                "ALTER DATABASE own SET work_mem TO '7MB'",
                "COMMENT ON DATABASE own IS 'it''s DATABASE own'",
                "REVOKE CONNECT ON DATABASE own FROM PUBLIC",
                "CREATE TABLE t (a int)");
        scene.backup("own").isDone();

        scene.run("restore", "--into", "own2", "--yes").isDone();

        assertThat(scene.server.query("own2", "SHOW work_mem")).isEqualTo("7MB");
        assertThat(scene.server.query("own2", """
                        SELECT pg_get_userbyid(datdba), shobj_description(oid, 'pg_database'),
                            (SELECT string_agg(acl::text, ' ' ORDER BY acl::text) FROM unnest(datacl) acl)
                        FROM pg_database WHERE datname = 'own2'
                        """))
                .isEqualTo(scene.server.query("own", """
                        SELECT pg_get_userbyid(datdba), shobj_description(oid, 'pg_database'),
                            (SELECT string_agg(acl::text, ' ' ORDER BY acl::text) FROM unnest(datacl) acl)
                        FROM pg_database WHERE datname = 'own'
                        """))
                .contains("the owner|it's DATABASE own|");
        for (String name : List.of("own", "own2")) {
            scene.server.dropDatabase(name);
        }
        scene.server.sql("postgres", "DROP ROLE \"the owner\"");
    }

    @Test
    void oneCommandFromNothingToData() throws Exception {
        scene.server.copyDatabase("archiv", scene.server.sample());
        Path store = scene.offSite("copy");
        scene.backup("archiv").isDone();
        Manifest manifest = scene.manifest();
        scene.server.dropDatabase("archiv");

        // Another machine: no state, no backup directory, no settings but how to reach its server.
        Scene bare = new Scene(scene.directory("bare"));
        Files.delete(bare.backups);
        bare.run("restore", "--from", "file://" + store, "--database", "archiv", "--yes")
                .isDone();
        Restored.holds("archiv", manifest);

        scene.server.dropDatabase("archiv");
        bare.set("BMM_BACKUP_REMOTE", "file://" + store).run("restore", "--yes").isDone();
        Restored.holds("archiv", manifest);
        assertThat(Files.readString(bare.root.resolve("state/history.jsonl")))
                .contains("\"job\":\"restore\"")
                .contains("\"subject\":\"archiv\"")
                .contains("\"exit\":0");
    }

    @Test
    void aDatabaseGivesWayAndStays() throws Exception {
        scene.server.createDatabase("live");
        scene.server.sql("live", "CREATE TABLE t AS SELECT 1 AS a");
        scene.backup("live").isDone();
        Manifest manifest = scene.manifest();
        scene.server.sql("live", "INSERT INTO t VALUES (2)");
        Process session = scene.server.session("live", "SELECT pg_sleep(100)").start();

        Outcome outcome = scene.run("restore", "--replace", "--yes").isDone();

        Restored.holds("live", manifest);
        assertThat(databases("live%")).isEqualTo("live live_before_20261121t041500z");
        assertThat(scene.server.query("live_before_20261121t041500z", "SELECT sum(a) FROM t"))
                .isEqualTo("3");
        assertThat(session.waitFor()).isNotZero();
        assertThat(outcome.out())
                .contains("end the sessions in live (now ")
                .contains("rename it to live_before_20261121t041500z");
        Restored.byShell(command(outcome, "back:"), directory);
        assertThat(databases("live%")).isEqualTo("live live_restored");
        assertThat(scene.server.query("live", "SELECT sum(a) FROM t")).isEqualTo("3");
        scene.server.dropDatabase("live_restored");

        Outcome again = scene.run("restore", "--replace", "--yes").isDone();
        Restored.byShell(command(again, "drop it:"), directory);
        assertThat(databases("live%")).isEqualTo("live");
        Restored.holds("live", manifest);
    }

    private static String command(Outcome outcome, String label) {
        return outcome.out()
                .lines()
                .filter(line -> line.startsWith(label))
                .map(line -> line.substring(label.length()).strip())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aStandbyIsRefreshedInPlace() throws Exception {
        scene.server.copyDatabase("standby", scene.server.sample());
        scene.backup("standby").isDone();
        Manifest manifest = scene.manifest();
        String oid = scene.server.query("postgres", "SELECT oid FROM pg_database WHERE datname = 'standby'");
        scene.server.createDatabase("standby2");
        scene.server.sql("standby2", "CREATE TABLE public.more (a int)");

        scene.run("restore", "--clean", "--yes").isDone();
        scene.run("restore", "--clean", "--into", "standby2", "--yes").isDone();

        Restored.holds("standby", manifest);
        assertThat(scene.server.query("postgres", "SELECT oid FROM pg_database WHERE datname = 'standby'"))
                .isEqualTo(oid);
        assertThat(scene.server.query("standby2", "SELECT to_regclass('public.more')"))
                .isEqualTo("more");
    }

    @Test
    void singleTablesAndSchemasComeBack() {
        scene.server.createDatabase("parts");
        scene.server.sql(
                "parts",
                "CREATE SCHEMA \"S 1\"",
                "CREATE TABLE t AS SELECT 1 AS a",
                "CREATE TABLE \"S 1\".\"T t\" AS SELECT 2 AS a",
                "CREATE TABLE \"S 1\".u (a int PRIMARY KEY)");
        scene.backup("parts").isDone();
        scene.server.createDatabase("parts2");

        scene.run("restore", "--into", "parts2", "--table", "t", "--yes").isDone();
        assertThat(scene.server.query("parts2", "SELECT a FROM t")).isEqualTo("1");
        scene.run("restore", "--into", "parts2", "--table", "S 1.T t", "--yes").isDone();
        assertThat(scene.server.query("parts2", "SELECT a FROM \"S 1\".\"T t\""))
                .isEqualTo("2");
        assertThat(scene.server.query("parts2", "SELECT to_regclass('\"S 1\".u')"))
                .isEmpty();

        scene.server.sql("parts2", "UPDATE t SET a = 9", "DROP SCHEMA \"S 1\" CASCADE");
        scene.run("restore", "--into", "parts2", "--schema", "S 1", "--yes").isDone();
        assertThat(scene.server.query("parts2", "SELECT count(*) FROM \"S 1\".u"))
                .isEqualTo("0");
        assertThat(scene.server.query("parts2", "SELECT a FROM t")).isEqualTo("9");
        scene.run("restore", "--into", "parts2", "--table", "public.t", "--clean", "--yes")
                .isDone();
        assertThat(scene.server.query("parts2", "SELECT a FROM t")).isEqualTo("1");
    }

    @Test
    void rolesComeFirstAndExistingOnesStayAsTheyAre() {
        scene.server.sql(
                "postgres",
                "DROP ROLE IF EXISTS \"new one\"",
                "DROP ROLE IF EXISTS stays",
                "CREATE ROLE \"new one\" LOGIN PASSWORD 'semi;colon'",
                "CREATE ROLE stays CONNECTION LIMIT 3",
                "GRANT stays TO \"new one\"",
                "COMMENT ON ROLE \"new one\" IS 'two\nlines; it''s fine'");
        scene.server.createDatabase("roles");
        scene.server.sql(
                "roles",
                "ALTER DATABASE roles OWNER TO \"new one\"",
                "CREATE TABLE t (a int)",
                "ALTER TABLE t OWNER TO \"new one\"",
                "GRANT SELECT ON t TO stays");
        scene.backup("roles").isDone();
        scene.server.dropDatabase("roles");
        scene.server.sql("postgres", "DROP ROLE \"new one\"", "ALTER ROLE stays CONNECTION LIMIT 5");
        String others = "SELECT string_agg(rolname || coalesce(rolpassword, ''), ',' ORDER BY rolname) FROM pg_authid"
                + " WHERE rolname NOT IN ('new one', 'stays')";
        String before = scene.server.query("postgres", others);

        Outcome without = scene.run("restore", "--yes");
        without.failed(8, "new one", "--globals makes the roles 'new one'; --no-owner");
        assertThat(databases("roles")).isEmpty();
        Outcome outcome = scene.run("restore", "--globals", "--yes").isDone();

        assertThat(outcome.out())
                .contains("roles made: new one; left as they are: ")
                .contains("stays");
        assertThat(scene.server.query("roles", """
                        SELECT pg_get_userbyid(relowner), has_table_privilege('stays', 't', 'SELECT'),
                            pg_has_role('new one', 'stays', 'MEMBER'), shobj_description('"new one"'::regrole, 'pg_authid')
                        FROM pg_class WHERE relname = 't'
                        """)).isEqualTo("new one|t|t|two\nlines; it's fine");
        assertThat(scene.server.query("postgres", "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'stays'"))
                .isEqualTo("5");
        assertThat(scene.server.query("postgres", others)).isEqualTo(before);

        scene.server.dropDatabase("roles");
        scene.server.sql("postgres", "DROP ROLE \"new one\"", "DROP ROLE stays");
        scene.run("restore", "--no-owner", "--no-privileges", "--yes").isDone();
        assertThat(scene.server.query("roles", "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 't'"))
                .isEqualTo("postgres");
        scene.server.dropDatabase("roles");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-Fc", "-Fc -Z0", "-Fd", "-Ft", "-Fp", "-Fp|gzip", "-Fc -Z0|zstd", "-Fc -Z0|gzip", "-Ft|gzip"})
    void aDumpThatOthersMade(String how) throws Exception {
        scene.server.copyDatabase("foreign", scene.server.sample());
        scene.backup("foreign").isDone();
        Manifest manifest = scene.manifest();
        Path dump = directory.resolve("any name");
        String[] parts = how.split("\\|", -1);
        Restored.byShell(
                "pg_dump -d foreign " + parts[0]
                        + (parts[0].equals("-Fd") ? " -f '" + dump + "'" : "")
                        + (parts.length > 1 ? " | " + parts[1] + " -c" : "")
                        + (parts[0].equals("-Fd") ? "" : " > '" + dump + "'"),
                directory);

        Outcome unnamed = scene.run("restore", "--dump", dump.toString(), "--yes");
        unnamed.failed(64, "does not say which database", "--into");
        Outcome outcome = scene.run("restore", "--dump", dump.toString(), "--into", "foreign2", "--yes")
                .isDone();

        assertThat(outcome.out())
                .contains("without a manifest")
                .contains("cannot be proven")
                .contains("not compared");
        Restored.holds("foreign2", manifest);
        scene.server.dropDatabase("foreign2");
    }

    @Test
    void anEarlierOneIsTaken() {
        scene.server.createDatabase("days");
        scene.server.sql("days", "CREATE TABLE t AS SELECT 1 AS a");
        scene.backup("days").isDone();
        scene.server.sql("days", "UPDATE t SET a = 2");
        scene.now = Scene.BEGIN.plus(java.time.Duration.ofDays(2));
        scene.backup("days").isDone();

        scene.run("restore", "--at", "2026-11-22", "--into", "days2", "--yes").isDone();
        scene.run("restore", "--age", "1d", "--into", "days3", "--yes").isDone();
        scene.run("restore", "--into", "days4", "--yes").isDone();

        for (String name : List.of("days2", "days3")) {
            assertThat(scene.server.query(name, "SELECT a FROM t")).isEqualTo("1");
            scene.server.dropDatabase(name);
        }
        assertThat(scene.server.query("days4", "SELECT a FROM t")).isEqualTo("2");
        scene.server.dropDatabase("days4");
    }

    @Test
    void aPlanChangesNothing() {
        scene.server.createDatabase("plan");
        scene.backup("plan").isDone();
        String before = databases("%");

        Outcome text = scene.run("restore", "--replace", "--dry-run").isDone();
        JsonObject json = scene.run("restore", "--replace", "--dry-run", "--json")
                .isDone()
                .json();

        assertThat(text.out()).contains("into      plan at socket").contains("give its name to the new one");
        assertThat(json.get("way").getAsString()).isEqualTo("replace");
        assertThat(json.get("previous").getAsString()).isEqualTo("plan_before_20261121t051500z");
        assertThat(databases("%")).isEqualTo(before);
    }

    @Test
    void theResultIsOneObject() {
        scene.server.createDatabase("json");
        scene.server.sql("json", "CREATE TABLE t AS SELECT 1 AS a");
        scene.backup("json").isDone();
        scene.server.dropDatabase("json");

        JsonObject json = scene.run("restore", "--yes", "--json").isDone().json();

        assertThat(json.get("exit").getAsInt()).isZero();
        assertThat(json.get("into").getAsString()).isEqualTo("json");
        assertThat(json.get("tables").getAsInt()).isEqualTo(1);
        assertThat(json.get("equal").getAsBoolean()).isTrue();
    }

    @Test
    void theDumpAloneIsWrittenToAFile() throws Exception {
        scene.backup(scene.server.sample()).isDone();
        Path file = directory.resolve("out.dump");

        // No server is needed for that.
        scene.set("PGHOST", directory.toString());
        Outcome outcome = scene.run("restore", "--to-file", file.toString()).isDone();

        assertThat(outcome.out()).contains("hash = manifest");
        scene.set("PGHOST", scene.server.socketDirectory());
        scene.server.createDatabase("from_file");
        Restored.byShell("pg_restore -d from_file " + file, directory);
        Restored.holds("from_file", scene.manifest());
        scene.run("restore", "--to-file", file.toString()).failed(64, "is there already", "nothing is overwritten");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "with space",
                "o'brien \"the\" \\one",
                "-dash",
                "größe 数据 🐘",
                "a=b",
                "postgres://x",
                "$(touch x) `y` %41"
            })
    void databasesMayBeCalledAnything(String name) throws Exception {
        scene.server.createDatabase(name);
        scene.server.sql(name, "CREATE TABLE t AS SELECT 1 AS a");
        scene.offSite("off-site");
        Outcome backup = scene.backup(name).isDone();
        Manifest manifest = scene.manifest();
        assertThat(backup.out()).contains("restore:  bmm restore --database");

        scene.run("restore", "--database=" + name, "--replace", "--yes").isDone();
        Restored.holds(name, manifest);
        scene.server.dropDatabase(name);
        scene.run("restore", "--database=" + name, "--from", "file://" + scene.root.resolve("off-site"), "--yes")
                .isDone();

        Restored.holds(name, manifest);
        scene.server.dropDatabase(name);
        String rest = scene.server.query(
                "postgres", "SELECT quote_ident(datname) FROM pg_database WHERE datname LIKE '%_before_2026%'");
        scene.server.sql("postgres", "DROP DATABASE " + rest);
    }

    @Test
    void hooksRunBeforeAndAfter() throws IOException {
        scene.server.createDatabase("hooks");
        scene.backup("hooks").isDone();
        scene.server.dropDatabase("hooks");
        Path told = directory.resolve("told");
        scene.set("BMM_RESTORE_PRE_HOOK", "echo before >>" + told)
                .set("BMM_RESTORE_POST_HOOK", "echo after $BMM_OUTCOME >>" + told)
                .set("BMM_PRE_HOOK", "exit 1");

        scene.run("restore", "--yes").isDone();
        scene.run("restore", "--replace", "--yes").isDone();

        assertThat(told).hasContent("before\nafter 0\nbefore\nafter 0\n");
        scene.set("BMM_RESTORE_PRE_HOOK", "exit 3");
        scene.run("restore", "--into", "hooks2", "--yes").failed(9, "pre hook failed", "by hand");
        assertThat(Files.readString(told)).endsWith("after 9\n");
        assertThat(databases("hooks2")).isEmpty();
        scene.unset("BMM_RESTORE_PRE_HOOK").set("BMM_RESTORE_POST_HOOK", "exit 3");
        scene.run("restore", "--into", "hooks2", "--yes").failed(8, "post hook failed", "by hand");
        assertThat(databases("hooks2")).isEqualTo("hooks2");
        scene.server.dropDatabase("hooks2");
    }
}
