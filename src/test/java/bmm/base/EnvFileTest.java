package bmm.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvFileTest {
    @Test
    void readsWhatWouldCrashAShell() {
        Map<String, String> values = valuesOf("""
                # Application settings, never meant for a shell
                APP_NAME=Archiv Haus & Hof; (2026)
                PASSWORD=pa$$w0rd#`id`$(reboot)\\n!
                APOSTROPHE=it's fine
                INNER=say "hello" twice
                URL=postgres://u:p%40ss@db.example:5432/archiv?sslmode=require&a=b
                JSON={"a": "b", "c": [1, 2]}
                GLOB=*.sql > /tmp/x | cat < y
                UNICODE=Größe 🙂
                """);

        assertThat(values)
                .containsEntry("APP_NAME", "Archiv Haus & Hof; (2026)")
                .containsEntry("PASSWORD", "pa$$w0rd#`id`$(reboot)\\n!")
                .containsEntry("APOSTROPHE", "it's fine")
                .containsEntry("INNER", "say \"hello\" twice")
                .containsEntry("URL", "postgres://u:p%40ss@db.example:5432/archiv?sslmode=require&a=b")
                .containsEntry("JSON", "{\"a\": \"b\", \"c\": [1, 2]}")
                .containsEntry("GLOB", "*.sql > /tmp/x | cat < y")
                .containsEntry("UNICODE", "Größe 🙂")
                .hasSize(8);
    }

    @Test
    void removesOneOuterPairOfQuotes() {
        Map<String, String> values = valuesOf("""
                DOUBLE="two words"
                SINGLE='two words'
                NESTED="'kept'"
                TWICE=""x""
                EMPTY=""
                MIXED="a'
                HALF=a"
                SPACED=  " padded "\t
                """);

        assertThat(values)
                .containsEntry("DOUBLE", "two words")
                .containsEntry("SINGLE", "two words")
                .containsEntry("NESTED", "'kept'")
                .containsEntry("TWICE", "\"x\"")
                .containsEntry("EMPTY", "")
                .containsEntry("MIXED", "\"a'")
                .containsEntry("HALF", "a\"")
                .containsEntry("SPACED", " padded ");
    }

    @Test
    void acceptsExportBlanksAndKeysOfOtherPrograms() {
        Map<String, String> values = valuesOf("""
                export A=1
                  export\tB = 2

                exported=3
                export=4
                spring.datasource.url=jdbc:x
                my-app=5
                2FA=6
                EMPTY=
                #A=not this one
                """);

        assertThat(values)
                .containsExactly(
                        Map.entry("A", "1"),
                        Map.entry("B", "2"),
                        Map.entry("exported", "3"),
                        Map.entry("export", "4"),
                        Map.entry("spring.datasource.url", "jdbc:x"),
                        Map.entry("my-app", "5"),
                        Map.entry("2FA", "6"),
                        Map.entry("EMPTY", ""));
    }

    @Test
    void readsFilesOfWindows() {
        assertThat(valuesOf("\uFEFFA=1\r\nB=\"two words\"\r\n\r\n# c\r\nC=3"))
                .containsExactly(Map.entry("A", "1"), Map.entry("B", "two words"), Map.entry("C", "3"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void readsAQuotedValueOverSeveralLines(String lineEnd) {
        String pem =
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEow+/abc=\nMIIE==\n-----END RSA PRIVATE KEY-----";
        String text = "BEFORE=1\nKEY=\"" + pem + "\"\nAFTER=2\n";

        EnvFile file = EnvFile.parse("app.env", text.replace("\n", lineEnd));

        assertThat(file.problems()).isEmpty();
        assertThat(file.entries())
                .containsExactly(
                        new EnvFile.Entry("BEFORE", "1", "app.env:1"),
                        new EnvFile.Entry("KEY", pem, "app.env:2"),
                        new EnvFile.Entry("AFTER", "2", "app.env:8"));
    }

    @Test
    void readsAKeyThatEndsInPadding() {
        assertThat(valuesOf("KEY='first\nlast=='\nAFTER=1\n"))
                .containsExactly(Map.entry("KEY", "first\nlast=="), Map.entry("AFTER", "1"));
    }

    @Test
    void readsJsonOverSeveralLines() {
        assertThat(valuesOf("KEY='{\n  \"a\": \"b\"\n}'\nAFTER=1\n"))
                .containsExactly(Map.entry("KEY", "{\n  \"a\": \"b\"\n}"), Map.entry("AFTER", "1"));
    }

    @Test
    void takesAnUnmatchedQuoteLiterally() {
        assertThat(valuesOf("A=\"abc\nB=5\"\nC='\nD=it's\n"))
                .containsExactly(
                        Map.entry("A", "\"abc"), Map.entry("B", "5\""), Map.entry("C", "'"), Map.entry("D", "it's"));
    }

    @Test
    void aQuoteThatClosesInItsLineDoesNotSwallowTheNext() {
        assertThat(valuesOf("A=\"blue\" # or green\nB=5\"\n"))
                .containsExactly(Map.entry("A", "\"blue\" # or green"), Map.entry("B", "5\""));
    }

    @Test
    void namesLinesThatAreNoSettingWithoutRepeatingThem() {
        EnvFile file = EnvFile.parse("app.env", "A=1\nhunter2\n=x\nmy key=1\nB=2\n");

        assertThat(file.problems())
                .containsExactly(
                        "app.env:2: not a KEY=VALUE line",
                        "app.env:3: not a KEY=VALUE line",
                        "app.env:4: not a KEY=VALUE line");
        assertThat(file.entries()).extracting(EnvFile.Entry::key).containsExactly("A", "B");
    }

    @Test
    void aVeryLongUnclosedValueIsReadInReasonableTime() {
        EnvFile file = EnvFile.parse("app.env", "A=\"x\n".repeat(20_000));

        assertThat(file.entries()).hasSize(20_000);
    }

    private static Map<String, String> valuesOf(String text) {
        EnvFile file = EnvFile.parse("app.env", text);
        assertThat(file.problems()).isEmpty();
        Map<String, String> values = new LinkedHashMap<>();
        file.entries().forEach(entry -> values.put(entry.key(), entry.value()));
        return values;
    }
}
