package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Command;

/** The tree of commands: one of them alone is what it is among all. */
class BmmCommandTest {
    private static String run(int exit, String... words) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8);
        assertThat(new Bmm(out, out, Map.of(), Clock.systemUTC()).run(words)).isEqualTo(exit);
        return text.toString(StandardCharsets.UTF_8);
    }

    static Stream<Class<? extends RunnableCommand>> all() {
        return BmmCommand.named("").stream();
    }

    @ParameterizedTest
    @MethodSource("all")
    void theNameOfAClassIsThatOfItsCommand(Class<? extends RunnableCommand> type) {
        String name = type.getAnnotation(Command.class).name();

        assertThat(BmmCommand.nameOf(type)).isEqualTo(name);
        assertThat(BmmCommand.named(name)).containsExactly(type);
        assertThat(run(0, name, "--help")).startsWith("Usage: bmm " + name).contains("Exit codes:", "Example:");
    }

    @ParameterizedTest
    @MethodSource("all")
    void theHelpIsAllThatIsPrinted(Class<? extends RunnableCommand> type) {
        PrintStream before = System.err;
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
        try {
            assertThat(run(0, BmmCommand.nameOf(type), "--help")).doesNotContain("%%");
        } finally {
            System.setErr(before);
        }
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .as("of picocli, which formats texts")
                .isEmpty();
    }

    @Test
    void theHelpListsEveryCommand() {
        String help = run(0, "--help");

        assertThat(all().map(BmmCommand::nameOf)).allMatch(name -> help.contains("  " + name + " "));
    }

    @Test
    void aMistypedCommandIsGuessed() {
        assertThat(run(64, "uptiem")).contains("uptime");
    }
}
