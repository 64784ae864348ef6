package bmm.postgres.sql;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes SQL text apart into tokens by the rules of PostgreSQL's scanner (source: scan.l, and the manual, "Lexical
 * Structure"). It knows where quotes, comments and dollar quotes end, and refuses what no server takes for a token: a
 * backslash, a NUL byte, and a number run together with what follows, which servers read in different ways.
 *
 * <p>It reads a stream through a window that holds at least what was marked, so that text of any length passes through
 * little memory; one token may be as long as the limit.
 */
final class SqlLexer {
    /** What a token is. */
    enum Kind {
        /** A keyword or a name without quotes. */
        WORD,
        /** A name in double quotes. */
        QUOTED_NAME,
        /** A string constant of any kind, dollar quotes included. */
        STRING,
        /** A number. */
        NUMBER,
        /** One character of an operator, bracket or separator; also {@code $1}. */
        SYMBOL,
        /** The end of the text. */
        END
    }

    /** Told of each comment of one line that begins a line, between statements. */
    interface Comments {
        void comment(String line) throws IOException;
    }

    private static final int WINDOW = 256 * 1024;
    private static final int LONGEST_COMMENT = 200;

    private final @Nullable InputStream in;
    private final int limit;
    private byte[] window;
    private int position;
    private int end;
    private int start;
    private int mark = -1;
    private long line = 1;
    private int counted;
    private CharacterWidth width = CharacterWidth.ASCII_SAFE;
    private boolean standardConforming = true;
    private boolean midRow;

    /** Reads a stream; what is marked may be {@code limit} bytes long. */
    SqlLexer(InputStream in, int limit) {
        this.in = in;
        this.limit = limit;
        this.window = new byte[Math.min(WINDOW, limit)];
    }

    /** Reads text that is all there. */
    SqlLexer(byte[] text, long firstLine) {
        this.in = null;
        this.limit = text.length;
        this.window = text;
        this.end = text.length;
        this.line = firstLine;
    }

    /** How to tell characters from now on. */
    void width(CharacterWidth inEncoding) {
        width = inEncoding;
    }

    /** Whether a backslash is an ordinary character in {@code '…'} from now on. */
    void standardConforming(boolean on) {
        standardConforming = on;
    }

    boolean isStandardConforming() {
        return standardConforming;
    }

    /** Keeps what comes from here on, until {@link #marked}. */
    void mark() {
        mark = position;
    }

    /** What came since the mark, up to the beginning of the token that was read last. */
    byte[] marked() {
        byte[] text = Arrays.copyOfRange(window, mark, start);
        mark = -1;
        return text;
    }

    /** The line that the next byte is on, from 1. */
    long line() {
        line += countLines(window, counted, position);
        counted = position;
        return line;
    }

    private static long countLines(byte[] bytes, int from, int to) {
        int lines = 0;
        for (int i = from; i < to; i++) {
            lines += bytes[i] == '\n' ? 1 : 0;
        }
        return lines;
    }

    /** The byte so far ahead, or -1 behind the end of the text. */
    int peek(int ahead) throws IOException {
        while (position + ahead >= end) {
            if (!fill()) {
                return -1;
            }
        }
        return window[position + ahead] & 0xff;
    }

    /** Whether there is more than was read; moves what is kept to the beginning of the window. */
    private boolean fill() throws IOException {
        if (in == null) {
            return false;
        }
        // One byte before it stays, which tells whether a line begins there.
        int keep = Math.max(0, (mark >= 0 ? mark : Math.min(start, position)) - 1);
        if (keep > 0) {
            line += countLines(window, counted, keep);
            counted = Math.max(counted, keep) - keep;
            System.arraycopy(window, keep, window, 0, end - keep);
            position -= keep;
            end -= keep;
            start = Math.max(0, start - keep);
            mark = mark < 0 ? mark : mark - keep;
        }
        if (end == window.length) {
            if (window.length >= limit) {
                throw refused("a statement longer than " + limit / (1 << 20) + " MiB");
            }
            window = Arrays.copyOf(window, (int) Math.min(limit, window.length * 2L));
        }
        int count = in.read(window, end, Math.min(WINDOW, window.length - end));
        if (count < 0) {
            return false;
        }
        end += count;
        return true;
    }

    SqlRefused refused(String why) {
        return new SqlRefused(line(), why);
    }

    private EOFException unfinished(String what) {
        return new EOFException("it was cut: the text ends inside " + what);
    }

    /** Passes over white space and comments. */
    void skipBlanks(@Nullable Comments comments) throws IOException {
        start = position;
        while (true) {
            int b = peek(0);
            if (isBlank(b)) {
                position++;
            } else if (b == '-' && peek(1) == '-') {
                skipLineComment(comments);
            } else if (b == '/' && peek(1) == '*') {
                skipBlockComment();
            } else {
                return;
            }
            // A long comment is nothing to keep.
            start = position;
        }
    }

    private static boolean isBlank(int b) {
        return b == ' ' || b == '\n' || b == '\t' || b == '\r' || b == '\f' || b == 0x0b;
    }

    boolean atLineStart() {
        return position == 0 || window[position - 1] == '\n';
    }

    private void skipLineComment(@Nullable Comments comments) throws IOException {
        boolean told = comments != null && atLineStart();
        StringBuilder text = new StringBuilder();
        for (int b = peek(0); b >= 0 && b != '\n' && b != '\r'; b = peek(0)) {
            if (told && text.length() < LONGEST_COMMENT) {
                text.append((char) b);
            }
            position++;
            start = position;
        }
        if (comments != null && told) {
            comments.comment(text.toString());
        }
    }

    private void skipBlockComment() throws IOException {
        int depth = 0;
        do {
            int b = peek(0);
            if (b < 0) {
                throw unfinished("a comment");
            } else if (b == '/' && peek(1) == '*') {
                depth++;
                position += 2;
            } else if (b == '*' && peek(1) == '/') {
                depth--;
                position += 2;
            } else {
                step(b);
            }
            start = position;
        } while (depth > 0);
    }

    /** Moves behind a character. */
    private void step(int first) throws IOException {
        int length = width == CharacterWidth.ASCII_SAFE ? 1 : width.of(first, peek(1));
        if (length > 1 && peek(length - 1) < 0) {
            throw unfinished("a character");
        }
        position += length;
    }

    /** The next token. */
    Kind next() throws IOException {
        skipBlanks(null);
        int b = peek(0);
        if (b < 0) {
            return Kind.END;
        }
        if (isNameStart(b)) {
            return wordOrPrefixed(b);
        }
        return switch (b) {
            case '\'' -> string(!standardConforming);
            case '"' -> quotedName();
            case '$' -> dollar();
            case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            case '\\' -> throw refused("a backslash outside of quotes: psql would take it for a command of its own");
            case 0 -> throw refused("a NUL byte");
            default -> {
                position++;
                yield Kind.SYMBOL;
            }
        };
    }

    private Kind wordOrPrefixed(int first) throws IOException {
        int second = peek(1);
        if (second == '\'') {
            switch (first) {
                case 'e', 'E' -> {
                    position++;
                    return string(true);
                }
                case 'b', 'B', 'x', 'X' -> {
                    position++;
                    return string(false);
                }
                case 'n', 'N' -> {
                    position++;
                    return string(!standardConforming);
                }
                default -> {
                    // A word that runs into a string.
                }
            }
        }
        if ((first == 'u' || first == 'U') && second == '&') {
            int third = peek(2);
            if (third == '\'' || third == '"') {
                position += 2;
                return third == '"' ? quotedName() : string(false);
            }
        }
        int b = first;
        while (isNamePart(b)) {
            step(b);
            b = peek(0);
        }
        return Kind.WORD;
    }

    private static boolean isNameStart(int b) {
        return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '_' || b >= 0x80;
    }

    private static boolean isNamePart(int b) {
        return isNameStart(b) || (b >= '0' && b <= '9') || b == '$';
    }

    /** From the opening quote on. */
    private Kind string(boolean escapes) throws IOException {
        do {
            position++;
            skipTo('\'', escapes, "a string");
        } while (continues());
        return Kind.STRING;
    }

    private Kind quotedName() throws IOException {
        position++;
        skipTo('"', false, "a name");
        return Kind.QUOTED_NAME;
    }

    /** Moves behind the closing quote; a doubled one is none. */
    private void skipTo(int quote, boolean escapes, String what) throws IOException {
        while (true) {
            int b = peek(0);
            if (b < 0) {
                throw unfinished(what);
            } else if (b == quote) {
                position++;
                if (peek(0) != quote) {
                    return;
                }
                position++;
            } else if (b == '\\' && escapes) {
                position++;
                int escaped = peek(0);
                if (escaped < 0) {
                    throw unfinished(what);
                }
                step(escaped);
            } else if (b == 0) {
                throw refused("a NUL byte");
            } else if (width == CharacterWidth.ASCII_SAFE) {
                skipOrdinary(quote);
            } else {
                step(b);
            }
        }
    }

    /** At least one byte, and all that follow in the window and need no look. */
    private void skipOrdinary(int quote) {
        byte[] bytes = window;
        int i = position + 1;
        while (i < end && bytes[i] != quote && bytes[i] != '\\' && bytes[i] != 0) {
            i++;
        }
        position = i;
    }

    /** A string goes on behind white space with a newline in it (SQL standard), under the rules that it began with. */
    private boolean continues() throws IOException {
        boolean newline = false;
        int ahead = 0;
        while (true) {
            int b = peek(ahead);
            if (b == '-' && peek(ahead + 1) == '-') {
                while (b >= 0 && b != '\n' && b != '\r') {
                    ahead++;
                    b = peek(ahead);
                }
            } else if (isBlank(b)) {
                newline |= b == '\n' || b == '\r';
                ahead++;
            } else if (b == '\'' && newline) {
                position += ahead;
                return true;
            } else {
                return false;
            }
        }
    }

    private Kind number() throws IOException {
        int b = peek(0);
        while (b == '.' || (isNamePart(b) && b != '$' && b < 0x80)) {
            position++;
            b = peek(0);
        }
        if (b == '\'' || b >= 0x80) {
            throw refused("a number that runs into what follows it");
        }
        return Kind.NUMBER;
    }

    private Kind dollar() throws IOException {
        int b = peek(1);
        if (b >= '0' && b <= '9') {
            int length = 1;
            while (b >= '0' && b <= '9') {
                length++;
                b = peek(length);
            }
            if (isNameStart(b)) {
                throw refused("a parameter that runs into what follows it");
            }
            position += length;
            return Kind.SYMBOL;
        }
        int length = tagLength();
        if (length == 0) {
            position++;
            return Kind.SYMBOL;
        }
        byte[] tag = Arrays.copyOfRange(window, position, position + length);
        position += length;
        while (true) {
            int next = peek(0);
            if (next < 0) {
                throw unfinished("a dollar-quoted string");
            } else if (next == '$' && startsWith(tag)) {
                position += length;
                return Kind.STRING;
            } else if (next == 0) {
                throw refused("a NUL byte");
            } else if (width == CharacterWidth.ASCII_SAFE) {
                skipOrdinary('$');
            } else {
                step(next);
            }
        }
    }

    /** Length of {@code $tag$}, or 0 if none begins here. */
    private int tagLength() throws IOException {
        int length = 1;
        int b = peek(length);
        while (isNamePart(b) && b != '$' && !(length == 1 && b >= '0' && b <= '9')) {
            length += width == CharacterWidth.ASCII_SAFE ? 1 : width.of(b, peek(length + 1));
            b = peek(length);
        }
        return b == '$' ? length + 1 : 0;
    }

    private boolean startsWith(byte[] tag) throws IOException {
        return peek(tag.length - 1) >= 0 && Arrays.equals(window, position, position + tag.length, tag, 0, tag.length);
    }

    /** Whether the token just read is this word, which is given in lower case. */
    boolean is(String word) {
        if (position - start != word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            int b = window[start + i];
            if ((b >= 'A' && b <= 'Z' ? b + 32 : b) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the token just read is this character. */
    boolean is(char symbol) {
        return position - start == 1 && window[start] == symbol;
    }

    /** The token just read. */
    byte[] token() {
        return Arrays.copyOfRange(window, start, position);
    }

    /** Moves over so many bytes. */
    void skip(int count) {
        position += count;
        start = position;
    }

    /** Whole lines, or a piece of one that is longer than the window. */
    interface Rows {
        /**
         * Some rows; the array is the receiver's to keep.
         *
         * @param continued whether the last of them goes on with the next call
         */
        void rows(byte[] lines, boolean continued) throws IOException, InterruptedException;
    }

    /**
     * Hands over the rows that follow, up to the line {@code \.} (manual, COPY, "Text Format"). Where the receiver throws, it
     * can be called again for the others.
     */
    void rows(Rows to) throws IOException, InterruptedException {
        while (true) {
            start = position;
            if (!midRow && peek(0) == '\\' && peek(1) == '.' && (peek(2) == '\n' || peek(2) < 0)) {
                if (peek(2) < 0) {
                    throw new EOFException("the data of a table ends too early");
                }
                position += 3;
                return;
            }
            int last = midRow ? -1 : endMark();
            int until = last >= 0 ? last : midRow ? firstNewline() : lastNewline();
            if (until > position) {
                pass(to, until, false);
            } else if (end - position >= WINDOW - 1) {
                pass(to, end, true);
            } else if (!fill()) {
                throw new EOFException("the data of a table ends too early");
            }
        }
    }

    private void pass(Rows to, int until, boolean continued) throws IOException, InterruptedException {
        byte[] piece = Arrays.copyOfRange(window, position, until);
        position = until;
        midRow = continued;
        to.rows(piece, continued);
    }

    /** The place of the first end mark that does not stand at the position; -1 if there is none in the window. */
    private int endMark() {
        // Boyer-Moore's way: \n \ . \n, looked at from its last byte.
        int i = position + 3;
        while (i < end) {
            switch (window[i]) {
                case '\n' -> {
                    if (window[i - 1] == '.' && window[i - 2] == '\\' && window[i - 3] == '\n') {
                        return i - 2;
                    }
                    i += 3;
                }
                case '.' -> i += 1;
                case '\\' -> i += 2;
                default -> i += 4;
            }
        }
        return -1;
    }

    private int firstNewline() {
        for (int i = position; i < end; i++) {
            if (window[i] == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    private int lastNewline() {
        for (int i = end - 1; i >= position; i--) {
            if (window[i] == '\n') {
                return i + 1;
            }
        }
        return -1;
    }
}
