package bmm.base;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Whether a setting may stand in an env file that belongs to another user, as that of an application does. Whoever writes
 * such a file must not get more by it than they have: nothing in it is run, no file named in it is read or written, and
 * nothing is deleted because of it.
 */
public enum AllowedIn {
    /** In every env file. */
    ANY_FILE,

    /** Only in a file that nobody but root and the user who runs bmm can change: it names a command, a file or a place. */
    TRUSTED_FILE,

    /** There as well if it is a store that is reached with credentials of this user: a folder, or a host over ssh. */
    TRUSTED_FILE_IF_LOCAL,

    /** There as well if it is a command. */
    TRUSTED_FILE_IF_COMMAND;

    private static final Pattern BLANKS = Pattern.compile("\\s+");

    /** Whether a value may stand in a file of another user's. */
    boolean isForOthers(String value) {
        String lower = value.strip().toLowerCase(Locale.ROOT);
        return switch (this) {
            case ANY_FILE -> true;
            case TRUSTED_FILE -> false;
            case TRUSTED_FILE_IF_LOCAL ->
                BLANKS.splitAsStream(lower).noneMatch(startsWith("/", ".", "~", "file:", "rsync:", "ssh:", "sftp:"));
            case TRUSTED_FILE_IF_COMMAND -> !lower.startsWith("cmd:");
        };
    }

    private static Predicate<String> startsWith(String... beginnings) {
        return word -> Arrays.stream(beginnings).anyMatch(word::startsWith);
    }
}
