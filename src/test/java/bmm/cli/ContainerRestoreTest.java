package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Restores and drills where PostgreSQL is in a container, and of an older server's backup in a newer one. */
@Timeout(180)
@EnabledIfEnvironmentVariable(
        named = PostgresContainer.IMAGE_17,
        matches = ".+",
        disabledReason = "names no image: no Docker engine to run PostgreSQL 17 in")
final class ContainerRestoreTest {
    private static PostgresContainer postgres;

    @TempDir
    Path root;

    private Scene scene;

    @BeforeAll
    static void start() {
        postgres = new PostgresContainer(PostgresContainer.IMAGE_17);
        postgres.loadTypes("zoo");
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void scene() throws Exception {
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        scene = new Scene(root);
    }

    private static void drop(String database) {
        postgres.sql("app", "DROP DATABASE IF EXISTS \"" + database + "\"");
    }

    private static String databases() {
        return postgres.sql(
                "app", "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate");
    }

    @Test
    void aBackupComesBackIntoItsContainer() {
        postgres.serve(scene);
        scene.backup("zoo").isDone();

        Scene.Outcome outcome = scene.run("restore", "--database", "zoo", "--into", "again", "--yes")
                .isDone();

        assertThat(outcome.out()).contains("again").contains(" = backup");
        assertThat(postgres.leftovers()).isEmpty();
        var source = scene.manifest().fingerprint();
        scene.backup("again").isDone();
        assertThat(scene.newestManifest("again").fingerprint()).isEqualTo(source);
        drop("again");
    }

    @Test
    void anExistingDatabaseIsReplacedAndKept() {
        postgres.serve(scene);
        postgres.loadTypes("old");
        scene.backup("old").isDone();
        postgres.sql("old", "CREATE TABLE public.later (i integer)");

        scene.run("restore", "--database", "old", "--into", "old", "--yes").failed(9, "exists", "--replace");
        scene.run("restore", "--database", "old", "--into", "old", "--replace", "--yes")
                .isDone();

        assertThat(postgres.sql("old", "SELECT to_regclass('public.later') IS NULL"))
                .isEqualTo("t");
        String before =
                postgres.sql("app", "SELECT datname FROM pg_database WHERE datname LIKE 'old%' AND datname <> 'old'");
        assertThat(postgres.sql(before, "SELECT to_regclass('public.later') IS NULL"))
                .isEqualTo("f");
        drop("old");
        drop(before);
    }

    /** The list of what belongs to it has to get into the container, too. */
    @ParameterizedTest
    @CsvSource({"zstd, 1", "gzip, 1", "zstd, 2"})
    void aTableComesBackWhole(String compression, String dumpJobs) {
        postgres.serve(scene);
        scene.set("BMM_COMPRESSION", compression).set("BMM_DUMP_JOBS", dumpJobs);
        scene.backup("zoo").isDone();
        postgres.sql("app", "CREATE DATABASE part");

        scene.run("restore", "--database", "zoo", "--into", "part", "--table", "zoo.numbers", "--yes")
                .isDone();

        assertThat(postgres.sql("part", "SELECT count(*) FROM zoo.numbers")).isEqualTo("8");
        assertThat(postgres.sql("part", "SELECT to_regclass('zoo.numbers_pkey') IS NOT NULL"))
                .isEqualTo("t");
        assertThat(postgres.leftovers()).isEmpty();
        drop("part");
    }

    @Test
    void aDrillInAThrowawayDatabaseOfTheContainerLeavesNothing() {
        postgres.serve(scene);
        String before = databases();
        scene.backup("zoo").isDone();
        scene.set("BMM_DRILL_ACCEPT", "owners-code-runs-as-superuser");

        Scene.Outcome outcome =
                scene.set("BMM_DRILL_TARGET", "database").run("restore-drill").isDone();

        assertThat(outcome.out()).contains("restored, equal: ");
        assertThat(databases()).isEqualTo(before);
        assertThat(postgres.leftovers()).isEmpty();
    }

    @Test
    void aDrillInAContainerOfItsOwn() {
        postgres.serve(scene);
        scene.backup("zoo").isDone();

        Scene.Outcome outcome = scene.set("BMM_DRILL_TARGET", "docker:" + System.getenv(PostgresContainer.IMAGE_17))
                .run("restore-drill")
                .isDone();

        assertThat(outcome.out())
                .contains("restored, equal: ")
                .contains("isolation      container, user postgres: no network, no capabilities");
    }

    @Test
    void anOlderServersBackupIsProvedInANewerOne() {
        scene.backup(scene.server.sample()).isDone();

        Scene.Outcome outcome = scene.set("BMM_DRILL_TARGET", "docker:" + System.getenv(PostgresContainer.IMAGE_17))
                .run("restore-drill")
                .isDone();

        assertThat(outcome.out()).contains("restored, equal: ");
    }

    @Test
    void anOlderServersBackupIsRestoredIntoANewerOne() {
        scene.backup(scene.server.sample()).isDone();
        var source = scene.manifest().fingerprint();
        postgres.serve(scene);

        scene.run(
                        "restore",
                        "--database",
                        scene.server.sample(),
                        "--into",
                        "moved",
                        "--no-owner",
                        "--no-privileges",
                        "--yes")
                .isDone();

        scene.backup("moved").isDone();
        assertThat(scene.newestManifest("moved").fingerprint()).isEqualTo(source);
        drop("moved");
    }

    @Test
    void aNewerServersBackupNeedsNewerPrograms() {
        Scene local = new Scene(root);
        postgres.serve(scene);
        scene.backup("zoo").isDone();

        local.run("restore-drill").failed(9, "older than the dump, which is of 17", "postgresql-17");
    }
}
