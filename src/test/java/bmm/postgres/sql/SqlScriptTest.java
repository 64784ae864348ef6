package bmm.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where statements begin and end, and what is none. */
final class SqlScriptTest {
    private static List<String> statements(byte[] text, Charset charset) throws IOException {
        List<String> statements = new ArrayList<>();
        SqlScript script = new SqlScript(new ByteArrayInputStream(text));
        for (SqlStatement statement = script.next(); statement != null; statement = script.next()) {
            statements.add(new String(statement.text(), charset));
        }
        return statements;
    }

    private static List<String> statements(String text) throws IOException {
        return statements(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT ';', 'a''b;', E'\\';', e'\\\\', ''",
                "SELECT 'a\\', E'a\\\\'",
                "SELECT E'a'\n  'b\\';' , N';', U&'\\0061;', B'1', X'1F'",
                "SELECT E'a' -- comment; '\n -- another\n 'b\\';'",
                "SELECT \"a;\"\"b\", U&\";\", a$b, $1, a$b$c",
                "SELECT $$;'$$, $a$ $$; $b$ ; $a$, $é$;$é$, $a$$a$",
                "SELECT 1 /* ; /* ; */ ' */ + /**/ 2",
                "SELECT a--;'\n +1",
                "SELECT a -- ;\r +1",
                "SELECT 1 +/* ; */ 2, 3 *-- ;\n 4",
                "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); INSERT INTO b VALUES (2);)",
                "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 ELSE 2 END; END",
                "create or replace procedure p() begin /* ; */ atomic select 1 as end; select (x).end, (case 1 when 1 then 2 end); end",
                "CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS $_$ BEGIN; $_$",
                "SELECT \"BEGIN\" ATOMIC",
                "SELECT CASE WHEN 1 = 1 THEN 'begin atomic' END",
            })
    void oneStatementHoweverManySemicolons(String statement) throws IOException {
        assertThat(statements("-- before;\n" + statement + ";\n; ;SELECT 2;")).containsExactly(statement, "SELECT 2");
    }

    @Test
    void backslashesMeanSomethingWhereTheTextSaysSo() throws IOException {
        assertThat(statements("""
                        SELECT 'a\\';
                        SET standard_conforming_strings = off;
                        SELECT 'a\\';', N'\\'', E'\\'', B'1' 'x';
                        SET SESSION standard_conforming_strings TO 'on';
                        SELECT 'a\\';
                        """)).hasSize(5).contains("SELECT 'a\\';', N'\\'', E'\\'', B'1' 'x'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\\! id | line 2: \\! is a command for psql",
                "\\connect postgres | line 2: it enters databases of its own choice",
                "\\c postgres | line 2: it enters databases of its own choice",
                "\\restrict a b | line 2: \\restrict is a command",
                "\\unrestrict | line 2: \\unrestrict is a command",
                "SELECT 1 \\gexec | line 2: a backslash outside of quotes",
                "SELECT 1\\; | line 2: a backslash outside of quotes",
                "'  \\restrict abc' | line 2: \\restrict is a command",
                "SELECT 1e'x'; | a number that runs into",
                "SELECT $1e'x'; | a parameter that runs into",
                "COPY t FROM PROGRAM 'id'; | something stands between",
                "COPY t FROM stdin; SELECT 1; | something stands between",
                "SET client_encoding = 'klingon'; | an encoding that bmm does not know",
                "SET LOCAL standard_conforming_strings = off; | for a while",
                "RESET ALL; | how the text is read",
                "DISCARD ALL; | how the text is read",
            })
    void textThatIsNotRun(String text, String message) {
        assertThatThrownBy(() -> statements("SELECT 'fine';\n" + text))
                .isInstanceOf(SqlRefused.class)
                .hasMessageContaining(message);
    }

    @Test
    void aNulByteIsInNoText() {
        assertThatThrownBy(() -> statements("SELECT '\0'")).hasMessageContaining("NUL");
        assertThatThrownBy(() -> statements("SELECT \0")).hasMessageContaining("NUL");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT 1", "SELECT ';", "SELECT \";", "SELECT $$;", "/* ;", "SELECT E'\\", "SELECT (;"})
    void textThatWasCut(String text) {
        assertThatThrownBy(() -> statements(text))
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("cut");
    }

    @Test
    void psqlsOwnProtectionIsPassedOver() throws IOException {
        assertThat(statements("\\restrict Ab9\n\nSELECT 1;\n\n\\unrestrict Ab9\n"))
                .containsExactly("SELECT 1");
    }

    @Test
    void commentsBetweenStatementsAreTold() throws IOException {
        List<String> told = new ArrayList<>();
        SqlScript script = new SqlScript(
                new ByteArrayInputStream(
                        "-- one\n--\nSELECT '\n-- two\n' -- three\n;-- four\n-- five".getBytes(StandardCharsets.UTF_8)),
                told::add);

        assertThat(script.next()).isNotNull();
        assertThat(script.next()).isNull();

        assertThat(told).containsExactly("-- one", "--", "-- five");
    }

    /** The second byte of these characters is a backslash. */
    @ParameterizedTest
    @CsvSource({"SJIS, Shift_JIS", "mskanji, Shift_JIS", "BIG5, Big5", "GBK, GBK", "JOHAB, x-Johab"})
    void charactersThatEndInABackslash(String encoding, String charsetName) throws IOException {
        Charset charset = Charset.forName(charsetName);
        String character = endingInABackslash(charset);
        String statement = "SELECT E'" + character + "', \"" + character + "\", " + character + ", $" + character
                + "$;$" + character + "$";
        String text = "SET client_encoding = '" + encoding + "';\n" + statement + ";SELECT 2;";

        List<String> read = statements(text.getBytes(charset), charset);

        assertThat(read).hasSize(3).contains(statement, "SELECT 2");
    }

    private static String endingInABackslash(Charset charset) {
        for (char c = 0x3000; c < 0xd7a4; c++) {
            byte[] bytes = String.valueOf(c).getBytes(charset);
            if (bytes.length == 2 && bytes[1] == '\\') {
                return String.valueOf(c);
            }
        }
        throw new AssertionError(charset + " has none");
    }

    @Test
    void fourBytesOfGb18030() throws IOException {
        Charset charset = Charset.forName("GB18030");
        String statement = "SELECT E'ſ\\'', 'ſ'";
        assertThat("ſ".getBytes(charset)).hasSize(4);

        assertThat(statements(("SET client_encoding = 'GB18030'; " + statement + ";").getBytes(charset), charset))
                .contains(statement);
    }

    @Test
    void aStatementInAnotherEncodingIsStillOne() throws IOException {
        SqlStatement tricky = new SqlStatement("SELECT 'é'".getBytes(StandardCharsets.UTF_8), 3, "LATIN1", true);

        assertThat(tricky.inUtf8((text, encoding) -> "SELECT 'x'").sql()).isEqualTo("SELECT 'x'");
        assertThatThrownBy(() -> tricky.inUtf8((text, encoding) -> "SELECT ''; DROP TABLE t"))
                .isInstanceOf(SqlRefused.class)
                .hasMessageContaining("line 3");
    }

    @Test
    void memoryIsBounded() throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes(("/* " + "x".repeat(5 << 20) + " */ SELECT '" + "y".repeat(3 << 20) + "'; SELECT '")
                .getBytes(StandardCharsets.UTF_8));
        text.writeBytes("z".repeat(5 << 20).getBytes(StandardCharsets.UTF_8));
        text.writeBytes("';".getBytes(StandardCharsets.UTF_8));
        SqlScript script = new SqlScript(new ByteArrayInputStream(text.toByteArray()), null, 4 << 20);

        assertThat(script.next()).isNotNull();
        assertThatThrownBy(script::next).isInstanceOf(SqlRefused.class).hasMessageContaining("longer than 4 MiB");
    }

    @Test
    void aMessageShowsNoSecretAndNoControlCharacter() {
        assertThat(new SqlStatement(
                                "ALTER ROLE \u001b[2J\n WITH PASSWORD 'secret'".getBytes(StandardCharsets.UTF_8),
                                1,
                                "UTF8",
                                true)
                        .beginning())
                .isEqualTo("ALTER ROLE \\x1b[2J  WITH PASSWORD …");
    }
}
