package bmm.base;

import java.util.ArrayList;
import java.util.List;
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
    private static final Pattern ASSIGNMENT =
            Pattern.compile("(?:export\\s+)?[A-Za-z_][A-Za-z0-9_.]*\\s*=.*", Pattern.DOTALL);
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
            if (!ASSIGNMENT.matcher(line).matches()) {
                // The line itself may hold a secret, so it is not repeated.
                problems.add(where + ": not a KEY=VALUE line");
                continue;
            }
            int equals = line.indexOf('=');
            String key = line.substring(0, equals).strip();
            if (key.startsWith("export")) {
                String rest = key.substring("export".length());
                key = rest.isEmpty() || !Character.isWhitespace(rest.charAt(0)) ? key : rest.strip();
            }
            String value = line.substring(equals + 1).strip();
            int last = endOfQuotedValue(lines, i, value);
            if (last > i) {
                value = value + "\n"
                        + String.join("\n", lines.subList(i + 1, last + 1)).stripTrailing();
                i = last;
            }
            entries.add(new Entry(key, unquote(value), where));
        }
        return new EnvFile(List.copyOf(entries), List.copyOf(problems));
    }

    /**
     * The index of the line that closes a quote opened at {@code first}, or {@code first} itself where the quote is just
     * a character of the value: nothing closes it before the next assignment.
     */
    private static int endOfQuotedValue(List<String> lines, int first, String value) {
        if (value.isEmpty() || !isQuote(value.charAt(0)) || isQuoted(value)) {
            return first;
        }
        int most = Math.min(lines.size(), first + MOST_LINES_IN_A_VALUE);
        for (int i = first + 1; i < most; i++) {
            String line = lines.get(i).stripTrailing();
            if (line.indexOf(value.charAt(0)) == line.length() - 1 && !line.isEmpty()) {
                return i;
            }
            if (ASSIGNMENT.matcher(line).matches() && line.indexOf('=') < line.length() - 2) {
                return first;
            }
        }
        return first;
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
