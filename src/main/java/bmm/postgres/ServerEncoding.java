package bmm.postgres;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The character set of a dump: the database's, which pg_dump writes names and data in (PostgreSQL manual, "Character Set
 * Support").
 */
final class ServerEncoding {
    private static final Pattern SET = Pattern.compile("SET client_encoding = '(\\w+)';\\s*");

    /** Where the names differ by more than "LATIN1 is ISO-8859-1" and "WIN1252 is windows-1252". */
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("UTF8", "UTF-8"),
            Map.entry("SQL_ASCII", "UTF-8"),
            Map.entry("LATIN1", "ISO-8859-1"),
            Map.entry("LATIN2", "ISO-8859-2"),
            Map.entry("LATIN3", "ISO-8859-3"),
            Map.entry("LATIN4", "ISO-8859-4"),
            Map.entry("LATIN5", "ISO-8859-9"),
            Map.entry("LATIN7", "ISO-8859-13"),
            Map.entry("LATIN9", "ISO-8859-15"),
            Map.entry("ISO_8859_5", "ISO-8859-5"),
            Map.entry("ISO_8859_6", "ISO-8859-6"),
            Map.entry("ISO_8859_7", "ISO-8859-7"),
            Map.entry("ISO_8859_8", "ISO-8859-8"),
            Map.entry("KOI8R", "KOI8-R"),
            Map.entry("KOI8U", "KOI8-U"),
            Map.entry("WIN866", "IBM866"),
            Map.entry("WIN874", "x-windows-874"),
            Map.entry("EUC_JP", "EUC-JP"),
            Map.entry("EUC_KR", "EUC-KR"),
            Map.entry("EUC_CN", "GB2312"));

    private ServerEncoding() {}

    /**
     * Decodes text.
     *
     * @param encoding by PostgreSQL's name
     * @throws IOException if it is not text in that encoding, or in one that Java has no name for
     */
    static String decode(byte[] text, String encoding) throws IOException {
        Charset charset = named(encoding);
        if (charset == null) {
            throw new IOException("text in the encoding " + encoding + ", which cannot be read here");
        }
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(text)).toString();
        } catch (CharacterCodingException e) {
            throw new IOException("text that is not in its encoding, " + encoding, e);
        }
    }

    /** The same, for those who only look: what cannot be read becomes something that is no text. */
    static String decodeLeniently(byte[] text, String encoding) {
        Charset charset = named(encoding);
        return new String(text, charset == null ? StandardCharsets.UTF_8 : charset);
    }

    private static @Nullable Charset named(String encoding) {
        String name = encoding.startsWith("WIN12") ? "windows-" + encoding.substring(3) : NAMES.get(encoding);
        return name != null && Charset.isSupported(name) ? Charset.forName(name) : null;
    }

    /** The character set that a {@code SET client_encoding} statement names; UTF-8 for any other text. */
    static Charset of(String statement) {
        Matcher set = SET.matcher(statement);
        if (!set.matches()) {
            return StandardCharsets.UTF_8;
        }
        Charset charset = named(set.group(1));
        return charset == null ? StandardCharsets.UTF_8 : charset;
    }
}
