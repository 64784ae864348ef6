package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import bmm.postgres.ScratchServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Mallory owns a database and has set every trap there is in {@code ops/faults/hostile/owners}. A backup and a look by doctor spring
 * none of them, as a superuser or as a role that may only read, on servers of every major version at hand.
 */
class HostileOwnerTest {
    private static final Path TRAPS = Path.of("ops/faults/hostile/owners");
    private static final String DATABASE = "app";

    @TempDir
    Path directory;

    static List<Integer> majors() {
        return Stream.iterate(ScratchServer.OLDEST, major -> major <= ScratchServer.NEWEST, major -> major + 1)
                .toList();
    }

    private static ScratchServer server(int major) {
        Optional<ScratchServer> server = ScratchServer.ofMajor(major);
        assumeTrue(server.isPresent(), "no programs of PostgreSQL " + major + " here (BMM_TEST_PG_" + major + ")");
        return server.orElseThrow();
    }

    /** Sets the traps; {@code before} says what the superuser does first. */
    private static void setTraps(ScratchServer server, String... before) throws IOException {
        server.dropDatabase(DATABASE);
        server.sql("postgres", "DROP ROLE IF EXISTS mallory", "CREATE ROLE mallory LOGIN");
        server.sql("postgres", "CREATE DATABASE " + DATABASE + " OWNER mallory TEMPLATE template0");
        server.sql(DATABASE, before);
        StringBuilder all = new StringBuilder("SET ROLE mallory;\n");
        try (Stream<Path> files = Files.list(TRAPS)) {
            boolean is12 = server.query("postgres", "SHOW server_version_num").startsWith("12");
            for (Path file : files.sorted().toList()) {
                if (!file.toString().endsWith(".sql") || (is12 && file.endsWith("23-partition-key.sql"))) {
                    continue;
                }
                all.append("\\i ").append(file.toAbsolutePath()).append('\n');
            }
        }
        Path script = Files.createTempFile("traps", ".sql");
        Files.writeString(script, all);
        server.file(DATABASE, script);
        Files.delete(script);
    }

    private static String sprung(String log) {
        return String.join(
                "\n", log.lines().filter(line -> line.contains("SPRUNG")).toList());
    }

    @ParameterizedTest
    @MethodSource("majors")
    void noTrapIsSprungByASuperusersBackup(int major) throws Exception {
        ScratchServer server = server(major);
        setTraps(server, "SELECT 1");
        Scene scene = new Scene(directory, server).set("BMM_DATABASES", DATABASE);
        int before = server.log().length();
        assertThat(sprung(server.log())).as("the traps work").contains("SPRUNG");

        scene.run("doctor");
        Scene.Outcome backup = scene.run("backup");

        assertThat(sprung(server.log().substring(before))).isEmpty();
        backup.isDone();
        assertThat(scene.manifest().verified()).contains("content", "rows", "sequences");
        assertThat(server.query("postgres", "SELECT rolsuper FROM pg_roles WHERE rolname = 'mallory'"))
                .isEqualTo("f");
        scene.run("verify").isDone();
    }

    /** Those with pg_read_all_data. */
    static List<Integer> majorsFrom14() {
        return majors().stream().filter(major -> major >= 14).toList();
    }

    @ParameterizedTest
    @MethodSource("majorsFrom14")
    void noTrapIsSprungByTheBackupOfARoleThatMayOnlyRead(int major) throws Exception {
        ScratchServer server = server(major);
        setTraps(
                server,
                "DROP ROLE IF EXISTS mallorys_reader",
                "CREATE ROLE mallorys_reader LOGIN BYPASSRLS",
                "GRANT pg_read_all_data TO mallorys_reader",
                "GRANT CONNECT ON DATABASE app TO mallorys_reader");
        Scene scene = new Scene(directory, server)
                .set("BMM_DATABASES", DATABASE)
                .set("PGUSER", "mallorys_reader")
                .set("BMM_GLOBALS", "no");
        int before = server.log().length();

        scene.run("doctor");
        Scene.Outcome backup = scene.run("backup");

        assertThat(sprung(server.log().substring(before))).isEmpty();
        backup.isDone();
        server.dropDatabase(DATABASE);
        server.sql("postgres", "DROP ROLE mallorys_reader");
    }
}
