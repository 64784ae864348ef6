package bmm.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LogbackServiceProvider;
import org.slf4j.Logger;

/**
 * Logback as slf4j starts it, without the search for configuration files, which would cost more than many a run of bmm
 * itself. Until {@link LogSetup#configure}, nothing is logged.
 */
public final class Logback extends LogbackServiceProvider {
    /** Names this class to slf4j, which would otherwise look through all of the jar for one. Before the first logger is made. */
    static void use() {
        System.setProperty("slf4j.provider", Logback.class.getName());
        System.setProperty("slf4j.internal.verbosity", "WARN"); // or it says on stderr that it was told so
    }

    @Override
    public void initialize() {
        LoggerContext context = (LoggerContext) getLoggerFactory();
        context.setMDCAdapter(getMDCAdapter());
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
        context.start();
    }
}
