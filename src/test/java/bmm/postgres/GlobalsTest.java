package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Roles and tablespaces, and what else somebody may have put into their text. */
@Timeout(120)
final class GlobalsTest {
    private static Globals globals(String sql) {
        return Globals.of(sql.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> statements(Globals globals) {
        return globals.parts().stream().map(Globals.Part::sql).toList();
    }

    @Test
    void whatPgDumpallWritesIsReadWordByWord() {
        Globals globals = globals("""
                --
                -- PostgreSQL database cluster dump
                --

                \\restrict Ab1

                SET default_transaction_read_only = off;

                SET client_encoding = 'UTF8';
                SET standard_conforming_strings = on;

                --
                -- Roles
                --

                CREATE ROLE "a ""b"" ;
                \\! false";
                ALTER ROLE "a ""b"" ;
                \\! false" WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS CONNECTION LIMIT -1 PASSWORD 'SCRAM-SHA-256$4096:x=$y=:z=' VALID UNTIL '2030-01-01 00:00:00+00';
                CREATE ROLE app;
                ALTER ROLE app SET search_path TO 'app', '$user', public;
                ALTER ROLE app IN DATABASE shop SET "app.x" TO E'it''s\\\\';
                COMMENT ON ROLE app IS 'x;
                ALTER ROLE app SUPERUSER;';
                GRANT app TO "a ""b"" ;
                \\! false" WITH ADMIN OPTION, INHERIT TRUE, SET FALSE GRANTED BY postgres;
                GRANT pg_execute_server_program TO app GRANTED BY postgres;
                GRANT pg_read_all_data TO app;
                CREATE TABLESPACE fast OWNER app LOCATION '/srv/fa''st';
                ALTER TABLESPACE fast SET (random_page_cost='1.1', seq_page_cost=2);
                REVOKE ALL ON TABLESPACE fast FROM app;
                GRANT CREATE ON TABLESPACE fast TO app, PUBLIC WITH GRANT OPTION;
                COMMENT ON TABLESPACE fast IS NULL;
                GRANT SET, ALTER SYSTEM ON PARAMETER work_mem TO app;

                \\unrestrict Ab1
                """);

        assertThat(globals.roles()).containsExactly("a \"b\" ;\n\\! false", "app");
        assertThat(globals.tablespaces()).containsExactly("fast");
        assertThat(statements(globals))
                .contains(
                        "CREATE ROLE \"app\"",
                        "ALTER ROLE \"app\" SET \"search_path\" TO 'app' , '$user' , 'public'",
                        "ALTER ROLE \"app\" IN DATABASE \"shop\" SET \"app.x\" TO E'it''s\\\\'",
                        "CREATE TABLESPACE \"fast\" OWNER \"app\" LOCATION '/srv/fa''st'")
                .hasSize(15);
        assertThat(statements(globals.forThrowawayServer()))
                .hasSize(6)
                .allMatch(statement -> !statement.contains("TABLESPACE")
                        && !statement.contains("pg_execute")
                        && !statement.contains("PASSWORD")
                        && !statement.contains("GRANTED")
                        && !statement.contains("PARAMETER"))
                .contains("GRANT \"pg_read_all_data\" TO \"app\"");
        assertThat(statements(globals.without(
                        Set.of("app", "pg_execute_server_program", "pg_read_all_data"), Set.of("fast"))))
                .hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\! id",
                "\\connect postgres",
                "ALTER ROLE app WITH LOGIN; \\! id",
                "DROP ROLE app;",
                "CREATE ROLE app SUPERUSER;",
                "ALTER ROLE app WITH LOGIN PASSWORD 'a' || 'b';",
                "ALTER ROLE app WITH LOGIN IN ROLE postgres;",
                "ALTER ROLE app SET search_path TO f();",
                "ALTER ROLE app SET search_path FROM CURRENT;",
                "ALTER SYSTEM SET archive_command = 'id';",
                "ALTER USER app SUPERUSER;",
                "ALTER TABLESPACE fast RENAME TO slow;",
                "ALTER DATABASE shop OWNER TO app;",
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
                "DO $$ BEGIN NULL; END $$;",
                "COPY t FROM stdin;\n\\.\n",
                "COPY (SELECT 1) TO PROGRAM 'id';",
                "SELECT pg_catalog.pg_reload_conf();",
                "SELECT pg_catalog.set_config('search_path', f(), false);",
                "SET session_preload_libraries = 'x';",
                "SET ROLE postgres;",
                "GRANT SELECT ON pg_authid TO app;",
                "GRANT ALL ON SCHEMA public TO app;",
                "GRANT ALL ON DATABASE shop TO app;",
                "COMMENT ON TABLE t IS 'x';",
                "COMMENT ON ROLE app IS E'a\\x41';",
                "COMMENT ON ROLE app IS $$x$$;",
                "SECURITY LABEL ON TABLE t IS 'x';",
                "CREATE ROLE app; DROP DATABASE shop",
                "CREATE TABLESPACE fast LOCATION '/x' WITH (x = 1);",
                "SELECT 1 \\gexec",
            })
    void anythingElseIsRefused(String statement) {
        assertThatThrownBy(() -> globals("CREATE ROLE app;\n" + statement + "\n"))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.VERIFICATION);
                    assertThat(failure.getMessage()).doesNotContain("\n").doesNotContain("PASSWORD 'a'");
                })
                .hasMessageContaining("the globals are not run");
    }

    @Test
    void namesTheFirstOfAllErrors() {
        ScratchServer server = ScratchServer.get();

        assertThatThrownBy(() -> GlobalsRestore.run(
                        server.server(), globals("CREATE ROLE postgres;\nCREATE ROLE pg_mine;\nCREATE ROLE none;\n")))
                .isInstanceOf(RestoreFailure.class)
                .hasMessageContaining("role name \"pg_mine\" is reserved")
                .hasMessageContaining("more error");
    }

    @Test
    void aTablespaceThatCannotBeMadeIsNamed() {
        ScratchServer server = ScratchServer.get();

        assertThat(GlobalsRestore.run(server.server(), globals("""
                                CREATE TABLESPACE nowhere LOCATION '/nowhere/at/all';
                                ALTER TABLESPACE nowhere SET (seq_page_cost='2');
                                """)))
                .singleElement()
                .satisfies(missing -> assertThat(missing.why()).contains("/nowhere/at/all"));
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 13, 14, 15, 16, 17, 18})
    void whatEveryMajorWritesIsTakenBack(int major) throws Exception {
        Optional<ScratchServer> there = ScratchServer.ofMajor(major);
        assumeTrue(there.isPresent(), "no PostgreSQL " + major + " here: set BMM_TEST_PG_" + major);
        ScratchServer server = there.orElseThrow();
        server.sql("postgres", "DROP ROLE IF EXISTS \"g ;' one\"", "DROP ROLE IF EXISTS g2");
        server.sql(
                "postgres",
                "CREATE ROLE \"g ;' one\" SUPERUSER LOGIN PASSWORD 'x' VALID UNTIL '2040-01-01'",
                "CREATE ROLE g2 NOINHERIT CREATEDB CONNECTION LIMIT 7",
                "ALTER ROLE g2 SET search_path = 'a b', \"$user\", public",
                "ALTER ROLE g2 SET \"my.setting\" = E'a\\\\''b'",
                "COMMENT ON ROLE g2 IS E'two\n\\\\! false;''x'",
                "GRANT \"g ;' one\" TO g2 WITH ADMIN OPTION",
                "GRANT pg_monitor TO g2");
        if (major >= 15) {
            server.sql("postgres", "GRANT SET ON PARAMETER log_min_messages TO g2");
        }
        byte[] before = dump(server);

        server.sql("postgres", "DROP OWNED BY g2", "DROP ROLE g2", "DROP ROLE \"g ;' one\"");
        Globals globals = Globals.of(before).without(Set.of("postgres", System.getProperty("user.name")), Set.of());
        assertThat(GlobalsRestore.run(server.server(), globals)).isEmpty();

        assertThat(text(dump(server))).isEqualTo(text(before));
        server.sql("postgres", "DROP OWNED BY g2", "DROP ROLE g2", "DROP ROLE \"g ;' one\"");
    }

    /** pg_dumpall of 15 and before names the first superuser, who in a new server of 16 or later may not have the right to. */
    @ParameterizedTest
    @ValueSource(ints = {15, 16, 17, 18})
    void aMembershipIsGivenByAnotherWhereWhoGaveItMayNot(int major) {
        Optional<ScratchServer> there = ScratchServer.ofMajor(major);
        assumeTrue(there.isPresent(), "no PostgreSQL " + major + " here: set BMM_TEST_PG_" + major);
        ScratchServer server = there.orElseThrow();
        server.sql("postgres", "DROP ROLE IF EXISTS member", "DROP ROLE IF EXISTS giver");

        GlobalsRestore.run(server.server(), globals("""
                CREATE ROLE giver;
                ALTER ROLE giver WITH SUPERUSER;
                CREATE ROLE member;
                GRANT pg_read_all_data TO member GRANTED BY giver;
                """));

        assertThat(server.query("postgres", "SELECT pg_has_role('member', 'pg_read_all_data', 'member')"))
                .isEqualTo("t");
        server.sql("postgres", "DROP ROLE member", "DROP ROLE giver");
    }

    private static String text(byte[] dump) {
        return new String(dump, StandardCharsets.UTF_8).replaceAll("(?m)^\\\\(un)?restrict .*$", "");
    }

    private static byte[] dump(ScratchServer server) throws Exception {
        Path tool = server.bin().resolve("pg_dumpall");
        Process process = new ProcessBuilder(List.of(
                        tool.toString(),
                        "--globals-only",
                        "-h",
                        server.socketDirectory(),
                        "-p",
                        String.valueOf(server.port()),
                        "-U",
                        "postgres"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        byte[] text = process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).isZero();
        return text;
    }
}
