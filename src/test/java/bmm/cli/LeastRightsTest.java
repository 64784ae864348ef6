package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import bmm.cli.Scene.Outcome;
import bmm.postgres.ScratchServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The grants of docs/security.md, as they stand there, are enough: for doctor, which says so, and for what it is about. */
class LeastRightsTest {
    private static final String DATABASE = "app";
    private static final List<String> ROLES = List.of("bmm", "bmm_restore", "app_owner", "stranger");

    @TempDir
    Path directory;

    private ScratchServer server;

    static Stream<Integer> majors() {
        return Stream.iterate(ScratchServer.OLDEST, major -> major <= ScratchServer.NEWEST, major -> major + 1);
    }

    static Stream<Integer> majorsWithReadAllData() {
        return majors().filter(major -> major >= 14);
    }

    /** Newer tools than the server's own restore settings that it does not know. */
    static Stream<Integer> majorsWithTools() {
        return majors().filter(major -> major >= 15);
    }

    /** The block of SQL whose first line begins so. */
    private static String block(String begin) throws IOException {
        String page = Files.readString(Path.of("docs/security.md"));
        return Pattern.compile("```sql\\n(-- .*?\\n)(.*?)```", Pattern.DOTALL)
                .matcher(page)
                .results()
                .filter(block -> block.group(1).startsWith("-- " + begin))
                .map((MatchResult block) -> block.group(2))
                .findFirst()
                .orElseThrow(() -> new AssertionError("docs/security.md has no block about: " + begin));
    }

    private void run(String block) throws IOException {
        Path file = Files.writeString(Files.createTempFile("grants", ".sql"), block);
        server.file(DATABASE, file);
        Files.delete(file);
    }

    private Scene aDatabaseOf(int major, boolean withLargeObjects) {
        Optional<ScratchServer> found = ScratchServer.ofMajor(major);
        assumeTrue(found.isPresent(), "no programs of PostgreSQL " + major + " here (BMM_TEST_PG_" + major + ")");
        server = found.orElseThrow();
        clean();
        server.sql("postgres", "CREATE ROLE app_owner LOGIN PASSWORD 'secret-of-owner'", "CREATE ROLE stranger");
        server.sql("postgres", "CREATE DATABASE " + DATABASE + " OWNER app_owner TEMPLATE template0");
        server.sql("postgres", "REVOKE CONNECT ON DATABASE " + DATABASE + " FROM PUBLIC");
        server.sql(
                DATABASE,
                "GRANT ALL ON SCHEMA public TO app_owner",
                "SET ROLE app_owner",
                "CREATE TABLE orders (id serial PRIMARY KEY, name text)",
                "INSERT INTO orders (name) SELECT md5(i::text) FROM generate_series(1, 100) i",
                "CREATE TABLE by_row AS SELECT 1 AS i",
                "ALTER TABLE by_row ENABLE ROW LEVEL SECURITY",
                "CREATE VIEW seen AS SELECT * FROM orders",
                "CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM orders");
        if (withLargeObjects) {
            server.sql(DATABASE, "SET ROLE app_owner", "SELECT lo_from_bytea(0, 'large')");
        }
        return new Scene(directory, server).set("BMM_DATABASES", DATABASE).set("PGUSER", "bmm");
    }

    @AfterEach
    void clean() {
        if (server != null) {
            server.dropDatabase(DATABASE);
            server.dropDatabase("app2");
            ROLES.forEach(role -> server.sql("postgres", "DROP ROLE IF EXISTS " + role));
        }
    }

    private static void works(Scene scene, boolean withPasswords) throws IOException {
        Outcome doctor = scene.run("doctor").isDone();
        assertThat(doctor.out())
                .doesNotContain("FAIL")
                .contains("bmm is no superuser")
                .contains("visible: 3 of 3");
        Outcome backup = scene.run("backup").isDone();
        assertThat(scene.manifest().verified()).contains("content", "rows", "sequences");
        assertThat(backup.err().contains("saved without their passwords")).isEqualTo(!withPasswords);
        String globals = Files.readString(scene.only(".globals.sql"));
        assertThat(globals).contains("CREATE ROLE app_owner");
        assertThat(globals.contains("PASSWORD '")).isEqualTo(withPasswords);
        scene.run("verify").isDone();
    }

    @ParameterizedTest
    @MethodSource("majorsWithReadAllData")
    void aRoleThatReadsEverythingIsEnough(int major) throws Exception {
        Scene scene = aDatabaseOf(major, true);
        run(block("PostgreSQL 14 and later"));
        assertThat(scene.run("doctor").exit()).as("may not even connect").isEqualTo(9);
        run(block("where CONNECT was taken"));
        assertThat(scene.run("doctor").out()).contains("FAIL", "public.by_row", "may not read 1 of 1 large object");
        assertThat(scene.run("backup").exit()).as("doctor was right").isEqualTo(2);
        run(block("where tables have row-level security"));
        run(block("where there are large objects"));
        works(scene, true);
    }

    @ParameterizedTest
    @MethodSource("majors")
    void grantsForEachSchemaAreEnough(int major) throws Exception {
        Scene scene = aDatabaseOf(major, false);
        run(block("PostgreSQL 12 and 13"));
        run(block("where CONNECT was taken"));
        run(block("where tables have row-level security"));
        server.sql(DATABASE, "SET ROLE app_owner", "CREATE TABLE later (id serial)");
        assertThat(scene.run("doctor").isDone().out()).contains("visible: 5 of 5");
        server.sql(DATABASE, "DROP TABLE later");
        works(scene, false);
    }

    @ParameterizedTest
    @MethodSource("majorsWithTools")
    void createdbIsEnoughForARestoreWithoutOwners(int major) throws Exception {
        Scene scene = aDatabaseOf(major, false).set("PGUSER", "postgres");
        run(block("a restore into a new database"));
        scene.run("backup").isDone();
        scene.set("PGUSER", "bmm_restore")
                .run("restore", "--database", DATABASE, "--into", "app2", "--no-owner", "--no-privileges", "--yes")
                .isDone();
        assertThat(server.query("app2", "SELECT count(*) FROM orders")).isEqualTo("100");
    }
}
