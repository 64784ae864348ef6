package bmm.base;

import com.google.errorprone.annotations.CompileTimeConstant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What one check found, as one line for people and a hint.
 *
 * @param subject what was looked at, in a word or two
 * @param says what was found, in lower case and without a final stop
 * @param exitCode what a run ends with because of it; {@link ExitCode#OK} unless the level is {@link Level#FAIL}
 */
public record Finding(
        Level level, String subject, String says, @Nullable Hint hint, ExitCode exitCode) {
    /** How bad it is. */
    public enum Level {
        OK,
        /** It works, but should be better. */
        WARN,
        /** It does not work, or cannot be relied on. */
        FAIL;

        /** As it is printed: only what failed is in capitals. */
        public String word() {
            return this == FAIL ? "FAIL" : lower();
        }

        /** As it stands in JSON. */
        public String lower() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static Finding ok(String subject, String says) {
        return new Finding(Level.OK, subject, says, null, ExitCode.OK);
    }

    public static Finding warn(String subject, String says, @CompileTimeConstant final String hint) {
        return warn(subject, says, Hint.of(hint));
    }

    public static Finding warn(String subject, String says, Hint hint) {
        return new Finding(Level.WARN, subject, says, hint, ExitCode.OK);
    }

    public static Finding fail(ExitCode exitCode, String subject, String says, @CompileTimeConstant final String hint) {
        return fail(exitCode, subject, says, Hint.of(hint));
    }

    public static Finding fail(ExitCode exitCode, String subject, String says, @Nullable Hint hint) {
        return new Finding(Level.FAIL, subject, says, hint, exitCode);
    }

    /** What a check threw, under the exit code that the check decides on. */
    public static Finding fail(ExitCode exitCode, String subject, Failure thrown) {
        return fail(exitCode, subject, String.valueOf(thrown.getMessage()), thrown.hint());
    }

    /** The same with another word for what was looked at. */
    public Finding about(String other) {
        return new Finding(level, other, says, hint, exitCode);
    }
}
