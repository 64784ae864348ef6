package bmm.postgres.sql;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** One statement of SQL text, without the comments before it and without the semicolon behind it. */
public final class SqlStatement {
    private static final int SHOWN = 60;

    private final byte[] text;
    private final long line;
    private final String encoding;
    private final boolean standardConforming;

    SqlStatement(byte[] text, long line, String encoding, boolean standardConforming) {
        this.text = text;
        this.line = line;
        this.encoding = encoding;
        this.standardConforming = standardConforming;
    }

    byte[] text() {
        return text;
    }

    /** As it stands in the text, in the text's own encoding. */
    public byte[] bytes() {
        return text.clone();
    }

    /** The line of the text that it begins on, from 1. */
    public long line() {
        return line;
    }

    /** PostgreSQL's name of the encoding that it is in. */
    public String encoding() {
        return encoding;
    }

    /** Whether a backslash is an ordinary character in its {@code '…'}. */
    public boolean standardConforming() {
        return standardConforming;
    }

    /** Turns text of any of PostgreSQL's encodings into characters. */
    public interface Decoder {
        /**
         * Decodes it.
         *
         * @param encoding by PostgreSQL's name
         * @throws IOException if it is not text in that encoding
         */
        String decode(byte[] text, String encoding) throws IOException;
    }

    /** The tokens, one by one; the statement must be in UTF-8. */
    public SqlTokens tokens() {
        return new SqlTokens(this);
    }

    /** Whether it is ASCII from its beginning to its end: the same in every encoding. */
    private boolean isAscii() {
        for (byte b : text) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * The same in UTF-8. That what was one statement still is one is looked at again, as a decoder may know the encoding
     * better than this reader of SQL.
     *
     * @throws SqlRefused if it is not one statement in that encoding
     */
    public SqlStatement inUtf8(Decoder decoder) throws IOException {
        if (isAscii()) {
            return this;
        }
        String decoded = decoder.decode(text, encoding);
        SqlStatement same =
                new SqlStatement(decoded.getBytes(StandardCharsets.UTF_8), line, SqlScript.UTF8, standardConforming);
        if (!encoding.equals(SqlScript.UTF8)) {
            SqlScript.requireOne(same);
        }
        return same;
    }

    /** The statement as a string; it must be in UTF-8. */
    public String sql() throws IOException {
        return strict(text);
    }

    String strict(byte[] bytes) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            SqlRefused refused = new SqlRefused(line, "bytes that are not text in UTF-8");
            refused.initCause(e);
            throw refused;
        }
    }

    /** Its beginning for a message: one line of printable ASCII, whatever stands in it, and no string, which may be secret. */
    public String beginning() {
        StringBuilder shown = new StringBuilder();
        for (byte b : text) {
            if (shown.length() >= SHOWN || b == '\'' || b == '$') {
                return shown + "…";
            }
            if (b == '\n' || b == '\r' || b == '\t') {
                shown.append(' ');
            } else if (b >= ' ' && b < 0x7f) {
                shown.append((char) b);
            } else {
                shown.append(String.format("\\x%02x", b & 0xff));
            }
        }
        return shown.toString();
    }

    /** Why it is not run. */
    public SqlRefused refused(String why) {
        return new SqlRefused(line, why + ": " + beginning());
    }

    @Override
    public String toString() {
        return "line " + line + ": " + beginning();
    }
}
