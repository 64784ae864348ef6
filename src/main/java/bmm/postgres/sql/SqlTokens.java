package bmm.postgres.sql;

import bmm.postgres.sql.SqlLexer.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Reads one statement token by token, for those few whose every word is known. What is not expected is refused with the
 * statement's line and beginning.
 */
public final class SqlTokens {
    private final SqlStatement statement;
    private final SqlLexer lexer;
    private Kind kind = Kind.END;

    SqlTokens(SqlStatement statement) {
        this.statement = statement;
        this.lexer = SqlScript.lexer(statement);
        try {
            kind = lexer.next();
        } catch (IOException e) {
            throw new UncheckedIOException("it was read before", e);
        }
    }

    private void advance() throws IOException {
        kind = lexer.next();
    }

    private SqlRefused unexpected() {
        return statement.refused(kind == Kind.END ? "it ends too early" : "not what a dump says there");
    }

    /** Whether nothing is left. */
    public boolean atEnd() {
        return kind == Kind.END;
    }

    /**
     * Makes sure of that.
     *
     * @throws SqlRefused if something is left
     */
    public void end() throws IOException {
        if (!atEnd()) {
            throw unexpected();
        }
    }

    /** Passes over a keyword, given in lower case, if that is next. */
    public boolean accept(String word) throws IOException {
        boolean found = kind == Kind.WORD && lexer.is(word);
        if (found) {
            advance();
        }
        return found;
    }

    /** Passes over one of these keywords, if one is next. */
    public boolean acceptAny(String... words) throws IOException {
        for (String word : words) {
            if (accept(word)) {
                return true;
            }
        }
        return false;
    }

    /** Passes over a character, if that is next. */
    public boolean accept(char symbol) throws IOException {
        boolean found = kind == Kind.SYMBOL && lexer.is(symbol);
        if (found) {
            advance();
        }
        return found;
    }

    /** Passes over these keywords and single characters, which must be next. */
    public void expect(String... words) throws IOException {
        for (String word : words) {
            boolean symbol = word.length() == 1 && !Character.isLetter(word.charAt(0));
            if (symbol ? !accept(word.charAt(0)) : !accept(word)) {
                throw unexpected();
            }
        }
    }

    /** Whether a name is next, in quotes or not. */
    public boolean isName() {
        return kind == Kind.WORD || kind == Kind.QUOTED_NAME;
    }

    /** Whether a number is next, with its sign. */
    public boolean isNumber() {
        return kind == Kind.NUMBER || (kind == Kind.SYMBOL && lexer.is('-'));
    }

    /** Whether a string is next. */
    public boolean isString() {
        return kind == Kind.STRING;
    }

    /** A name as it is in the catalog. */
    public String name() throws IOException {
        String token = statement.strict(lexer.token());
        String name;
        if (kind == Kind.WORD) {
            // PostgreSQL folds ASCII letters only in a database of a multi-byte encoding; pg_dump quotes all others.
            name = lowerAscii(token);
        } else if (kind == Kind.QUOTED_NAME && token.startsWith("\"")) {
            name = token.substring(1, token.length() - 1).replace("\"\"", "\"");
        } else {
            throw unexpected();
        }
        advance();
        return name;
    }

    private static String lowerAscii(String text) {
        StringBuilder lower = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            lower.append(c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
        }
        return lower.toString();
    }

    /** A string as the server would see it. */
    public String string() throws IOException {
        if (kind != Kind.STRING) {
            throw unexpected();
        }
        byte[] value = StringConstant.value(lexer.token(), statement);
        advance();
        return statement.strict(value);
    }

    /** A name or a string, which mean the same to many settings. */
    public String nameOrString() throws IOException {
        if (kind == Kind.NUMBER) {
            String number = statement.strict(lexer.token());
            advance();
            return number;
        }
        return isString() ? string() : name();
    }

    /** A whole number, with its sign. */
    public long number() throws IOException {
        boolean negative = accept('-');
        if (kind != Kind.NUMBER) {
            throw unexpected();
        }
        String digits = statement.strict(lexer.token());
        advance();
        try {
            return Long.parseLong(negative ? "-" + digits : digits);
        } catch (NumberFormatException e) {
            throw statement.refused("not a whole number: " + digits);
        }
    }

    /** A number as it is written, with its sign. */
    public String numeral() throws IOException {
        String sign = accept('-') ? "-" : "";
        if (kind != Kind.NUMBER) {
            throw unexpected();
        }
        String digits = statement.strict(lexer.token());
        advance();
        return sign + digits;
    }

    /** The next keyword or name without quotes in lower case, not passed over; empty where something else is next. */
    public String word() {
        return kind == Kind.WORD ? new String(lexer.token(), StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT) : "";
    }

    /** Passes over whatever is next. */
    public void skip() throws IOException {
        if (atEnd()) {
            throw unexpected();
        }
        advance();
    }

    long line() {
        return statement.line();
    }

    /** Why the statement is not run. */
    public SqlRefused refused(String why) {
        return statement.refused(why);
    }

    /** The value of a string constant, of those kinds that a dump has. */
    private static final class StringConstant {
        private StringConstant() {}

        static byte[] value(byte[] token, SqlStatement statement) throws IOException {
            return switch (token[0]) {
                case '\'' -> quoted(token, 0, !statement.standardConforming(), statement);
                case 'E', 'e' -> quoted(token, 1, true, statement);
                default -> throw statement.refused("a string of a kind that no dump has there");
            };
        }

        private static byte[] quoted(byte[] token, int from, boolean escapes, SqlStatement statement)
                throws IOException {
            ByteArrayOutputStream value = new ByteArrayOutputStream(token.length);
            int i = from + 1;
            while (i < token.length - 1) {
                byte b = token[i++];
                if (b == '\\' && escapes) {
                    i = escape(token, i, value, statement);
                } else {
                    value.write(b);
                    if (b == '\'') {
                        if (token[i] != '\'') {
                            throw statement.refused("a string in several parts");
                        }
                        i++;
                    }
                }
            }
            return value.toByteArray();
        }

        private static int escape(byte[] token, int at, ByteArrayOutputStream value, SqlStatement statement)
                throws IOException {
            byte b = token[at];
            switch (b) {
                case 'b' -> value.write('\b');
                case 'f' -> value.write('\f');
                case 'n' -> value.write('\n');
                case 'r' -> value.write('\r');
                case 't' -> value.write('\t');
                case '0', '1', '2', '3', '4', '5', '6', '7', 'x', 'u', 'U' ->
                    // pg_dump doubles backslashes and writes no other escape.
                    throw statement.refused("an escape that no dump has");
                default -> value.write(b);
            }
            return at + 1;
        }
    }
}
