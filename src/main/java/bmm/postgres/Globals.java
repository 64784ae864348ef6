package bmm.postgres;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Roles and tablespaces as {@code pg_dumpall --globals-only} wrote them, statement by statement. */
public final class Globals {
    private static final String NAME = "(\"(?:[^\"]|\"\")*\"|[^\\s;\",]+)";
    private static final Pattern RESTRICTION = Pattern.compile("(?m)^\\\\(?:un)?restrict .*\\R");
    private static final Pattern CREATE = Pattern.compile("CREATE ROLE " + NAME + ";?.*", Pattern.DOTALL);
    private static final Pattern ABOUT = Pattern.compile(
            "(?:ALTER ROLE|COMMENT ON ROLE|SECURITY LABEL [^;]*ON ROLE) " + NAME + "\\b?.*", Pattern.DOTALL);
    private static final Pattern MEMBER =
            Pattern.compile("GRANT " + NAME + " TO " + NAME + "(?=[\\s;]).*", Pattern.DOTALL);
    private static final Pattern TABLESPACE = Pattern.compile(
            "(?:(?:CREATE|ALTER|DROP) TABLESPACE |(?:COMMENT|GRANT|REVOKE|SECURITY LABEL)\\b[^']*? ON TABLESPACE ).*",
            Pattern.DOTALL);

    /** With the comments before them. One byte is one character: whatever the encoding, nothing changes. */
    private final List<String> statements;

    private Globals(List<String> statements) {
        this.statements = statements;
    }

    /** Takes the text apart. */
    public static Globals of(byte[] sql) {
        String text = new String(sql, StandardCharsets.ISO_8859_1);
        // psql's own protection of a file that nothing was taken out of.
        return new Globals(statements(RESTRICTION.matcher(text).replaceAll("")));
    }

    /** For psql. */
    public byte[] sql() {
        return String.join("", statements).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The roles that it makes. */
    public List<String> roles() {
        return statements.stream()
                .map(statement -> CREATE.matcher(withoutComments(statement)))
                .filter(Matcher::matches)
                .map(create -> unquote(create.group(1)))
                .toList();
    }

    /** Leaves out what is about roles that exist: they stay as they are, password and all. */
    public Globals without(Set<String> existing) {
        return new Globals(statements.stream()
                .filter(statement -> !isAbout(withoutComments(statement), existing))
                .toList());
    }

    private static boolean isAbout(String statement, Set<String> existing) {
        for (Pattern pattern : List.of(CREATE, ABOUT)) {
            Matcher about = pattern.matcher(statement);
            if (about.matches() && existing.contains(unquote(about.group(1)))) {
                return true;
            }
        }
        Matcher member = MEMBER.matcher(statement);
        return member.matches()
                && existing.contains(unquote(member.group(1)))
                && existing.contains(unquote(member.group(2)));
    }

    /**
     * Leaves out tablespaces. On the same machine the directory of one is the production server's own: a scratch server must
     * not even look at it.
     */
    public Globals withoutTablespaces() {
        return new Globals(statements.stream()
                .filter(statement ->
                        !TABLESPACE.matcher(withoutComments(statement)).matches())
                .toList());
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
        String bare =
                name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name;
        return new String(bare.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** Splits behind each semicolon that is in no quotes; comments go with what follows them. */
    private static List<String> statements(String text) {
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
