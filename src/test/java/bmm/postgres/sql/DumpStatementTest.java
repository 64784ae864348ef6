package bmm.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What statements of a dump say. */
final class DumpStatementTest {
    private static DumpStatement of(String sql) throws IOException {
        return DumpStatement.of(new SqlStatement(sql.getBytes(StandardCharsets.UTF_8), 1, SqlScript.UTF8, true));
    }

    @Test
    void copyNamesItsTable() throws IOException {
        assertThat(of("COPY public.\"x\nCOPY s.t FROM PROGRAM 'id'-- FROM stdin;\ny\" (a, \"B \"\" ;\") FROM stdin"))
                .isEqualTo(new DumpStatement.Copy(
                        new QualifiedName("public", "x\nCOPY s.t FROM PROGRAM 'id'-- FROM stdin;\ny"),
                        List.of("a", "B \" ;"),
                        true));
        assertThat(of("COPY t FROM STDIN"))
                .isEqualTo(new DumpStatement.Copy(new QualifiedName("", "t"), List.of(), false));
        assertThat(of("COPY a.t () FROM stdin"))
                .isEqualTo(new DumpStatement.Copy(new QualifiedName("a", "t"), List.of(), true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "COPY t FROM PROGRAM 'id'",
                "COPY t FROM '/etc/passwd'",
                "COPY t TO STDOUT",
                "COPY (SELECT 1) TO PROGRAM 'id'",
                "COPY t FROM stdin WITH (FORMAT csv)",
                "COPY t FROM stdin WHERE f(a)",
            })
    void noOtherCopyIsRun(String sql) {
        assertThatThrownBy(() -> of(sql))
                .isInstanceOf(SqlRefused.class)
                .hasMessageContaining("a COPY that no dump has");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT pg_catalog.lo_create('4711')",
                "ALTER LARGE OBJECT 4711 OWNER TO \"x ON y\"",
                "COMMENT ON LARGE OBJECT 4711 IS 'ON TABLE t'",
                "GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC",
                "REVOKE ALL ON LARGE OBJECT 4711 FROM postgres",
                "SECURITY LABEL FOR x ON LARGE OBJECT 4711 IS 'y'",
            })
    void whatIsSaidOfALargeObjectStandsAmongTheData(String sql) throws IOException {
        assertThat(of(sql)).isEqualTo(new DumpStatement.LargeObjectProperty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT pg_catalog.lo_create(f())",
                "SELECT pg_catalog.lo_create('1'), f()",
                "ALTER TABLE t OWNER TO x",
                "GRANT SELECT ON t TO \"LARGE OBJECT\"",
                "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO x",
                "COMMENT ON TABLE t IS 'ON LARGE OBJECT 1'",
            })
    void whatIsSaidOfOthersDoesNot(String sql) throws IOException {
        assertThat(of(sql)).isEqualTo(new DumpStatement.Other());
    }

    @Test
    void sequencesAndLargeObjectsAreValues() throws IOException {
        assertThat(of("SELECT pg_catalog.setval('public.\"S '' x\"', -7, false)"))
                .isEqualTo(new DumpStatement.SetSequence(new QualifiedName("public", "S ' x"), -7, false));
        assertThat(of("SELECT pg_catalog.lo_open('4000000000', 131072)"))
                .isEqualTo(new DumpStatement.OpenLargeObject(4_000_000_000L));
        assertThat(of("SELECT pg_catalog.lowrite(0, '\\x00ff')"))
                .isInstanceOfSatisfying(
                        DumpStatement.WriteLargeObject.class,
                        write -> assertThat(write.content()).containsExactly(0, 0xff));
        assertThat(of("SELECT pg_catalog.lo_close(0)")).isEqualTo(new DumpStatement.CloseLargeObject());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT pg_catalog.setval('public.s', 7, f())",
                "SELECT pg_catalog.setval('public.s; DROP TABLE t', 7, true)",
                "SELECT pg_catalog.setval('public.s', 7, true) FROM t",
                "SELECT pg_catalog.lowrite(0, 'x')",
                "SELECT public.setval('public.s', 7, true)",
                "SELECT lo_close(0)",
                "SELECT",
            })
    void whatOnlyLooksLikeThemIsSomethingElse(String sql) throws IOException {
        assertThat(of(sql)).isEqualTo(new DumpStatement.Other());
    }

    @Test
    void framesAreKnown() throws IOException {
        assertThat(of("SET search_path = ''")).isEqualTo(new DumpStatement.Setting("search_path"));
        assertThat(of("SELECT pg_catalog.set_config('search_path', '', false)"))
                .isEqualTo(new DumpStatement.Setting("search_path"));
        assertThat(of("SET SESSION AUTHORIZATION 'x'")).isEqualTo(new DumpStatement.Setting("session_authorization"));
        assertThat(of("BEGIN")).isEqualTo(new DumpStatement.Transaction(false));
        assertThat(of("INSERT INTO a.b (x) OVERRIDING SYSTEM VALUE VALUES (f())"))
                .isEqualTo(new DumpStatement.Insert(new QualifiedName("a", "b")));
        assertThat(of("SELECT * FROM pg_catalog.pg_restore_relation_stats('version', '180000'::integer,"
                        + " 'schemaname', 's', 'relname', 't', 'relpages', '1'::integer)"))
                .isEqualTo(new DumpStatement.Statistics(new QualifiedName("s", "t")));
    }
}
