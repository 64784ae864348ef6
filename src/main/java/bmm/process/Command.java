package bmm.process;

import bmm.base.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Another program and how to run it. Arguments are plain strings: a {@link Secret} can only go into the environment,
 * which other users cannot read.
 */
public final class Command {
    private final List<String> arguments;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<String> removed = new ArrayList<>();
    private @Nullable Path input;
    private @Nullable Path directory;
    private boolean fed;
    private boolean silent;
    private Consumer<String> errorLines = line -> {};
    private Duration timeout = Duration.ofDays(365);
    private boolean cleaningUp;

    private Command(List<String> arguments) {
        this.arguments = List.copyOf(arguments);
    }

    /** The program and its arguments, each handed over as it is; no shell is involved. */
    public static Command of(List<String> arguments) {
        return new Command(arguments);
    }

    public static Command of(String... arguments) {
        return new Command(List.of(arguments));
    }

    /** Adds to the environment that the child inherits. */
    public Command environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    public Command environment(String name, Secret value) {
        environment.put(name, value.reveal());
        return this;
    }

    /** Takes a variable out of the environment that the child inherits. */
    public Command without(String name) {
        removed.add(name);
        return this;
    }

    /** The file that the child reads as its standard input; without it the input is empty. */
    public Command input(Path file) {
        input = file;
        return this;
    }

    /**
     * The caller writes the child's standard input, see {@link RunningCommand#input()}, and closes it; where a file was
     * named, that is the input.
     */
    public Command fedUnlessFile() {
        fed = input == null;
        return this;
    }

    /**
     * Throws away what the child prints, so that nobody has to wait for the end of its output: something that it started
     * may hold that open for as long as it likes.
     */
    public Command silent() {
        silent = true;
        return this;
    }

    /** Told each line of standard error as it comes, from another thread. */
    public Command onErrorLine(Consumer<String> listener) {
        errorLines = listener;
        return this;
    }

    /** Where the child works; without it where bmm does. */
    public Command directory(Path workingDirectory) {
        directory = workingDirectory;
        return this;
    }

    /** A child that runs longer is stopped, and reading from it fails. */
    public Command timeout(Duration limit) {
        timeout = limit;
        return this;
    }

    /** It may run while bmm is being stopped: it cleans up, in seconds. */
    public Command forCleaningUp() {
        cleaningUp = true;
        return this;
    }

    /** The name of the program, for messages. */
    public String program() {
        return String.valueOf(Path.of(arguments.getFirst()).getFileName());
    }

    /**
     * Starts the program; the caller reads its standard output.
     *
     * @throws IOException if there is no such program
     */
    public RunningCommand start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(arguments);
        builder.environment().keySet().removeAll(removed);
        builder.environment().putAll(environment);
        builder.redirectInput(inputOfChild());
        if (silent) {
            builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        }
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        return new RunningCommand(program(), builder.start(), timeout, !cleaningUp, errorLines);
    }

    private ProcessBuilder.Redirect inputOfChild() {
        if (fed) {
            return ProcessBuilder.Redirect.PIPE;
        }
        return ProcessBuilder.Redirect.from((input == null ? Path.of("/dev/null") : input).toFile());
    }

    /** What a finished program left behind. */
    public record Result(int exit, String output, String errors) {
        public boolean ok() {
            return exit == 0;
        }
    }

    /** Runs the program to its end and keeps all it printed, for programs that print little. */
    public Result run() throws IOException, InterruptedException {
        try (RunningCommand running = start();
                InputStream output = running.output()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            int exit = running.waitFor();
            return new Result(exit, text, running.errors());
        }
    }
}
