package bmm.postgres.sql;

import java.io.IOException;
import java.util.Locale;

/**
 * Reads a statement of which every word is known, and writes it anew from what was read: names in quotes, strings as values.
 * So nothing goes to a server that was not looked at.
 */
public final class CheckedStatement {
    private final SqlTokens tokens;
    private final StringBuilder sql = new StringBuilder();

    /** The same less what a server can do without: passwords, and who granted a membership. */
    private final StringBuilder shorter = new StringBuilder();

    public CheckedStatement(SqlStatement statement) {
        this.tokens = statement.tokens();
    }

    private CheckedStatement write(String word) {
        append(sql, word);
        append(shorter, word);
        return this;
    }

    private static void append(StringBuilder to, String word) {
        to.append(to.isEmpty() ? "" : " ").append(word);
    }

    /** These keywords, given in lower case, must be next. */
    public CheckedStatement keywords(String... words) throws IOException {
        tokens.expect(words);
        for (String word : words) {
            write(word.toUpperCase(Locale.ROOT));
        }
        return this;
    }

    /** Whether these keywords are next: the first decides, the others must follow. */
    public boolean accept(String first, String... others) throws IOException {
        boolean found = tokens.accept(first);
        if (found) {
            write(first.toUpperCase(Locale.ROOT));
            keywords(others);
        }
        return found;
    }

    /** Passes over a keyword that needs not be written. */
    public boolean skip(String word) throws IOException {
        return tokens.accept(word);
    }

    /** Whether this character is next. */
    public boolean accept(char symbol) throws IOException {
        boolean found = tokens.accept(symbol);
        if (found) {
            write(String.valueOf(symbol));
        }
        return found;
    }

    /** The keyword that is next, in lower case, not passed over; empty where none is. */
    public String word() {
        return tokens.word();
    }

    /** A name. */
    public String name() throws IOException {
        String name = tokens.name();
        write(quoted(name));
        return name;
    }

    /** A name in whose place another one is written. */
    public String nameWrittenAs(String other) throws IOException {
        String name = tokens.name();
        write(quoted(other));
        return name;
    }

    /** A role, or PUBLIC. */
    public void grantee() throws IOException {
        if (!accept("public")) {
            name();
        }
    }

    /** A string. */
    public String string() throws IOException {
        String value = tokens.string();
        write(literal(value));
        return value;
    }

    /** A string or NULL. */
    public void stringOrNull() throws IOException {
        if (!accept("null")) {
            string();
        }
    }

    /** Whether the password of a role is next, which is a string or NULL. */
    public boolean acceptPassword() throws IOException {
        boolean found = tokens.accept("password");
        if (found) {
            append(sql, "PASSWORD " + (tokens.accept("null") ? "NULL" : literal(tokens.string())));
        }
        return found;
    }

    /** Passes over who granted something, if that is next. */
    public void grantor() throws IOException {
        if (tokens.accept("granted")) {
            tokens.expect("by");
            append(sql, "GRANTED BY " + quoted(tokens.name()));
        }
    }

    /** A number. */
    public void number() throws IOException {
        write(tokens.numeral());
    }

    /** A name or a string, which mean the same. */
    public void nameOrString() throws IOException {
        write(literal(tokens.nameOrString()));
    }

    /** Whether a string, a number or a name is next; a name is written as a string. */
    public boolean acceptConstant() throws IOException {
        if (tokens.isString()) {
            string();
        } else if (tokens.isName()) {
            write(literal(tokens.name()));
        } else if (tokens.isNumber()) {
            number();
        } else {
            return false;
        }
        return true;
    }

    /** The name of a setting, which may have a prefix, and its values: constants and names. */
    public void setting() throws IOException {
        settingName();
        tokens.accept('=');
        tokens.accept("to");
        write("TO");
        if (accept("default")) {
            return;
        }
        do {
            if (!acceptConstant()) {
                throw tokens.refused("not the value of a setting");
            }
        } while (accept(','));
    }

    /** The name of a setting. */
    public void settingName() throws IOException {
        StringBuilder name = new StringBuilder(quoted(tokens.name()));
        while (tokens.accept('.')) {
            name.append('.').append(quoted(tokens.name()));
        }
        write(name.toString());
    }

    /** Whether nothing is left. */
    public boolean atEnd() {
        return tokens.atEnd();
    }

    /** The statement as it was written anew; nothing may be left. */
    public String done() throws IOException {
        tokens.end();
        return sql.toString();
    }

    /** The same less what {@link #acceptPassword} and {@link #grantor} have read. */
    public String doneShorter() throws IOException {
        tokens.end();
        return shorter.toString();
    }

    /** Why it is not run. */
    public SqlRefused refused(String why) {
        return tokens.refused(why);
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static String literal(String text) {
        return (text.contains("\\") ? "E'" : "'") + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }
}
