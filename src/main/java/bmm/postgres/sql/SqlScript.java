package bmm.postgres.sql;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A stream of SQL text as pg_dump, pg_dumpall and pg_restore write it: statements, and behind each {@code COPY … FROM stdin}
 * the rows. Statements end where the server ends them: semicolons in quotes, comments, parentheses (CREATE RULE) and in the
 * body of a function ({@code BEGIN ATOMIC … END}) are part of them. psql's commands are refused wherever they stand, but
 * for the two lines with which a dump asks psql itself to refuse them ({@code \restrict}, and its counterpart at the end).
 */
public final class SqlScript {
    /** PostgreSQL's name of the encoding that text has unless it says otherwise. */
    public static final String UTF8 = "UTF8";

    private static final int SMALLEST_LIMIT = 16 << 20;
    private static final int LARGEST_LIMIT = 1 << 30;

    /** A statement is in memory up to four times on its way to the server. */
    private static final int SHARE_OF_MEMORY = 8;

    private static final Pattern RESTRICTION = Pattern.compile("\\\\(?:un)?restrict [A-Za-z0-9]+\\s*");
    private static final Pattern CONNECT = Pattern.compile("\\\\c(?:onnect)?(?:\\s.*)?");
    private static final int LONGEST_COMMAND = 200;
    private static final Set<String> ON = Set.of("on", "true", "yes", "1");
    private static final Set<String> OFF = Set.of("off", "false", "no", "0");

    private final SqlLexer lexer;
    private final @Nullable Comments comments;
    private String encoding = UTF8;
    private boolean rowsFollow;

    /** Told of comments between statements, each a line that begins with {@code --}. */
    public interface Comments {
        void comment(String line) throws IOException;
    }

    /** Where rows go, see {@link #rows}. */
    public interface Rows {
        /**
         * Some rows; the array is the receiver's to keep.
         *
         * @param continued whether the last of them goes on with the next call
         */
        void rows(byte[] lines, boolean continued) throws IOException, InterruptedException;
    }

    public SqlScript(InputStream in) {
        this(in, null);
    }

    /** @param comments told of comments that begin a line between statements */
    public SqlScript(InputStream in, @Nullable Comments comments) {
        this(
                in,
                comments,
                Math.clamp(Runtime.getRuntime().maxMemory() / SHARE_OF_MEMORY, SMALLEST_LIMIT, LARGEST_LIMIT));
    }

    SqlScript(InputStream in, @Nullable Comments comments, int longestStatement) {
        this.lexer = new SqlLexer(in, longestStatement);
        this.comments = comments;
    }

    /** The encoding of what follows, by PostgreSQL's name; SET client_encoding changes it. */
    public String encoding() {
        return encoding;
    }

    /** Whether a backslash is an ordinary character in {@code '…'}; SET standard_conforming_strings changes it. */
    public boolean isStandardConforming() {
        return lexer.isStandardConforming();
    }

    /**
     * The next statement; null at the end of the text. Behind a COPY its {@link #rows} must be read.
     *
     * @throws SqlRefused if it is text that bmm does not run
     * @throws EOFException if the text ends inside a statement
     */
    public @Nullable SqlStatement next() throws IOException {
        if (rowsFollow) {
            throw new IllegalStateException("the rows come first");
        }
        while (skipToStatement()) {
            long line = lexer.line();
            lexer.mark();
            if (!readToEnd(lexer)) {
                throw new EOFException("it was cut: the text ends inside the statement of line " + line);
            }
            byte[] text = lexer.marked();
            if (text.length > 0) {
                SqlStatement statement = new SqlStatement(text, line, encoding, lexer.isStandardConforming());
                heed(statement);
                return statement;
            }
        }
        return null;
    }

    /** Whether there is one; it stands at its beginning then. */
    private boolean skipToStatement() throws IOException {
        if (lexer.atLineStart()
                && lexer.line() == 1
                && lexer.peek(0) == 0xef
                && lexer.peek(1) == 0xbb
                && lexer.peek(2) == 0xbf) {
            lexer.skip(3); // the byte order mark of an editor, which psql passes over, too
        }
        SqlLexer.Comments told = comments == null ? null : comments::comment;
        lexer.skipBlanks(told);
        while (lexer.peek(0) == '\\') {
            skipCommand();
            lexer.skipBlanks(told);
        }
        return lexer.peek(0) >= 0;
    }

    /** A line that psql would take for a command: a dump's own two are skipped, nothing else is. */
    private void skipCommand() throws IOException {
        StringBuilder command = new StringBuilder();
        int b = lexer.peek(0);
        while (b >= 0 && b != '\n' && command.length() < LONGEST_COMMAND) {
            command.append((b >= ' ' && b < 0x7f) || b == '\r' ? (char) b : '?');
            b = lexer.peek(command.length());
        }
        String text = command.toString();
        if (lexer.atLineStart() && RESTRICTION.matcher(text).matches()) {
            lexer.skip(text.length());
            return;
        }
        String shown = text.strip().split("\\s", 2)[0];
        throw lexer.refused(
                CONNECT.matcher(text).matches()
                        ? "it enters databases of its own choice (pg_dump --create, pg_dumpall)"
                        : shown + " is a command for psql, and none of a dump");
    }

    /** Reads up to the semicolon; false if the text ends before it. */
    private static boolean readToEnd(SqlLexer lexer) throws IOException {
        StatementShape shape = new StatementShape();
        while (true) {
            SqlLexer.Kind kind = lexer.next();
            if (kind == SqlLexer.Kind.END) {
                return false;
            }
            if (kind == SqlLexer.Kind.SYMBOL && lexer.is(';') && shape.mayEnd()) {
                return true;
            }
            shape.see(kind, lexer);
        }
    }

    /** @throws SqlRefused if it holds more than one statement, or less */
    static void requireOne(SqlStatement statement) throws IOException {
        if (readToEnd(lexer(statement))) {
            throw statement.refused("not one statement in the encoding " + statement.encoding());
        }
    }

    /** What stands in a string of a statement, to be read like one. */
    static SqlStatement inside(String text, SqlTokens of) throws IOException {
        SqlStatement inside = new SqlStatement(text.getBytes(StandardCharsets.UTF_8), of.line(), UTF8, true);
        requireOne(inside);
        return inside;
    }

    /** A lexer that reads a statement as it was read in its text. */
    static SqlLexer lexer(SqlStatement statement) {
        SqlLexer lexer = new SqlLexer(statement.text(), statement.line());
        lexer.standardConforming(statement.standardConforming());
        lexer.width(
                Objects.requireNonNullElse(CharacterWidth.inEncoding(statement.encoding()), CharacterWidth.ASCII_SAFE));
        return lexer;
    }

    /** What it says about the text itself. */
    private void heed(SqlStatement statement) throws IOException {
        SqlTokens tokens = statement.tokens();
        if (tokens.accept("copy")) {
            skipRestOfLine(statement);
            rowsFollow = true;
        } else if (tokens.accept("set")) {
            heedSetting(statement, tokens);
        } else if (tokens.accept("reset") || tokens.accept("discard")) {
            if (tokens.acceptAny("all", "client_encoding", "standard_conforming_strings", "names")) {
                throw statement.refused("it would change how the text is read");
            }
        }
    }

    private void heedSetting(SqlStatement statement, SqlTokens tokens) throws IOException {
        boolean local = tokens.accept("local");
        boolean session = !local && tokens.accept("session");
        boolean names = tokens.accept("names");
        boolean encodes = names || tokens.accept("client_encoding");
        if (!encodes && !tokens.accept("standard_conforming_strings")) {
            return;
        }
        if (!names && !tokens.accept('=') && !tokens.accept("to")) {
            throw statement.refused("not a setting");
        }
        String value = tokens.nameOrString().toLowerCase(Locale.ROOT);
        tokens.end();
        if (local && !session) {
            throw statement.refused("it would change how the text is read for a while");
        }
        if (encodes) {
            heedEncoding(statement, value);
        } else if (ON.contains(value) || OFF.contains(value)) {
            lexer.standardConforming(ON.contains(value));
        } else {
            throw statement.refused("neither on nor off");
        }
    }

    private void heedEncoding(SqlStatement statement, String name) throws IOException {
        CharacterWidth width = CharacterWidth.inEncoding(name);
        if (width == null) {
            throw statement.refused("an encoding that bmm does not know");
        }
        lexer.width(width);
        String plain = name.toUpperCase(Locale.ROOT);
        encoding = plain.equals("UNICODE") || plain.equals("UTF-8") ? UTF8 : plain;
    }

    private void skipRestOfLine(SqlStatement copy) throws IOException {
        int b = lexer.peek(0);
        while (b == ' ' || b == '\t' || b == '\r') {
            lexer.skip(1);
            b = lexer.peek(0);
        }
        if (b != '\n') {
            throw copy.refused("something stands between COPY and its rows");
        }
        lexer.skip(1);
    }

    /** Whether rows come next. */
    public boolean hasRows() {
        return rowsFollow;
    }

    /** Hands over the rows that follow a COPY, in pieces of whole lines, and the end of a long line in pieces of its own. */
    public void rows(Rows to) throws IOException, InterruptedException {
        if (!rowsFollow) {
            throw new IllegalStateException("no rows here");
        }
        lexer.rows(to::rows);
        rowsFollow = false;
    }

    /** Parentheses and the bodies of functions, between which no semicolon ends a statement. */
    private static final class StatementShape {
        private int words;
        private int parentheses;
        private int blocks;
        /** How much of CREATE [OR REPLACE] FUNCTION has been seen; -1 once it cannot become one. */
        private int routine;

        private boolean begun;
        private boolean label;

        boolean mayEnd() {
            return parentheses == 0 && blocks == 0;
        }

        void see(SqlLexer.Kind kind, SqlLexer lexer) {
            if (kind == SqlLexer.Kind.WORD) {
                seeWord(lexer);
                label = lexer.is("as");
            } else {
                if (kind == SqlLexer.Kind.SYMBOL) {
                    if (lexer.is('(')) {
                        parentheses++;
                    } else if (lexer.is(')') && parentheses > 0) {
                        parentheses--;
                    }
                }
                label = kind == SqlLexer.Kind.SYMBOL && lexer.is('.');
                begun = false;
            }
        }

        private void seeWord(SqlLexer lexer) {
            words++;
            if (routine >= 0 && routine < ROUTINE) {
                routine = routineAfter(lexer);
            }
            if (routine != ROUTINE) {
                return;
            }
            if (begun && lexer.is("atomic") && blocks == 0) {
                blocks = 1;
            } else if (blocks > 0 && !label) {
                // Behind AS or a dot these are names of columns.
                blocks += lexer.is("case") ? 1 : lexer.is("end") ? -1 : 0;
            }
            begun = parentheses == 0 && lexer.is("begin");
        }

        private static final int ROUTINE = 4;

        private int routineAfter(SqlLexer lexer) {
            if (words == 1 && lexer.is("create")) {
                return 1;
            }
            if (words == 2 && lexer.is("or")) {
                return 2;
            }
            if (words == 3 && routine == 2 && lexer.is("replace")) {
                return 3;
            }
            boolean declared = routine == 3 || (words == 2 && routine == 1);
            return declared && (lexer.is("function") || lexer.is("procedure")) ? ROUTINE : -1;
        }
    }
}
