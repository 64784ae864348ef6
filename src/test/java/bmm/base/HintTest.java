package bmm.base;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.base.Hint.Sql;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HintTest {
    @Test
    void namesAreOneWordEach() {
        assertThat(Hint.of("apt-get install ").name("x; touch /tmp/pasted"))
                .hasToString("apt-get install 'x; touch /tmp/pasted'");
        assertThat(Hint.of("chmod 600 ").file("-rf")).hasToString("chmod 600 ./-rf");
        assertThat(Hint.of("bmm doctor ").name("-x")).hasToString("bmm doctor -- -x");
        assertThat(Hint.of("bmm restore ").option("--database", "-x")).hasToString("bmm restore --database=-x");
        assertThat(Hint.of("there are: ").names(List.of("a", "b c", "d\u001be")))
                .hasToString("there are: a, 'b c', $'d\\033e'");
        assertThat(Hint.of("psql -c ")
                        .sql(Sql.of("ALTER ROLE ").identifier("o'b\"x").and(" LOGIN")))
                .hasToString("psql -c 'ALTER ROLE \"o'\\''b\"\"x\" LOGIN'");
    }

    @Test
    void aNameThatNoSystemAllowsIsLeftOut() {
        assertThat(Hint.of("rm ").name("'".repeat(100_000)).toString())
                .hasSizeLessThan(100)
                .doesNotContain("''''");
    }

    /** What a shell makes of a hint that was printed: dash, which knows no {@code $'…'}, must at least see one word. */
    @ParameterizedTest
    @ValueSource(strings = {"sh", "bash"})
    void aShellReadsOneWord(String shell) throws Exception {
        Random random = new Random(7);
        List<String> words = new ArrayList<>();
        StringBuilder script = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            String word = HostileText.next(random).replace("\u0000", "").replaceAll("[\ud800-\udfff]", "");
            words.add(word);
            script.append("set -- ")
                    .append(SafeText.line(Hint.of("").name(word).toString()).replaceFirst("^-- ", ""));
            script.append("; printf '%s\\0' \"$#\" \"$1\"\n");
        }
        List<String> read = run(shell, script.toString());

        assertThat(read).hasSize(2 * words.size());
        for (int i = 0; i < words.size(); i++) {
            assertThat(read.get(2 * i)).as("words in %s", words.get(i)).isEqualTo("1");
            boolean asItIs = SafeText.line(words.get(i)).equals(words.get(i));
            if (asItIs || (shell.equals("bash") && !words.get(i).contains("##"))) {
                assertThat(read.get(2 * i + 1)).isEqualTo(words.get(i));
            }
        }
    }

    private static List<String> run(String shell, String script) throws IOException {
        Process process = new ProcessBuilder(shell).redirectErrorStream(true).start();
        Thread.ofVirtual().start(() -> {
            try (var in = process.getOutputStream()) {
                in.write(script.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // What it printed tells.
            }
        });
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Arrays.asList(said.substring(0, said.length() - 1).split("\0", -1));
    }
}
