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

/** PostgreSQL 18: what is new in it is backed up and comes back, and what older servers dumped is proved in it. */
@Timeout(180)
@EnabledIfEnvironmentVariable(
        named = PostgresContainer.IMAGE_18,
        matches = ".+",
        disabledReason = "names no image: no Docker engine to run PostgreSQL 18 in")
final class PostgreSql18Test {
    private static final String IMAGE = System.getenv(PostgresContainer.IMAGE_18);
    private static final String NEW_IN_IT = """
            CREATE TABLE zoo.since_18 (
                id uuid DEFAULT uuidv7() PRIMARY KEY,
                net integer CONSTRAINT net_is_known NOT NULL,
                gross integer GENERATED ALWAYS AS (net * 12 / 10),
                stored integer GENERATED ALWAYS AS (net * 2) STORED);
            INSERT INTO zoo.since_18 (net) SELECT i FROM generate_series(1, 1000) AS i;
            CREATE TABLE zoo.stays (
                room integer, during tstzrange, PRIMARY KEY (room, during WITHOUT OVERLAPS));
            INSERT INTO zoo.stays VALUES (1, '[2026-11-22, 2026-11-23)'), (1, '[2026-11-23, 2026-11-24)');
            CREATE TABLE zoo.guests (
                name text, room integer, during tstzrange,
                FOREIGN KEY (room, PERIOD during) REFERENCES zoo.stays (room, PERIOD during));
            INSERT INTO zoo.guests VALUES ('Zoë', 1, '[2026-11-22 12:00, 2026-11-23 10:00)');
            ALTER TABLE zoo.guests ADD CONSTRAINT named NOT NULL name NOT VALID;
            """;

    private static PostgresContainer postgres;

    @TempDir
    Path root;

    private Scene scene;

    @BeforeAll
    static void start() {
        postgres = new PostgresContainer(PostgresContainer.IMAGE_18);
        postgres.loadTypes("zoo");
        postgres.sql("zoo", NEW_IN_IT);
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

    @ParameterizedTest
    @CsvSource({
        "BMM_COMPRESSION, zstd",
        "BMM_COMPRESSION, gzip",
        "BMM_DUMP_FORMAT, plain",
        "BMM_DUMP_JOBS, 2",
    })
    void everyKindOfDumpIsProvedAndComesBack(String key, String value) {
        postgres.serve(scene);
        scene.set(key, value).backup("zoo").isDone();
        var source = scene.manifest();
        assertThat(source.verified()).contains("hash", "archive", "tables", "rows", "content", "sequences");
        assertThat(source.database().serverVersion()).startsWith("18");
        scene.run("verify", "--all").isDone();

        scene.run("restore", "--database", "zoo", "--into", "again", "--yes").isDone();

        assertThat(postgres.sql("again", "SELECT sum(gross), sum(stored) FROM zoo.since_18"))
                .isEqualTo(postgres.sql("zoo", "SELECT sum(gross), sum(stored) FROM zoo.since_18"));
        scene.backup("again").isDone();
        assertThat(scene.newestManifest("again").fingerprint()).isEqualTo(source.fingerprint());
        assertThat(postgres.leftovers()).isEmpty();
        postgres.sql("app", "DROP DATABASE again");
    }

    @Test
    void aDrillInAContainerOfItsOwn() {
        postgres.serve(scene);
        scene.backup("zoo").isDone();

        Scene.Outcome outcome = scene.set("BMM_DRILL_TARGET", "docker:" + IMAGE)
                .run("restore-drill")
                .isDone();

        assertThat(outcome.out()).contains("restored, equal: ");
    }

    @Test
    void anOlderServersBackupIsProvedInIt() {
        scene.backup(scene.server.sample()).isDone();

        Scene.Outcome outcome = scene.set("BMM_DRILL_TARGET", "docker:" + IMAGE)
                .run("restore-drill")
                .isDone();

        assertThat(outcome.out()).contains("restored, equal: ");
    }
}
