package bmm.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Roles and tablespaces as pg_dumpall wrote them, reduced to what a server does not have yet: roles that are there stay as
 * they are, password and all.
 *
 * @param sql what remains, for psql
 * @param created roles that it makes
 * @param left roles that are there already
 */
public record Globals(String sql, List<String> created, List<String> left) {
    private static final String NAME = "(\"(?:[^\"]|\"\")*\"|[^\\s;\",]+)";
    private static final Pattern RESTRICTION = Pattern.compile("(?m)^\\\\(?:un)?restrict .*\\R");
    private static final Pattern CREATE = Pattern.compile("CREATE ROLE " + NAME + ";?.*", Pattern.DOTALL);
    private static final Pattern ABOUT = Pattern.compile(
            "(?:ALTER ROLE|COMMENT ON ROLE|SECURITY LABEL [^;]*ON ROLE) " + NAME + "\\b?.*", Pattern.DOTALL);
    private static final Pattern MEMBER =
            Pattern.compile("GRANT " + NAME + " TO " + NAME + "(?=[\\s;]).*", Pattern.DOTALL);

    /** Leaves out what is about roles that exist. */
    public static Globals missing(String text, Set<String> existing) {
        StringBuilder kept = new StringBuilder();
        List<String> created = new ArrayList<>();
        TreeSet<String> left = new TreeSet<>();
        // psql's own protection of a file that nothing was taken out of.
        String whole = RESTRICTION.matcher(text).replaceAll("");
        for (String statement : statements(whole)) {
            String bare = withoutComments(statement);
            Matcher create = CREATE.matcher(bare);
            Matcher about = ABOUT.matcher(bare);
            Matcher member = MEMBER.matcher(bare);
            if (create.matches()) {
                String role = unquote(create.group(1));
                if (existing.contains(role)) {
                    left.add(role);
                    continue;
                }
                created.add(role);
            } else if (about.matches() && existing.contains(unquote(about.group(1)))) {
                continue;
            } else if (member.matches()
                    && existing.contains(unquote(member.group(1)))
                    && existing.contains(unquote(member.group(2)))) {
                continue;
            }
            kept.append(statement);
        }
        return new Globals(kept.toString(), List.copyOf(created), List.copyOf(left));
    }

    private static String withoutComments(String statement) {
        String rest = statement.stripLeading();
        while (rest.startsWith("--") || rest.startsWith("\\")) {
            int end = rest.indexOf('\n');
            rest = end < 0 ? "" : rest.substring(end + 1).stripLeading();
        }
        return rest;
    }

    private static String unquote(String name) {
        return name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name;
    }

    /** Splits behind each semicolon at the end of a line that is in no quotes; comments go with what follows them. */
    static List<String> statements(String text) {
        List<String> statements = new ArrayList<>();
        int begin = 0;
        char quote = 0;
        boolean escapes = false;
        boolean lineBegins = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                if (c == '\\' && escapes) {
                    i++;
                } else if (c == quote) {
                    quote = 0;
                }
            } else if (lineBegins && (c == '\\' || text.startsWith("--", i))) {
                int end = text.indexOf('\n', i);
                i = end < 0 ? text.length() : end;
            } else if (c == '\'' || c == '"') {
                quote = c;
                escapes = c == '\'' && i > 0 && (text.charAt(i - 1) == 'E' || text.charAt(i - 1) == 'e');
            } else if (c == ';') {
                int end = i + 1 < text.length() && text.charAt(i + 1) == '\n' ? i + 2 : i + 1;
                statements.add(text.substring(begin, end));
                begin = end;
                i = end - 1;
            }
            lineBegins = i < text.length() && text.charAt(i) == '\n';
        }
        if (begin < text.length()) {
            statements.add(text.substring(begin));
        }
        return statements;
    }
}
