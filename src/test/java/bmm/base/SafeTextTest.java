package bmm.base;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafeTextTest {
    @Test
    void everyCodePointIsShownOrEscaped() {
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            String one = Character.toString(c);
            String line = SafeText.line("x" + one);
            assertThat(HostileText.isHarmless(line)).as("U+%04X", c).isTrue();
            assertThat(line).as("U+%04X", c).doesNotContain("\n");
            if (Character.isLetterOrDigit(c) && SafeText.isVisible(c)) {
                assertThat(line).isEqualTo("x" + one);
            }
        }
    }

    @Test
    void saysWhichCharacterWasThere() {
        assertThat(SafeText.line("a\u001b[2Jb\n\r\t\u0085\u009b\u202e\u200b\ud800" + Character.toString(0xe0041)))
                .isEqualTo("a\\u001b[2Jb\\n\\r\\t\\u0085\\u009b\\u202e\\u200b\\ud800\\udb40\\udc41");
    }

    @Test
    void leavesWritingAsItIs() {
        for (String text :
                new String[] {"größe", "数据", "🐘", "⚠️ disk", "naïve e\u0301", "a  b", "C:\\dir", "\"q\"", "עברית"}) {
            assertThat(SafeText.line(text)).isEqualTo(text);
            assertThat(SafeText.json(text)).isEqualTo(text.replace("️", "\\ufe0f"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<3>panic",
                "<13>x",
                "::error file=x::y",
                "  ::error::",
                "a ##[error] b",
                "##vso[x]",
                "##teamcity[x]"
            })
    void beginsNoOrderToACollector(String text) {
        assertThat(SafeText.line(text))
                .doesNotContainPattern("^\\s*::|^<[0-9]+>|##(\\[|vso|teamcity)")
                .contains("\\u00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<b>", "a<3>", "a::b", "::", "<>", "<", ":", "# x", "## x", ""})
    void takesNothingElseForAnOrder(String text) {
        assertThat(SafeText.line(text).replace("\\u003a", ":")).isEqualTo(text);
    }

    @Test
    void cutsWhatIsVeryLongAndSaysSo() {
        String line = SafeText.line("\u0001".repeat(1_000_000));

        assertThat(line).hasSizeLessThan(SafeText.LONGEST + 60).endsWith("… (1000000 characters)");
        assertThat(SafeText.line("x".repeat(63))).isEqualTo("x".repeat(63));
        assertThat(SafeText.line("🐘".repeat(40), 9)).startsWith("🐘🐘🐘🐘").endsWith("(80 characters)");
    }

    @Test
    void randomTextsAreHarmlessTwiceAsOnceAndComeBackFromJson() {
        Random random = new Random(20261121);
        Gson gson = new Gson();
        for (int i = 0; i < 20_000; i++) {
            String text = HostileText.next(random);
            String line = SafeText.line(text);
            assertThat(HostileText.isHarmless(line) && !line.contains("\n"))
                    .as("%s", line)
                    .isTrue();
            assertThat(SafeText.line(line)).isEqualTo(line);
            String json = SafeText.json(gson.toJson(text));
            assertThat(HostileText.isHarmless(json)).as("%s", json).isTrue();
            assertThat(gson.fromJson(json, String.class)).isEqualTo(text);
        }
    }
}
