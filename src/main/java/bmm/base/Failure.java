package bmm.base;

import org.jspecify.annotations.Nullable;

/**
 * Something went wrong that a person can act on: one line that says what failed, a hint that says what to do, and the
 * exit code that belongs to it. Messages start in lower case and have no final stop.
 */
public class Failure extends RuntimeException {
    private final ExitCode exitCode;
    private final @Nullable String hint;

    public Failure(ExitCode exitCode, String message, @Nullable String hint) {
        this(exitCode, message, hint, null);
    }

    public Failure(ExitCode exitCode, String message, @Nullable String hint, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
        this.hint = hint;
    }

    public ExitCode exitCode() {
        return exitCode;
    }

    public @Nullable String hint() {
        return hint;
    }

    /** The same failure under another exit code: the stage that met it decides what it means for the run. */
    public Failure as(ExitCode other) {
        return other == exitCode ? this : new Failure(other, String.valueOf(getMessage()), hint, this);
    }

    /**
     * The innermost readable reason of an exception from the JDK or a library, on one line: the message, or the class
     * name where there is none.
     */
    public static String reason(Throwable thrown) {
        String message = thrown.getMessage();
        if (message == null || message.isBlank()) {
            Throwable cause = thrown.getCause();
            return cause != null && cause != thrown
                    ? reason(cause)
                    : thrown.getClass().getSimpleName();
        }
        return message.strip().replaceAll("\\s*[\\r\\n]+\\s*", "; ");
    }
}
