package bmm.base;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads KEY=VALUE lines as applications write them: never interpreted by a shell, split at the first {@code =}, the
 * rest literal. One matching outer pair of quotes is removed, {@code export } is accepted, blank lines and lines that
 * begin with {@code #} are skipped. A quoted value may run over several lines.
 *
 * @param entries what was read, in order
 * @param problems lines that are no setting, each a sentence with file and line
 */
public record EnvFile(List<Entry> entries, List<String> problems) {
    // Wider than a shell's names: what other programs keep in the same file (my-app.url=…) is none of our business.
    private static final Pattern ASSIGNMENT =
            Pattern.compile("(?:export\\s+)?([A-Za-z0-9_.-]+)\\s*=(.*)", Pattern.DOTALL);
    // What follows "=" at the end of base64 text: more "=" at most, then perhaps the closing quote.
    private static final Pattern PADDING = Pattern.compile("=?[\"']?");
    private static final int MOST_LINES_IN_A_VALUE = 200;

    /** One setting in a file. {@code where} is {@code file:line}. */
    public record Entry(String key, String value, String where) {}

    /** Reads the text of an env file; {@code name} is how problems call it. */
    public static EnvFile parse(String name, String text) {
        List<Entry> entries = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        List<String> lines =
                (text.startsWith("\uFEFF") ? text.substring(1) : text).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            String where = name + ":" + (i + 1);
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Matcher assignment = ASSIGNMENT.matcher(line);
            if (!assignment.matches()) {
                // The line itself may hold a secret, so it is not repeated.
                problems.add(where + ": not a KEY=VALUE line");
                continue;
            }
            String value = assignment.group(2).strip();
            int last = endOfQuotedValue(lines, i, value);
            if (last > i) {
                value = value + "\n"
                        + String.join("\n", lines.subList(i + 1, last + 1)).stripTrailing();
                i = last;
            }
            entries.add(new Entry(assignment.group(1), unquote(value), where));
        }
        return new EnvFile(List.copyOf(entries), List.copyOf(problems));
    }

    /**
     * The index of the line that closes a quote opened at {@code first}, or {@code first} itself where the quote is just
     * a character of the value: nothing closes it before the next assignment.
     */
    private static int endOfQuotedValue(List<String> lines, int first, String value) {
        if (value.isEmpty() || !isQuote(value.charAt(0)) || closesWithin(value)) {
            return first;
        }
        int most = Math.min(lines.size(), first + MOST_LINES_IN_A_VALUE);
        for (int i = first + 1; i < most; i++) {
            String line = lines.get(i).stripTrailing();
            Matcher assignment = ASSIGNMENT.matcher(line);
            if (assignment.matches() && !PADDING.matcher(assignment.group(2)).matches()) {
                return first;
            }
            if (!line.isEmpty() && line.indexOf(value.charAt(0)) == line.length() - 1) {
                return i;
            }
        }
        return first;
    }

    /** Whether the quote that begins a value occurs in it again, as in {@code "blue" # or "green}. */
    private static boolean closesWithin(String value) {
        for (int i = 1; i < value.length(); i++) {
            if (value.charAt(i) == value.charAt(0) && value.charAt(i - 1) != '\\') {
                return true;
            }
        }
        return isQuoted(value);
    }

    private static String unquote(String value) {
        return isQuoted(value) ? value.substring(1, value.length() - 1) : value;
    }

    private static boolean isQuoted(String value) {
        return value.length() >= 2 && isQuote(value.charAt(0)) && value.charAt(0) == value.charAt(value.length() - 1);
    }

    private static boolean isQuote(char c) {
        return c == '"' || c == '\'';
    }
}
