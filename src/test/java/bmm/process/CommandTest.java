package bmm.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a child gets of this process: its environment, its standard input, its descriptors. */
class CommandTest {
    @Test
    void beginsWithAnEmptyEnvironment() throws IOException, InterruptedException {
        assertThat(System.getenv()).as("this process has more").containsKey("JAVA_HOME");
        assertThat(names(Command.of("/usr/bin/env")))
                .isSubsetOf(
                        "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE");
    }

    @Test
    void getsWhatIsNamedAndWhatIsSet() throws IOException, InterruptedException {
        Command env = Command.of("/usr/bin/env")
                .inheriting(List.of("JAVA_HOME", "NOT_SET"))
                .environment("PGUSER", "x");
        assertThat(names(env)).contains("JAVA_HOME", "PGUSER").doesNotContain("NOT_SET");
    }

    @Test
    void hasNothingButTheStandardDescriptors() throws IOException, InterruptedException {
        Command.Result result = Command.of("/bin/sh", "-c", "ls /proc/$$/fd; readlink /proc/$$/fd/0")
                .run();
        assertThat(result.output().lines()).containsExactly("0", "1", "2", "/dev/null");
    }

    private static Set<String> names(Command env) throws IOException, InterruptedException {
        return env.run()
                .output()
                .lines()
                .map(line -> line.substring(0, line.indexOf('=')))
                .collect(Collectors.toSet());
    }
}
