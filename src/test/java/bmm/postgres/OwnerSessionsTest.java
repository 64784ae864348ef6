package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import bmm.postgres.PgRestore.Section;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A table whose CHECK constraint tries to become more than its owner is, while it is filled in a server that is thrown away.
 * The function notes what it is and what it could do.
 */
@Timeout(180)
final class OwnerSessionsTest {
    private static final String SOURCE = "mallory's";
    private static final String TARGET = "mallory's, restored";

    private static final List<String> ATTEMPTS = List.of(
            "SET ROLE postgres",
            "SET SESSION AUTHORIZATION postgres",
            "SET ROLE power",
            "ALTER ROLE mallory SUPERUSER",
            "COPY (SELECT 1) TO PROGRAM 'true'",
            "COPY (SELECT 1) TO '/dev/null'",
            "SELECT pg_catalog.pg_read_file('PG_VERSION')",
            "SELECT pg_catalog.pg_ls_dir('.')",
            "SELECT pg_catalog.lo_import('PG_VERSION')",
            "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename <> 'mallory'",
            "CREATE ROLE another SUPERUSER",
            "ALTER SYSTEM SET work_mem = '1MB'",
            "SET session_preload_libraries = 'auto_explain'",
            "UPDATE pg_catalog.pg_authid SET rolsuper = true");

    private static final String STATE = """
            SELECT md5(string_agg(x, ';' ORDER BY x)) FROM (
                SELECT a::text FROM pg_authid a WHERE rolname <> 'bmm_drill_rows'
                UNION ALL SELECT ('member', m.roleid, m.member, m.admin_option)::text FROM pg_auth_members m
                UNION ALL SELECT s::text FROM pg_db_role_setting s WHERE setdatabase = 0) AS all_of_it(x)
            """;

    private static final String PRIVILEGES = """
            SELECT string_agg(x, E'\\n' ORDER BY x) FROM (
                SELECT nspname || nspacl::text FROM pg_namespace
                UNION ALL SELECT relname || relacl::text || relpersistence::text FROM pg_class WHERE oid >= 16384
                UNION ALL SELECT p.oid::regprocedure || proacl::text FROM pg_proc p) AS all_of_it(x)
            """;

    @TempDir
    Path directory;

    private static void make(ScratchServer server) {
        server.dropDatabase(SOURCE);
        server.dropDatabase(TARGET);
        for (String role : List.of("mallory", "power", "alice")) {
            server.sql("postgres", "DROP ROLE IF EXISTS " + role);
        }
        server.createDatabase(SOURCE);
        server.createDatabase(TARGET);
        server.sql(
                "postgres",
                "CREATE ROLE mallory NOLOGIN CREATEROLE CONNECTION LIMIT 0 VALID UNTIL '2001-01-01'",
                "CREATE ROLE power SUPERUSER LOGIN",
                "CREATE ROLE alice SUPERUSER",
                "GRANT power, pg_execute_server_program, pg_read_server_files, pg_signal_backend TO mallory",
                "ALTER ROLE mallory SET default_transaction_read_only = on",
                "ALTER ROLE mallory SET role = 'power'",
                "ALTER ROLE mallory SET search_path = 'nowhere'");
        server.sql(
                SOURCE,
                "GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text), pg_catalog.pg_ls_dir(text) TO mallory",
                "CREATE SCHEMA s AUTHORIZATION mallory",
                "CREATE TABLE s.seen (who text, what text, outcome text)",
                "CREATE FUNCTION s.watch(int) RETURNS bool LANGUAGE sql AS 'SELECT true'",
                "CREATE FUNCTION s.as_alice() RETURNS text LANGUAGE sql SECURITY DEFINER AS"
                        + " $f$ SELECT pg_catalog.current_setting('is_superuser') $f$",
                "CREATE TABLE s.t (a int CHECK (s.watch(a)))",
                "CREATE TABLE s.\"x\nCOPY s.t FROM PROGRAM 'false'-- FROM stdin;\ny\" (a int)",
                "INSERT INTO s.\"x\nCOPY s.t FROM PROGRAM 'false'-- FROM stdin;\ny\" VALUES (7)",
                "CREATE TABLE s.generated (a int, b text GENERATED ALWAYS AS (a::text) STORED)",
                "INSERT INTO s.generated VALUES (1)",
                "INSERT INTO s.t VALUES (1)",
                "CREATE OR REPLACE FUNCTION s.watch(int) RETURNS bool LANGUAGE plpgsql AS $f$ " + watch() + " $f$",
                "ALTER TABLE s.seen OWNER TO mallory",
                "ALTER TABLE s.t OWNER TO mallory",
                "ALTER FUNCTION s.watch(int) OWNER TO alice",
                "ALTER FUNCTION s.as_alice() OWNER TO alice",
                "REVOKE ALL ON FUNCTION s.watch(int) FROM PUBLIC",
                "REVOKE ALL ON TABLE s.t FROM mallory",
                "REVOKE ALL ON SCHEMA s FROM mallory");
    }

    /** One row for each attempt; a subtransaction takes back what comes of it. */
    private static String watch() {
        StringBuilder body =
                new StringBuilder("BEGIN INSERT INTO s.seen VALUES (session_user, 'definer', s.as_alice());");
        body.append("INSERT INTO s.seen VALUES (session_user, 'super', pg_catalog.current_setting('is_superuser'));");
        for (String attempt : ATTEMPTS) {
            body.append("BEGIN EXECUTE $a$")
                    .append(attempt)
                    .append("$a$; INSERT INTO s.seen VALUES (session_user, $a$")
                    .append(attempt)
                    .append("$a$, 'done'); RESET ROLE; EXCEPTION WHEN OTHERS THEN NULL; END;");
        }
        return body.append("INSERT INTO s.seen VALUES (session_user, 'current', current_user); RETURN true; END")
                .toString();
    }

    private Path dump(ScratchServer server, Path bin, String... arguments) throws Exception {
        Path file = directory.resolve("dump");
        List<String> words = new ArrayList<>(List.of(bin.resolve("pg_dump").toString()));
        words.addAll(List.of("-h", server.socketDirectory(), "-p", String.valueOf(server.port()), "-U", "postgres"));
        words.addAll(List.of("-d", SOURCE, "-f", file.toString()));
        words.addAll(List.of(arguments));
        assertThat(new ProcessBuilder(words).inheritIO().start().waitFor()).isZero();
        return file;
    }

    /** A client that writes no setting which the server does not know yet; 16 is the newest of that kind. */
    private static Path clientFor(ScratchServer server, int major) {
        return ScratchServer.ofMajor(Math.clamp(major, 16, 18))
                .map(ScratchServer::bin)
                .orElse(server.bin());
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 13, 14, 15, 16, 17, 18})
    void itFindsNothingToBecome(int major) throws Exception {
        Optional<ScratchServer> there = ScratchServer.ofMajor(major);
        assumeTrue(there.isPresent(), "no PostgreSQL " + major + " here: set BMM_TEST_PG_" + major);
        ScratchServer server = there.orElseThrow();
        make(server);
        Path client = clientFor(server, major);
        PgTools tools = PgTools.in(client, server.server().connection());
        PgRestore.Input archive = new PgRestore.Input.CustomFile(dump(server, client, "-Fc"));
        PgRestore.Options options = PgRestore.Options.DEFAULTS;
        final String before = server.query("postgres", STATE);
        PgRestore.run(tools, TARGET, archive, options.only(Section.PRE_DATA));
        final String privileges = server.query(TARGET, PRIVILEGES);

        PgRestore.run(
                tools, TARGET, archive, options.by(Owners.OF_A_THROWAWAY_SERVER).only(Section.DATA));

        assertThat(server.query(TARGET, "SELECT DISTINCT who, what, outcome FROM s.seen ORDER BY 2"))
                .isEqualTo("mallory|current|mallory\nmallory|definer|off\nmallory|super|off");
        assertThat(server.query(TARGET, "SELECT sum(a) FROM s.\"x\nCOPY s.t FROM PROGRAM 'false'-- FROM stdin;\ny\""))
                .isEqualTo("7");
        assertThat(server.query(TARGET, "SELECT count(*) FROM s.t")).isEqualTo("1");
        assertThat(server.query("postgres", STATE)).isEqualTo(before);
        assertThat(server.query(TARGET, PRIVILEGES)).isEqualTo(privileges);
        PgRestore.run(tools, TARGET, archive, options.only(Section.POST_DATA));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--column-inserts", "--no-sync"})
    void norInSqlText(String form) throws Exception {
        ScratchServer server = ScratchServer.get();
        make(server);
        Path file = dump(server, server.bin(), "-Fp", form);
        PgTools tools = PgTools.in(server.bin(), server.server().connection());
        String before = server.query("postgres", STATE);

        try (var in = java.nio.file.Files.newInputStream(file)) {
            PgRestore.run(
                    tools,
                    TARGET,
                    new PgRestore.Input.Plain(in),
                    PgRestore.Options.DEFAULTS.by(Owners.OF_A_THROWAWAY_SERVER));
        }

        assertThat(server.query(TARGET, "SELECT DISTINCT who, what, outcome FROM s.seen ORDER BY 2"))
                .isEqualTo("mallory|current|mallory\nmallory|definer|off\nmallory|super|off");
        assertThat(server.query(TARGET, "SELECT b FROM s.generated")).isEqualTo("1");
        assertThat(server.query("postgres", STATE)).isEqualTo(before);
    }
}
