package bmm.process;

import bmm.base.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Another program and how to run it. Arguments are plain strings: a {@link Secret} can only go into the environment,
 * which other users cannot read. That environment begins empty: of bmm's own a child gets what {@link Inheritance#EVERY}
 * says, and what its kind is declared to take over.
 */
public final class Command {
    private final List<String> arguments;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Set<Inheritance> inherited = EnumSet.of(Inheritance.EVERY);
    private final Set<String> named = new LinkedHashSet<>();
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

    /** What the child takes over from bmm's own environment, beside what every child does. */
    public Command inheriting(Inheritance kind) {
        inherited.add(kind);
        return this;
    }

    /** Variables of bmm's own environment that the user wants the child to have; those that are not set are left out. */
    public Command inheriting(Collection<String> names) {
        named.addAll(names);
        return this;
    }

    /** Adds to the environment of the child. */
    public Command environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    public Command environment(String name, Secret value) {
        environment.put(name, value.reveal());
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
        List<String> words = new ArrayList<>(arguments);
        ProcessBuilder builder = new ProcessBuilder(words);
        // It begins with a copy of bmm's own.
        Map<String, String> child = environmentOfChild(builder.environment());
        words.set(0, ProgramPath.find(words.getFirst(), child.getOrDefault("PATH", "")));
        builder.environment().clear();
        builder.environment().putAll(child);
        builder.redirectInput(inputOfChild());
        if (silent) {
            builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        }
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        return new RunningCommand(program(), builder.start(), timeout, !cleaningUp, errorLines);
    }

    private Map<String, String> environmentOfChild(Map<String, String> own) {
        Map<String, String> all = new LinkedHashMap<>();
        inherited.forEach(kind -> kind.copy(own, all));
        own.forEach((name, value) -> {
            if (named.contains(name)) {
                all.put(name, value);
            }
        });
        all.put(
                "PATH",
                ProgramPath.directories(own.getOrDefault("PATH", "")).stream()
                        .map(Path::toString)
                        .collect(Collectors.joining(":")));
        all.putAll(environment);
        return all;
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
