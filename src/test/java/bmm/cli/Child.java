package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A run of bmm in a process of its own: for what the JDK decides once in a process, such as names, trust and the PATH. */
final class Child {
    private final Path directory;
    private final List<String> options = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1"));
    private final List<String> before = new ArrayList<>();
    private final Map<String, String> environment = new TreeMap<>();

    /** @param directory its state is kept below, and what it prints */
    Child(Path directory) {
        this.directory = directory;
        set("BMM_STATE_DIR", directory.resolve("state").toString());
    }

    /** For the virtual machine. */
    Child option(String option) {
        options.add(option);
        return this;
    }

    /** Begins it under another umask. */
    Child umask(String mask) {
        before.addAll(List.of("sh", "-c", "umask " + mask + "; exec \"$@\"", "sh"));
        return this;
    }

    Child set(String key, String value) {
        environment.put(key, value);
        return this;
    }

    /** Runs it to its end and returns its exit code. */
    int run(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "bmm.cli.Main"));
        command.addAll(List.of(words));
        Path none = Files.write(directory.resolve("none.env"), new byte[0]);
        command.addAll(List.of("--env-file", none.toString()));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log().toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("BMM_") || name.startsWith("PG"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    /** What it printed, both streams. */
    String said() throws IOException {
        return Files.readString(log());
    }

    private Path log() {
        return directory.resolve("child.log");
    }
}
