package bmm.cli;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys.LogFormat;
import bmm.base.OwnFile;
import bmm.base.Secret;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Sets logback up from Java: reading its XML would cost more than many a run of bmm itself. Loggers of bmm log at the
 * chosen level, those of libraries at WARN.
 */
public final class LogSetup {
    private static final Masks MASKS = new Masks();

    private static volatile @Nullable LogTail tail;

    private LogSetup() {}

    /**
     * Starts logging, or starts it anew.
     *
     * @param level of bmm's own loggers; at DEBUG stack traces are written too
     * @param format of lines on {@code err}; AUTO is text on a terminal and logfmt elsewhere
     * @param colour whether colour is welcome; it is used on terminals that can, unless {@code NO_COLOR} is set
     * @param err where to log
     * @param file appended as well, as logfmt or, if that is the format, JSON; created with mode 0600
     * @throws Failure {@link ExitCode#CONFIGURATION} if the file cannot be opened
     */
    public static void configure(Level level, LogFormat format, boolean colour, PrintStream err, Optional<Path> file) {
        Map<String, String> environment = System.getenv();
        Destination destination = Destination.of(err, environment);
        configure(level, format, colour && destination.allowsColour(environment), err, destination, file);
    }

    static void configure(
            Level level,
            LogFormat format,
            boolean colour,
            PrintStream err,
            Destination destination,
            Optional<Path> file) {
        Optional<OutputStream> log = file.map(LogSetup::open);
        // Read when, and only when, something first logs through java.util.logging, as pgjdbc does.
        System.setProperty("java.util.logging.config.class", JdkLogging.class.getName());
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        tail = null;
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(ch.qos.logback.classic.Level.WARN);
        context.getLogger("bmm").setLevel(ch.qos.logback.classic.Level.convertAnSLF4JLevel(level));
        boolean stacks = level.toInt() <= Level.DEBUG.toInt();
        Function<ILoggingEvent, LogLine> reader = event -> new LogLine(event, MASKS::apply, stacks);
        attach(
                root,
                new LogAppender(
                        reader,
                        formatter(format, destination, colour),
                        destination == Destination.JOURNAL,
                        err,
                        () -> {}));
        log.ifPresent(out -> attach(
                root,
                new LogAppender(
                        reader,
                        format == LogFormat.JSON ? LogLine::json : LogLine::logfmt,
                        false,
                        out,
                        () -> new Output(err)
                                .line("bmm: the log file " + file.orElseThrow() + " cannot be written any more"))));
    }

    /** Keeps the end of what is logged from now on, for {@link #tail}. */
    static void keepTail() {
        LogTail kept = new LogTail();
        tail = kept;
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        attach(
                context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME),
                new LogAppender(
                        event -> new LogLine(event, MASKS::apply, false), LogLine::logfmt, false, kept, () -> {}));
    }

    /** The end of the log, as logfmt. */
    static String tail() {
        LogTail kept = tail;
        return kept == null ? "" : kept.text();
    }

    /** Makes these values appear as *** in every line from now on, also as they are written in a URL. */
    public static void mask(Secret... secrets) {
        for (Secret secret : secrets) {
            MASKS.add(secret);
        }
    }

    /** A text as the log would show it: the values of {@link #mask} replaced. For whatever else is printed. */
    public static String masked(String text) {
        return MASKS.apply(text);
    }

    private static Function<LogLine, String> formatter(LogFormat format, Destination destination, boolean colour) {
        return switch (format) {
            case TEXT -> line -> line.text(colour);
            case LOGFMT -> LogLine::logfmt;
            case JSON -> LogLine::json;
            case AUTO -> destination == Destination.TERMINAL ? line -> line.text(colour) : LogLine::logfmt;
        };
    }

    private static void attach(Logger root, LogAppender appender) {
        appender.setContext(root.getLoggerContext());
        appender.start();
        root.addAppender(appender);
    }

    private static OutputStream open(Path file) {
        try {
            return Channels.newOutputStream(OwnFile.openOrCreate(file, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "cannot open the log file: " + Failure.reason(e),
                    "check BMM_LOG_FILE, and who may write to its directory",
                    e);
        }
    }
}
