package bmm.cli;

import bmm.base.ExitCode;
import bmm.base.Keys;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** bmm as a function: arguments and environment in, text and an exit code out. Nothing below ends the process. */
public final class Bmm {
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    private final Output out;
    private final Output err;
    private final Map<String, String> environment;
    private final Clock clock;
    private final Duration patience;

    /**
     * @param out for results
     * @param err for the log, progress and errors
     * @param environment in place of the process's own
     */
    public Bmm(PrintStream out, PrintStream err, Map<String, String> environment, Clock clock) {
        this(out, err, environment, clock, PATIENCE);
    }

    /**
     * @param patience how long a run may stay for sending alerts, when its work is done
     */
    Bmm(PrintStream out, PrintStream err, Map<String, String> environment, Clock clock, Duration patience) {
        this.out = new Output(out);
        this.err = new Output(err);
        this.environment = Map.copyOf(environment);
        this.clock = clock;
        this.patience = patience;
    }

    /** Runs one command line with the process's environment and returns its exit code. */
    public static int run(PrintStream out, PrintStream err, String... args) {
        return new Bmm(out, err, System.getenv(), Clock.systemUTC()).run(args);
    }

    /** Runs one command line and returns its exit code. */
    public int run(String... args) {
        Logback.use();
        // picocli can read values of these types; no option here has one, and it would look for each of them.
        System.setProperty("picocli.converters.excludes", "java.(sql|time).*");
        CommandLine commandLine = new CommandLine(new BmmCommand(), new Commands());
        BmmCommand.named(args.length == 0 ? "" : args[0]).forEach(commandLine::addSubcommand);
        commandLine
                .setOut(out.forUsage())
                .setErr(err.forUsage())
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(100)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, arguments) -> usageError(e));
        commandLine.registerConverter(
                Keys.LogFormat.class, text -> Keys.LogFormat.valueOf(text.toUpperCase(Locale.ROOT)));
        commandLine.getSubcommands().values().forEach(Bmm::describeExitCodes);
        if (args.length == 0) {
            commandLine.usage(err.forUsage());
            return ExitCode.USAGE.code();
        }
        return commandLine.execute(args);
    }

    /** Commands get what they need of the process when they are made. */
    private final class Commands implements CommandLine.IFactory {
        private final CommandLine.IFactory others = CommandLine.defaultFactory();

        @Override
        public <K> K create(Class<K> type) throws Exception {
            if (RunnableCommand.class.isAssignableFrom(type)) {
                K command = type.getDeclaredConstructor().newInstance();
                ((RunnableCommand) command).attach(new Surroundings(out, err, environment, clock, patience));
                return command;
            }
            return others.create(type);
        }
    }

    private int usageError(ParameterException e) {
        CommandLine command = e.getCommandLine();
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage");
        err.line("bmm: " + Character.toLowerCase(message.charAt(0)) + message.substring(1));
        String suggestions =
                e instanceof UnmatchedArgumentException unmatched ? String.join(", ", unmatched.getSuggestions()) : "";
        err.line("hint: " + (suggestions.isEmpty() ? "" : "did you mean " + suggestions + "? ") + "`"
                + command.getCommandSpec().qualifiedName() + " --help` shows what there is");
        return ExitCode.USAGE.code();
    }

    private static void describeExitCodes(CommandLine command) {
        command.getSubcommands().values().forEach(Bmm::describeExitCodes);
        Object user = command.getCommand();
        if (user instanceof RunnableCommand runnable) {
            Map<String, String> codes = runnable.exitCodes().stream()
                    .distinct()
                    .sorted()
                    .collect(Collectors.toMap(
                            code -> String.valueOf(code.code()),
                            ExitCode::meaning,
                            (first, second) -> first,
                            java.util.LinkedHashMap::new));
            command.getCommandSpec()
                    .usageMessage()
                    .exitCodeListHeading("%nExit codes:%n")
                    .exitCodeList(codes)
                    .footerHeading("%nExample:%n")
                    .footer(Arrays.stream(runnable.example().split("\n", -1))
                            .map(line -> "  " + line.replace("%", "%%")) // picocli formats it
                            .toArray(String[]::new));
        }
    }
}
