package bmm.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Where standard error leads, which decides how lines on it look. */
public enum Destination {
    /** A person is watching. */
    TERMINAL,
    /** systemd's journal, which reads priorities from the beginning of lines. */
    JOURNAL,
    /** A file, a pipe, cron's mail. */
    OTHER;

    private static final Path STDERR = Path.of("/proc/self/fd/2");

    /**
     * Looks at the real standard error of the process; any other stream leads elsewhere.
     *
     * @param environment the process environment
     */
    public static Destination of(PrintStream err, Map<String, String> environment) {
        return err == System.err ? of(STDERR, environment) : OTHER;
    }

    static Destination of(Path descriptor, Map<String, String> environment) {
        try {
            String journal = environment.get("JOURNAL_STREAM");
            if (journal != null && journal.equals(identityOf(descriptor))) {
                return JOURNAL;
            }
            // Not System.console(): that asks about standard input and output.
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console")
                    ? TERMINAL
                    : OTHER;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return OTHER;
        }
    }

    /**
     * Device and inode in decimal, as systemd.exec(5) writes them into $JOURNAL_STREAM. The variable alone says nothing:
     * every child of a unit inherits it, also one whose output goes to a file. The same is true of $INVOCATION_ID.
     */
    private static String identityOf(Path descriptor) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(descriptor, "unix:dev,ino");
        return attributes.get("dev") + ":" + attributes.get("ino");
    }

    /** Whether text here may be coloured: a terminal that can, and nobody who asked for none (no-color.org). */
    public boolean allowsColour(Map<String, String> environment) {
        return this == TERMINAL
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
    }
}
