package bmm.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** Writes each event with one write, in UTF-8 whatever the locale says: cron has none. */
final class LogAppender extends AppenderBase<ILoggingEvent> {
    private final Function<ILoggingEvent, LogLine> reader;
    private final Function<LogLine, String> format;
    private final boolean withPriority;
    private final OutputStream out;
    private final Runnable onFirstFailure;
    private boolean failed;

    /**
     * An appender, not yet started.
     *
     * @param withPriority whether lines begin with {@code <3>} and the like, see sd-daemon(3)
     * @param onFirstFailure called once if the stream does not take a line; a log that cannot be written never fails a
     *     run
     */
    LogAppender(
            Function<ILoggingEvent, LogLine> reader,
            Function<LogLine, String> format,
            boolean withPriority,
            OutputStream out,
            Runnable onFirstFailure) {
        this.reader = reader;
        this.format = format;
        this.withPriority = withPriority;
        this.out = out;
        this.onFirstFailure = onFirstFailure;
    }

    @Override
    protected void append(ILoggingEvent event) {
        LogLine line = reader.apply(event);
        String text = format.apply(line);
        if (withPriority) {
            String priority = "<" + priorityOf(line.level()) + ">";
            text = priority + text.replace("\n", "\n" + priority);
        }
        try {
            out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            if (!failed) {
                failed = true;
                onFirstFailure.run();
            }
        }
    }

    /** Closes a log file; standard error is not ours to close. */
    @Override
    public void stop() {
        super.stop();
        if (!(out instanceof PrintStream)) {
            try {
                out.close();
            } catch (IOException e) {
                // Every line was written at once; nothing is left to lose.
            }
        }
    }

    private static int priorityOf(Level level) {
        return switch (level.toInt()) {
            case Level.ERROR_INT -> 3;
            case Level.WARN_INT -> 4;
            case Level.INFO_INT -> 6;
            default -> 7;
        };
    }
}
