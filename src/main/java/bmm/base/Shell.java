package bmm.base;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Words in a shell command that a person will paste, perhaps into a root shell. The command's own words are bmm's; every
 * name that comes from outside passes here, so that it stays one word whatever is in it.
 */
public final class Shell {
    // Without ~, which a shell replaces at a word's beginning, and = where zsh does.
    private static final Pattern BARE = Pattern.compile("[A-Za-z0-9_./:@%+,-]+");
    private static final Pattern PLAIN_DATABASE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*");

    private Shell() {}

    /**
     * The word as a POSIX shell reads it back. With characters that a terminal does not show, {@code $'…'} with octal
     * numbers (POSIX.1-2024; dash takes it for a longer word, but for one word still, as no quote stands in it).
     */
    public static String quote(String word) {
        if (BARE.matcher(word).matches()) {
            return word;
        }
        return SafeText.isPlain(word) ? "'" + word.replace("'", "'\\''") + "'" : "$'" + octal(word) + "'";
    }

    /** An argument that is no option. After a command that takes {@code --} for the end of its options. */
    public static String operand(String word) {
        return (word.startsWith("-") ? "-- " : "") + quote(word);
    }

    /** The name of a file, which no program takes for an option. */
    public static String file(String path) {
        return quote(path.startsWith("-") ? "./" + path : path);
    }

    /** A long option and its value, which may begin with a dash. */
    public static String option(String name, String value) {
        return name + (value.startsWith("-") ? "=" : " ") + quote(value);
    }

    /**
     * A database name after {@code -d}. The pg tools take a name with an equals sign, or one that looks like a URL, for a
     * connection string, so such a name is wrapped in one (PostgreSQL manual, "Connection Strings").
     */
    public static String database(String name) {
        if (PLAIN_DATABASE.matcher(name).matches()) {
            return name;
        }
        return quote("dbname='" + name.replace("\\", "\\\\").replace("'", "\\'") + "'");
    }

    private static String octal(String word) {
        StringBuilder octal = new StringBuilder(word.length() * 4);
        for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b >= ' ' && b < 0x7f && b != '\'' && b != '\\';
            if (plain) {
                octal.append((char) b);
            } else {
                octal.append('\\').repeat('0', b >= 0 && b < 64 ? 1 : 0).repeat('0', b >= 0 && b < 8 ? 1 : 0);
                octal.append(Integer.toOctalString(b & 0xff));
            }
        }
        return octal.toString();
    }
}
