package bmm.cli;

import bmm.base.Keys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command takes. */
final class CommonOptions {
    @Option(
            names = "--env-file",
            paramLabel = "FILE",
            description = "Read settings from this file; repeatable, later files win.")
    List<Path> envFiles = new ArrayList<>();

    @Option(
            names = "--instance",
            paramLabel = "NAME",
            description = "The protected system, /etc/bmm/NAME.env (default: bmm).")
    @Nullable
    String instance;

    @Option(names = "--json", description = "Print the result as one JSON object.")
    boolean json;

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            description = "Log lines on stderr: auto, text, logfmt or json.")
    Keys.@Nullable LogFormat logFormat;

    @Option(
            names = {"-q", "--quiet"},
            description = "Log warnings and errors only, and show no progress.")
    boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            description = "Log details, and stack traces of failures.")
    boolean verbose;

    @Option(names = "--no-color", description = "No colours (NO_COLOR in the environment does the same).")
    boolean noColor;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;
}
