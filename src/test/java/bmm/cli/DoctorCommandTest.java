package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.catalog.ManifestKeys;
import bmm.cli.Scene.Outcome;
import bmm.postgres.FixedReleases;
import bmm.store.Capability;
import bmm.store.StoreProfile;
import bmm.store.StoreProfiles;
import bmm.store.Verdict;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorCommandTest {
    private static final String DATABASE = "doctor";

    @TempDir
    Path directory;

    private Scene scene;

    @BeforeEach
    void aDatabase() {
        scene = new Scene(directory);
        scene.server.createDatabase(DATABASE);
        scene.server.sql(DATABASE, "CREATE TABLE seen AS SELECT 1 AS i", "CREATE TABLE hidden AS SELECT 2 AS i");
        scene.set("BMM_DATABASES", DATABASE).set("BMM_TEMP_DIR", directory.toString());
    }

    @AfterEach
    void isDropped() {
        scene.server.dropDatabase(DATABASE);
    }

    private static String line(Outcome outcome, String level, String subject) {
        List<String> found = outcome.out()
                .lines()
                .filter(line -> line.startsWith(level) && line.substring(6).startsWith(subject + " "))
                .toList();
        assertThat(found)
                .as("%s %s in\n%s%s", level, subject, outcome.out(), outcome.err())
                .hasSize(1);
        return found.getFirst();
    }

    @Test
    void aMachineThatIsReady() {
        scene.offSite("elsewhere");
        Outcome outcome = scene.run("doctor").isDone();

        assertThat(outcome.out()).doesNotContain("FAIL");
        for (String subject : List.of(
                "settings",
                "backup directory",
                "state directory",
                "temporary directory",
                "server",
                "disk",
                "pg_dump")) {
            line(outcome, "ok", subject);
        }
        assertThat(line(outcome, "ok", "zstd")).endsWith("by Yann Collet");
        assertThat(line(outcome, "ok", "database " + DATABASE)).contains("visible: 2 of 2 tables and sequences");
        assertThat(line(outcome, "warn", "store file://" + directory.resolve("elsewhere")))
                .contains("never probed");
        assertThat(Scene.content(directory).keySet())
                .as("what the check-up left")
                .containsExactly("none.env");
    }

    @Test
    void whereADrillWouldRunCodeOfOthers() {
        assertThat(scene.run("doctor").isDone().out())
                .containsPattern("(ok|warn) +drill sandbox +code of table owners would run as user ");

        scene.set("BMM_DRILL_SANDBOX", "off");
        assertThat(line(scene.run("doctor").isDone(), "warn", "drill sandbox"))
                .contains("no sandbox (BMM_DRILL_SANDBOX=off)");

        scene.unset("BMM_DRILL_SANDBOX").set("BMM_DRILL_TARGET", "database");
        Outcome refused = scene.run("doctor");
        assertThat(refused.exit()).isEqualTo(9);
        assertThat(line(refused, "FAIL", "drill sandbox")).contains("as a role that is a superuser: refused");

        scene.set("BMM_DRILL_ACCEPT", "owners-code-runs-as-superuser");
        line(scene.run("doctor").isDone(), "warn", "drill sandbox");
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() throws IOException {
        scene.set("BMM_BACKUP_DIR", directory.resolve("unmounted").toString())
                .set("BMM_STATE_DIR", Files.createFile(directory.resolve("file")) + "/state")
                .set("PGPORT", "1")
                .set("BMM_STORE_NAS", "file://" + directory.resolve("gone"))
                .set("BMM_STORE_S3", "s3://bucket?endpoint=http://127.0.0.1:1")
                .set("BMM_STORE_S3_ACCESS_KEY", "key-of-test")
                .set("BMM_STORE_S3_SECRET_KEY", "secret-key-of-doctor");
        Outcome outcome = scene.run("doctor");

        assertThat(outcome.exit()).as(outcome.out()).isEqualTo(78);
        assertThat(line(outcome, "FAIL", "backup directory")).contains("does not exist");
        assertThat(line(outcome, "FAIL", "state directory")).contains("not a directory");
        line(outcome, "FAIL", "server");
        assertThat(line(outcome, "FAIL", "store nas")).contains("does not exist");
        assertThat(line(outcome, "FAIL", "store s3")).contains("cannot connect");
        line(outcome, "warn", "off-site");
        assertThat(outcome.out().lines().filter(line -> line.contains("hint: ")))
                .hasSizeGreaterThanOrEqualTo(6);
        assertThat(outcome.out()).doesNotContain("secret-key-of-doctor").doesNotContain("Exception");
    }

    @Test
    void malformedSettingsAreAllToldBeforeAnything() {
        scene.set("BMM_DUMP_JOBS", "many").set("BMM_MAX_SHRINK", "200");
        Outcome outcome = scene.run("doctor");
        assertThat(outcome.exit()).isEqualTo(78);
        assertThat(outcome.errors()).hasSize(2);
        assertThat(outcome.err()).contains("BMM_DUMP_JOBS=many", "BMM_MAX_SHRINK=200", "docs/configuration.md");
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void aRoleThatDoesNotSeeEverything() {
        scene.server.sql(
                DATABASE,
                "CREATE ROLE half_blind LOGIN",
                "GRANT SELECT ON seen TO half_blind",
                "CREATE TABLE by_row AS SELECT 1 AS i",
                "ALTER TABLE by_row ENABLE ROW LEVEL SECURITY",
                "GRANT SELECT ON by_row TO half_blind");
        try {
            Outcome outcome = scene.set("PGUSER", "half_blind").run("doctor");
            assertThat(outcome.exit()).as(outcome.out()).isEqualTo(9);
            assertThat(line(outcome, "FAIL", "database " + DATABASE))
                    .contains("public.hidden", "public.by_row")
                    .doesNotContain("public.seen");
        } finally {
            scene.server.sql(DATABASE, "DROP OWNED BY half_blind", "DROP ROLE half_blind");
        }
    }

    @Test
    void aPgDumpThatIsTooOldOrMissing() {
        scene.tools(Map.of("pg_dump", "echo 'pg_dump (PostgreSQL) 11.22'"));
        Outcome old = scene.run("doctor");
        assertThat(old.exit()).isEqualTo(9);
        assertThat(line(old, "FAIL", "pg_dump")).contains("11.22 is older than the server");

        scene.set("BMM_PG_BIN", scene.directory("empty").toString());
        Outcome missing = scene.run("doctor");
        assertThat(missing.exit()).isEqualTo(9);
        line(missing, "FAIL", "pg_dump");
    }

    @Test
    void aDiskWithoutRoom() {
        Outcome outcome = scene.set("BMM_MIN_FREE", "900000GB").run("doctor");
        assertThat(outcome.exit()).isEqualTo(9);
        assertThat(line(outcome, "FAIL", "disk")).contains("must stay free");
    }

    @Test
    void aDatabaseThatIsNotThere() {
        Outcome outcome = scene.set("BMM_DATABASES", DATABASE + ",no_such").run("doctor");
        assertThat(outcome.exit()).isEqualTo(9);
        line(outcome, "ok", "database " + DATABASE);
        line(outcome, "FAIL", "database no_such");
    }

    @Test
    void secretsThatOthersCanRead() throws IOException {
        Path file = Files.writeString(directory.resolve("open.env"), "PGPASSWORD=secret-of-doctor\n");
        Files.setPosixFilePermissions(
                Files.createFile(directory.resolve("none.env")), PosixFilePermissions.fromString("rw-------"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Outcome outcome = scene.run("doctor", "--env-file", file.toString()).isDone();
        assertThat(line(outcome, "warn", "settings")).contains(file + " can be read by other users");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(scene.run("doctor", "--env-file", file.toString()).isDone().out())
                .doesNotContain("can be read by other users");
    }

    @Test
    void aStoreIsProbedAndItsProfileKept() throws IOException {
        Path nas = scene.directory("nas");
        Files.writeString(nas.resolve("backup"), "not touched");
        scene.set("BMM_STORE_NAS", "file://" + nas);
        Outcome outcome = scene.run("doctor", "nas").isDone();

        assertThat(outcome.out()).startsWith("file:" + nas + "\n");
        assertThat(line(outcome, "ok", "create-only")).contains("of two writers at one moment one wins");
        line(outcome, "warn", "delete");
        assertThat(Scene.content(nas).keySet()).containsExactly("backup");
        assertThat(new StoreProfiles(directory.resolve("state")).of("file:" + nas))
                .hasValueSatisfying(profile -> {
                    assertThat(profile.of(Capability.CREATE_ONLY)).isEqualTo(Verdict.ENFORCED);
                    assertThat(profile.probed()).isEqualTo(Scene.BEGIN);
                });

        JsonObject json = scene.run("doctor", "nas", "--json").isDone().json();
        assertThat(json.get("exit").getAsInt()).isZero();
        assertThat(json.getAsJsonArray("findings").get(0).getAsJsonObject().keySet())
                .containsExactly("level", "subject", "says", "hint");
    }

    @Test
    void whatKilledRunsLeftIsToldAndRemovedOnceItIsOld() throws IOException {
        Path nas = scene.directory("nas");
        Files.writeString(nas.resolve("backup"), "not touched");
        Path old = leftAt(nas.resolve("photos/.bmm~t-killed"), Scene.BEGIN.minus(Duration.ofDays(3)));
        Path young = leftAt(nas.resolve(".bmm~t-still-writing"), Scene.BEGIN.minus(Duration.ofHours(40)));
        scene.set("BMM_STORE_NAS", "file://" + nas);

        assertThat(line(scene.run("doctor", "nas").isDone(), "warn", "unfinished"))
                .contains("1 write of runs that were killed, 9 B, the first of 2026-11-");
        assertThat(old).exists();

        assertThat(scene.run("doctor", "--clean", "nas").isDone().out())
                .isEqualTo("file:" + nas + "  removed 1 unfinished write, 9 B\n");
        assertThat(old).doesNotExist();
        assertThat(young).exists();
        assertThat(nas.resolve("backup")).hasContent("not touched");
        assertThat(scene.run("doctor", "nas").isDone().out()).doesNotContain("unfinished");
        assertThat(scene.run("doctor", "--clean", "--json", "nas")
                        .isDone()
                        .json()
                        .get("removed")
                        .getAsInt())
                .isZero();
    }

    private static Path leftAt(Path file, Instant when) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "half of i");
        return Files.setLastModifiedTime(file, FileTime.from(when));
    }

    @Test
    void cleaningIsForOneStoreThatAnswers() {
        scene.run("doctor", "--clean").failed(64, "--clean wants a store", "NAME");
        scene.set("BMM_STORE_NAS", "file://" + directory.resolve("gone"));
        scene.run("doctor", "--clean", "nas").failed(3, "does not exist", "mounted");
        scene.run("doctor", "--clean", "--lifecycle", "nas").failed(64, "do not go together", "one after");
    }

    @Test
    void aStoreThatIsNotReached() {
        scene.set("BMM_STORE_NAS", "file://" + directory.resolve("gone"));
        Outcome outcome = scene.run("doctor", "nas");
        assertThat(outcome.exit()).isEqualTo(3);
        assertThat(line(outcome, "FAIL", "store")).contains("does not exist");
        assertThat(directory.resolve("state")).doesNotExist();
    }

    @Test
    void aBackupWarnsOfAStoreThatIgnoresCreateOnly() {
        Path elsewhere = scene.offSite("elsewhere");
        assertThat(scene.backup(DATABASE).isDone().err()).doesNotContain("create-only");
        new StoreProfiles(directory.resolve("state"))
                .save(new StoreProfile(
                        "file:" + elsewhere, Scene.BEGIN, Map.of(Capability.CREATE_ONLY_PARTS, Verdict.IGNORED)));

        assertThat(scene.backup(DATABASE).isDone().err())
                .contains("silently ignores create-only")
                .contains("level=warn");
        assertThat(line(scene.run("doctor").isDone(), "warn", "store file://" + elsewhere))
                .contains("silently ignores create-only");
    }

    @Test
    void aBackupNeedsNoSuperuser() {
        assertThat(line(scene.run("doctor").isDone(), "warn", "role")).contains("postgres is a superuser");
        scene.server.sql(DATABASE, "CREATE ROLE reader LOGIN", "GRANT pg_read_all_data TO reader");
        try {
            Outcome outcome = scene.set("PGUSER", "reader").run("doctor").isDone();
            assertThat(line(outcome, "ok", "role")).endsWith("reader is no superuser");
            assertThat(outcome.out()).doesNotContain("FAIL");
        } finally {
            scene.server.sql(DATABASE, "DROP OWNED BY reader", "DROP ROLE reader");
        }
    }

    @Test
    void releasesWithKnownHolesAreTold() {
        Outcome outcome = scene.run("doctor").isDone();
        String version = scene.server.server().describe(DATABASE).serverVersionText();
        FixedReleases.problem(version)
                .ifPresentOrElse(
                        problem -> assertThat(line(outcome, "warn", "server release"))
                                .endsWith(problem),
                        () -> line(outcome, "ok", "server release"));

        scene.tools(Map.of("pg_dump", "echo 'pg_dump (PostgreSQL) 18.3 (Debian 18.3-1)'"));
        assertThat(line(scene.run("doctor"), "warn", "pg_dump release"))
                .contains("18.3 has known holes, which 18.6 closes");
        scene.tools(Map.of("pg_dump", "echo 'pg_dump (PostgreSQL) 18.6'"));
        assertThat(scene.run("doctor").out()).doesNotContain("pg_dump release");
    }

    @Test
    void credentialsThatCanDestroyAreTold() {
        Path elsewhere = scene.offSite("elsewhere");
        StoreProfiles profiles = new StoreProfiles(directory.resolve("state"));
        String subject = "store file://" + elsewhere;
        profiles.save(new StoreProfile("file:" + elsewhere, Scene.BEGIN, Map.of(Capability.DELETE, Verdict.YES)));
        assertThat(line(scene.run("doctor").isDone(), "warn", subject)).contains("can destroy");

        profiles.save(new StoreProfile(
                "file:" + elsewhere,
                Scene.BEGIN,
                Map.of(
                        Capability.VERSIONS, Verdict.YES,
                        Capability.DELETE, Verdict.YES,
                        Capability.DELETE_VERSIONS, Verdict.NO)));
        line(scene.run("doctor").isDone(), "ok", subject);
    }

    @Test
    void directoriesThatOthersCanLookIntoAreTold() throws IOException {
        Files.setPosixFilePermissions(scene.backups, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(line(scene.run("doctor").isDone(), "warn", "backup directory"))
                .contains("looked into");
        Files.setPosixFilePermissions(scene.backups, PosixFilePermissions.fromString("rwx------"));
        assertThat(scene.run("doctor").isDone().out().lines())
                .noneMatch(line -> line.startsWith("warn  backup directory"));
    }

    @Test
    void whatLeavesInClearTextIsTold() {
        scene.set("BMM_WEBHOOK_OPS", "http://hooks.example/secret-path-of-test")
                .set("BMM_WEBHOOK_HERE", "http://127.0.0.1:8080/x")
                .set("HEALTHCHECKS_HEARTBEAT_URL", "http://hc.example/secret-path-of-test")
                .set("BMM_SMTP_HOST", "mail.example")
                .set("BMM_SMTP_SECURITY", "none");
        Outcome outcome = scene.run("doctor");
        assertThat(outcome.exit()).isEqualTo(78);
        line(outcome, "warn", "webhook ops");
        line(outcome, "warn", "HEALTHCHECKS_HEARTBEAT_URL");
        assertThat(line(outcome, "FAIL", "mail")).contains("BMM_SMTP_SECURITY=none");
        assertThat(outcome.out()).doesNotContain("webhook here").doesNotContain("secret-path-of-test");

        assertThat(line(scene.set("BMM_SMTP_HOST", "localhost").run("doctor").isDone(), "ok", "mail"))
                .contains("this machine only");
    }

    @Test
    void aSigningKeyIsNobodyElses() throws IOException {
        assertThat(line(scene.run("doctor").isDone(), "ok", "signing key")).contains("the first backup makes it");
        scene.backup(DATABASE).isDone();
        assertThat(line(scene.run("doctor").isDone(), "ok", "signing key")).containsPattern("[0-9a-f]{16}$");
        Path key = directory.resolve("state").resolve(ManifestKeys.FILE);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        Outcome open = scene.run("doctor");
        assertThat(open.exit()).isEqualTo(78);
        assertThat(line(open, "FAIL", "signing key")).contains("can forge backups");
    }

    @Test
    void lifecycleIsForOneBucket() {
        scene.run("doctor", "--lifecycle").failed(64, "wants a store", "NAME");
        scene.run("doctor", "nas", "--apply").failed(64, "--apply is for --lifecycle", "--lifecycle");
        scene.set("BMM_STORE_NAS", "file://" + scene.directory("nas"))
                .run("doctor", "--lifecycle", "nas")
                .failed(78, "is no bucket", "bmm prune");
        scene.run("doctor", "other").failed(78, "no store is called OTHER", "NAS");
    }
}
