package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import bmm.postgres.sql.SqlRefused;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What belongs to a database itself comes back, under another name, and nothing of what its owner wrote is run. */
@Timeout(120)
final class DatabasePropertiesTest {
    private static final String SOURCE = "DATABASE x IS 'y'; --";
    private static final String OTHER = "other \"one\"";
    private static final String PROPERTIES = """
            SELECT d.datconnlimit, d.datacl::text, pg_catalog.shobj_description(d.oid, 'pg_database'),
                (SELECT string_agg(s.setrole::text || s.setconfig::text, ';' ORDER BY s.setrole) FROM pg_db_role_setting s
                 WHERE s.setdatabase = d.oid)
            FROM pg_database d WHERE d.datname = '%s'
            """;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {12, 13, 14, 15, 16, 17, 18})
    void theyComeBack(int major) throws Exception {
        Optional<ScratchServer> there = ScratchServer.ofMajor(major);
        assumeTrue(there.isPresent(), "no PostgreSQL " + major + " here: set BMM_TEST_PG_" + major);
        ScratchServer server = there.orElseThrow();
        server.createDatabase(SOURCE);
        server.createDatabase(OTHER);
        server.sql("postgres", "DROP ROLE IF EXISTS \"p; q\"", "CREATE ROLE \"p; q\"");
        String quoted = TableName.quote(SOURCE);
        server.sql(
                "postgres",
                "ALTER DATABASE " + quoted + " SET search_path = evil, \"$user\", pg_catalog",
                "ALTER DATABASE " + quoted + " SET \"a.b\" = E'x'';\nALTER ROLE postgres NOLOGIN; --\\\\'",
                "ALTER DATABASE " + quoted + " CONNECTION LIMIT 7",
                "ALTER ROLE \"p; q\" IN DATABASE " + quoted + " SET work_mem = '7MB'",
                "COMMENT ON DATABASE " + quoted + " IS E'x''\nALTER ROLE postgres NOLOGIN;\n\\\\! false\nDATABASE z'",
                "REVOKE ALL ON DATABASE " + quoted + " FROM PUBLIC",
                "GRANT CONNECT ON DATABASE " + quoted + " TO \"p; q\" WITH GRANT OPTION");
        Path file = directory.resolve("dump");
        assertThat(new ProcessBuilder(
                                server.bin().resolve("pg_dump").toString(),
                                "-h",
                                server.socketDirectory(),
                                "-p",
                                String.valueOf(server.port()),
                                "-U",
                                "postgres",
                                "-Fc",
                                "-f",
                                file.toString(),
                                SOURCE)
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();

        List<String> failed;
        try (InputStream in = Files.newInputStream(file)) {
            failed = new RestoreTarget(server.server())
                    .tryAll(DatabaseProperties.read(in).forDatabase(OTHER));
        }

        assertThat(failed).isEmpty();
        assertThat(server.query("postgres", PROPERTIES.formatted(OTHER)))
                .isEqualTo(server.query("postgres", PROPERTIES.formatted(SOURCE.replace("'", "''"))))
                .contains("evil")
                .contains("NOLOGIN");
        assertThat(server.query("postgres", "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'postgres'"))
                .isEqualTo("t");
        server.dropDatabase(SOURCE);
        server.dropDatabase(OTHER);
        server.sql("postgres", "DROP ROLE \"p; q\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER ROLE mallory SUPERUSER;",
                "ALTER DATABASE x SET search_path TO f();",
                "ALTER DATABASE x RENAME TO y;",
                "ALTER DATABASE x REFRESH COLLATION VERSION;",
                "COMMENT ON DATABASE x IS 'a' || 'b';",
                "COMMENT ON TABLE x IS 'a';",
                "GRANT SELECT ON TABLE x TO y;",
                "GRANT pg_execute_server_program TO y;",
                "GRANT ALL ON DATABASE x, y TO z;",
                "DROP DATABASE x;",
                "\\! id",
            })
    void nothingElseIsRun(String statement) {
        assertThatThrownBy(() -> DatabaseProperties.of("ALTER DATABASE x CONNECTION LIMIT = 7;\n" + statement)
                        .forDatabase("other"))
                .isInstanceOf(SqlRefused.class)
                .hasMessageContaining("line 2");
    }
}
