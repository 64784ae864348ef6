package bmm.postgres;

import bmm.postgres.sql.SqlStatement;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.HexFormat;

/**
 * Turns the bytes of a dump into characters by the server's own conversion, which knows encodings that Java has no name for,
 * and whose tables are those by which the dump was written.
 */
final class ScriptText implements SqlStatement.Decoder {
    private final RestoreSession session;

    /** @param session of the database that is restored into */
    ScriptText(RestoreSession session) {
        this.session = session;
    }

    @Override
    public String decode(byte[] text, String encoding) throws IOException {
        if (session.takesAnyBytes()) {
            // Such a database converts nothing; a character for each byte is enough to see where quotes end.
            return isUtf8(text)
                    ? new String(text, StandardCharsets.UTF_8)
                    : new String(text, StandardCharsets.ISO_8859_1);
        }
        if (encoding.equals("UTF8")) {
            return utf8(text);
        }
        try {
            return session.queryOne("SELECT pg_catalog.convert_from('\\x"
                    + HexFormat.of().formatHex(text) + "', " + OwnDatabase.literal(encoding) + ")");
        } catch (SQLException e) {
            throw new IOException(SqlFailure.message(e), e);
        }
    }

    /** Whether a statement can be sent as text. */
    boolean isSendable(SqlStatement statement) {
        return !session.takesAnyBytes() || isUtf8(statement.bytes());
    }

    private static boolean isUtf8(byte[] text) {
        try {
            return !utf8(text).contains("\0");
        } catch (IOException e) {
            return false;
        }
    }

    private static String utf8(byte[] text) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(text))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IOException("invalid byte sequence for encoding \"UTF8\"", e);
        }
    }
}
