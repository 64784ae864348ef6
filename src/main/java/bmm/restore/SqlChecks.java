package bmm.restore;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The statements of a file of SQL, each with the name that a comment {@code -- name: TEXT} before it gives. */
final class SqlChecks {
    private static final Pattern NAME = Pattern.compile("--\\s*name:\\s*(.+?)\\s*");
    private static final Pattern DOLLAR = Pattern.compile("\\$(?:[A-Za-z_\\x80-\\uffff][\\w\\x80-\\uffff]*)?\\$");
    private static final int SHOWN = 60;

    private SqlChecks() {}

    /** One statement, without its semicolon. */
    record Check(String name, String sql) {}

    /** Splits at semicolons outside of quotes, dollar quotes and comments. */
    static List<Check> parse(String text) {
        List<Check> checks = new ArrayList<>();
        StringBuilder statement = new StringBuilder();
        String name = "";
        int at = 0;
        while (at < text.length()) {
            int end = endOfToken(text, at);
            String token = text.substring(at, end);
            at = end;
            if (token.startsWith("--")) {
                Matcher named = NAME.matcher(token);
                name = named.matches() && statement.toString().isBlank() ? named.group(1) : name;
            } else if (token.equals(";")) {
                add(checks, name, statement);
                name = "";
            } else if (!token.startsWith("/*")) {
                statement.append(token);
            } else {
                statement.append(' ');
            }
        }
        add(checks, name, statement);
        return checks;
    }

    private static void add(List<Check> checks, String name, StringBuilder statement) {
        String sql = statement.toString().strip();
        statement.setLength(0);
        if (sql.isEmpty()) {
            return;
        }
        String line = sql.replaceAll("\\s+", " ");
        String shown = line.length() > SHOWN ? line.substring(0, SHOWN) + "…" : line;
        checks.add(new Check(name.isEmpty() ? shown : name, sql));
    }

    /** Where what begins here ends: a comment, a quoted text, or a single character. */
    private static int endOfToken(String text, int at) {
        char c = text.charAt(at);
        if (text.startsWith("--", at)) {
            int end = text.indexOf('\n', at);
            return end < 0 ? text.length() : end;
        }
        if (text.startsWith("/*", at)) {
            return endOfComment(text, at);
        }
        if (c == '\'' || c == '"') {
            boolean escapes = c == '\'' && at > 0 && "eE".indexOf(text.charAt(at - 1)) >= 0;
            return endOfQuoted(text, at, escapes);
        }
        if (c == '$' && (at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1)))) {
            Matcher dollar = DOLLAR.matcher(text).region(at, text.length());
            if (dollar.lookingAt()) {
                int end = text.indexOf(dollar.group(), dollar.end());
                return end < 0 ? text.length() : end + dollar.group().length();
            }
        }
        return at + 1;
    }

    /** Comments may hold comments. */
    private static int endOfComment(String text, int from) {
        int depth = 0;
        for (int at = from; at < text.length() - 1; at++) {
            if (text.startsWith("/*", at)) {
                depth++;
                at++;
            } else if (text.startsWith("*/", at)) {
                depth--;
                at++;
                if (depth == 0) {
                    return at + 1;
                }
            }
        }
        return text.length();
    }

    private static int endOfQuoted(String text, int from, boolean escapes) {
        char quote = text.charAt(from);
        for (int at = from + 1; at < text.length(); at++) {
            if (escapes && text.charAt(at) == '\\') {
                at++;
            } else if (text.charAt(at) == quote) {
                return at + 1; // a doubled quote begins the next quoted text
            }
        }
        return text.length();
    }
}
