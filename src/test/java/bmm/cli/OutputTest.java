package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.base.HostileText;
import bmm.base.Secret;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OutputTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Output output = new Output(new PrintStream(bytes, true, StandardCharsets.UTF_8));

    private String printed() {
        String text = bytes.toString(StandardCharsets.UTF_8);
        bytes.reset();
        return text;
    }

    @Test
    void oneLineIsOneLineWhateverIsInIt() {
        Random random = new Random(1);
        for (int i = 0; i < 5_000; i++) {
            output.line(HostileText.next(random));
            String line = printed();
            assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
            assertThat(HostileText.isHarmless(line)).as(line).isTrue();
            assertThat(line).doesNotContainPattern("^<[0-9]|^ *::|##(\\[|vso|teamcity)");
        }
    }

    @Test
    void linesAreAsManyAsWereGiven() {
        output.lines(List.of("a\nb", "", "c\rd"));
        assertThat(printed()).isEqualTo("a\\nb\n\nc\\rd\n");
    }

    @Test
    void jsonIsOneHarmlessLineAndHoldsWhatWasThere() {
        Random random = new Random(2);
        for (int i = 0; i < 2_000; i++) {
            String name = HostileText.next(random);
            output.json(Map.of("database", name, "list", List.of(name), "n", 1, name + "k", true));
            String json = printed();
            assertThat(json.indexOf('\n')).isEqualTo(json.length() - 1);
            assertThat(HostileText.isHarmless(json)).as(json).isTrue();
            assertThat(JsonParser.parseString(json)
                            .getAsJsonObject()
                            .get("database")
                            .getAsString())
                    .isEqualTo(name);
        }
    }

    @Test
    void aBarStaysOneLineOnItsTerminal() {
        output.redraw("table \u001b[2J\n" + "🐘".repeat(200), 20);
        assertThat(printed()).isEqualTo("\r\u001b[Ktable \\u001b[2J\\n🐘🐘🐘");
        output.redraw("", 0);
        assertThat(printed()).isEqualTo("\r\u001b[K");
    }

    @Test
    void whatPicocliPrintsPassesToo() {
        output.forUsage().printf("Usage: bmm%nunknown: %s%n", "\u001b[2J\u0007");
        assertThat(printed()).isEqualTo("Usage: bmm\nunknown: \\u001b[2J\\u0007\n");
    }

    @Test
    void secretsAreMaskedAlsoWhereTheyWouldBeEscaped() {
        String secret = "hunter2\u001b\u200b\"\\ö";
        LogSetup.mask(new Secret(secret));

        output.line("a " + secret + " b");
        output.line("already escaped: " + bmm.base.SafeText.line(secret));
        output.json(Map.of("error", "wrong: " + secret));
        output.ask("is it " + secret + "?");

        assertThat(printed())
                .isEqualTo("a *** b\nalready escaped: ***\n{\"error\":\"wrong: ***\"}\nis it ***?")
                .doesNotContain("hunter2");
    }
}
