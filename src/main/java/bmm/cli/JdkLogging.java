package bmm.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Leads what libraries log through java.util.logging into bmm's log, from WARNING on. Made by the JDK itself, by the name
 * in {@code java.util.logging.config.class} (see {@link LogManager}), so that a run in which nobody logs that way does
 * not load it.
 */
public final class JdkLogging {
    /** Replaces the configuration of the JDK. */
    public JdkLogging() throws IOException {
        String configuration = "handlers=" + Forwarder.class.getName() + "\n.level=WARNING\n";
        LogManager.getLogManager()
                .readConfiguration(new ByteArrayInputStream(configuration.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Hands each record on to slf4j. */
    public static final class Forwarder extends Handler {
        @Override
        public void publish(LogRecord record) {
            String name = record.getLoggerName();
            LoggerFactory.getLogger(name == null || name.isEmpty() ? "java.util.logging" : name)
                    .atLevel(levelOf(record))
                    .setCause(record.getThrown())
                    .log(messageOf(record));
        }

        private static Level levelOf(LogRecord record) {
            int level = record.getLevel().intValue();
            if (level >= java.util.logging.Level.SEVERE.intValue()) {
                return Level.ERROR;
            }
            if (level >= java.util.logging.Level.WARNING.intValue()) {
                return Level.WARN;
            }
            return level >= java.util.logging.Level.INFO.intValue() ? Level.INFO : Level.DEBUG;
        }

        private static String messageOf(LogRecord record) {
            String message = String.valueOf(record.getMessage());
            Object[] parameters = record.getParameters();
            try {
                return parameters == null || parameters.length == 0 || !message.contains("{0")
                        ? message
                        : MessageFormat.format(message, parameters);
            } catch (IllegalArgumentException e) {
                return message;
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
