package bmm.base;

import com.google.errorprone.annotations.CompileTimeConstant;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something went wrong that a person can act on: one line that says what failed, a hint that says what to do, and the
 * exit code that belongs to it. Messages start in lower case and have no final stop.
 */
public class Failure extends RuntimeException {
    private final ExitCode exitCode;
    private final @Nullable Hint hint;

    /** Nothing can be done about it, or what to do is plain. */
    public Failure(ExitCode exitCode, String message) {
        this(exitCode, message, (Hint) null, null);
    }

    public Failure(ExitCode exitCode, String message, Throwable cause) {
        this(exitCode, message, (Hint) null, cause);
    }

    public Failure(ExitCode exitCode, String message, @CompileTimeConstant final String hint) {
        this(exitCode, message, Hint.of(hint), null);
    }

    public Failure(ExitCode exitCode, String message, @Nullable Hint hint) {
        this(exitCode, message, hint, null);
    }

    public Failure(
            ExitCode exitCode, String message, @CompileTimeConstant final String hint, @Nullable Throwable cause) {
        this(exitCode, message, Hint.of(hint), cause);
    }

    public Failure(ExitCode exitCode, String message, @Nullable Hint hint, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
        this.hint = hint;
    }

    /** Several findings in one go, each told on a line of its own. */
    public static Failure of(ExitCode exitCode, List<String> findings, @CompileTimeConstant final String hint) {
        return of(exitCode, findings, Hint.of(hint));
    }

    public static Failure of(ExitCode exitCode, List<String> findings, Hint hint) {
        return new Several(exitCode, findings, hint);
    }

    /** What is told, a line each; what breaks the lines of a message is no reason for another one. */
    public List<String> lines() {
        return List.of(String.valueOf(getMessage()));
    }

    private static final class Several extends Failure {
        private static final long serialVersionUID = 1;

        private final transient List<String> findings;

        Several(ExitCode exitCode, List<String> findings, Hint hint) {
            super(exitCode, String.join("; ", findings), hint);
            this.findings = List.copyOf(findings);
        }

        @Override
        public List<String> lines() {
            return findings;
        }
    }

    public ExitCode exitCode() {
        return exitCode;
    }

    public @Nullable Hint hint() {
        return hint;
    }

    /** The same failure under another exit code: the stage that met it decides what it means for the run. */
    public Failure as(ExitCode other) {
        return other == exitCode ? this : new Failure(other, String.valueOf(getMessage()), hint, this);
    }

    /**
     * The innermost readable reason of an exception from the JDK or a library, on one line: the message, or the class
     * name where there is none. Exceptions whose message is only a file or a host get the words that are missing.
     */
    public static String reason(Throwable thrown) {
        Throwable cause = thrown.getCause();
        String message = thrown.getMessage();
        boolean saysNothing = message == null || message.isBlank();
        if (cause != null && (saysNothing || String.valueOf(message).equals(cause.toString()))) {
            return reason(cause);
        }
        String text = switch (thrown) {
            case NoSuchFileException e -> e.getFile() + ": no such file or directory";
            case AccessDeniedException e -> e.getFile() + ": permission denied";
            case FileAlreadyExistsException e -> e.getFile() + ": already exists";
            case NotDirectoryException e -> e.getFile() + ": not a directory";
            case DirectoryNotEmptyException e -> e.getFile() + ": directory not empty";
            // Only the JDK's own message is a bare host name.
            case UnknownHostException e -> (String.valueOf(message).contains(" ") ? "" : "unknown host ") + message;
            default -> saysNothing ? thrown.getClass().getSimpleName() : String.valueOf(message);
        };
        return text.strip().replaceAll("\\s*[\\r\\n]+\\s*", "; ");
    }
}
