package bmm.postgres.sql;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes a character takes in an encoding whose later bytes can look like ASCII: a backslash, a letter, a
 * semicolon. Clients alone use those (PostgreSQL manual, "Character Set Support"; source of the rules: the mblen functions
 * of PostgreSQL's wchar.c). In all others a byte below 0x80 is that ASCII character wherever it stands.
 */
enum CharacterWidth {
    /** Every byte speaks for itself. */
    ASCII_SAFE {
        @Override
        int of(int first, int second) {
            return 1;
        }
    },
    /** BIG5, GBK, UHC. */
    TWO_BYTES {
        @Override
        int of(int first, int second) {
            return first < 0x80 ? 1 : 2;
        }
    },
    /** SJIS and SHIFT_JIS_2004: half-width katakana are one byte. */
    SHIFT_JIS {
        @Override
        int of(int first, int second) {
            return first < 0x80 || (first >= 0xa1 && first <= 0xdf) ? 1 : 2;
        }
    },
    /** Two bytes, or four where the second is a digit. */
    GB18030 {
        @Override
        int of(int first, int second) {
            if (first < 0x80) {
                return 1;
            }
            return second >= '0' && second <= '9' ? 4 : 2;
        }
    },
    /** Two bytes, three after 0x8f. */
    JOHAB {
        @Override
        int of(int first, int second) {
            if (first < 0x80) {
                return 1;
            }
            return first == 0x8f ? 3 : 2;
        }
    };

    /** By the names and aliases of PostgreSQL's encnames.c, which compares letters and digits only. */
    private static final Map<String, CharacterWidth> CLIENT_ONLY = Map.ofEntries(
            Map.entry("big5", TWO_BYTES),
            Map.entry("win950", TWO_BYTES),
            Map.entry("windows950", TWO_BYTES),
            Map.entry("gbk", TWO_BYTES),
            Map.entry("win936", TWO_BYTES),
            Map.entry("windows936", TWO_BYTES),
            Map.entry("uhc", TWO_BYTES),
            Map.entry("win949", TWO_BYTES),
            Map.entry("windows949", TWO_BYTES),
            Map.entry("sjis", SHIFT_JIS),
            Map.entry("shiftjis", SHIFT_JIS),
            Map.entry("mskanji", SHIFT_JIS),
            Map.entry("win932", SHIFT_JIS),
            Map.entry("windows932", SHIFT_JIS),
            Map.entry("shiftjis2004", SHIFT_JIS),
            Map.entry("gb18030", GB18030),
            Map.entry("johab", JOHAB));

    private static final Set<String> SAFE = Set.of(
            "abc",
            "alt",
            "euccn",
            "eucjis2004",
            "eucjp",
            "euckr",
            "euctw",
            "iso88591",
            "iso885910",
            "iso885913",
            "iso885914",
            "iso885915",
            "iso885916",
            "iso88592",
            "iso88593",
            "iso88594",
            "iso88595",
            "iso88596",
            "iso88597",
            "iso88598",
            "iso88599",
            "koi8",
            "koi8r",
            "koi8u",
            "latin1",
            "latin10",
            "latin2",
            "latin3",
            "latin4",
            "latin5",
            "latin6",
            "latin7",
            "latin8",
            "latin9",
            "muleinternal",
            "sqlascii",
            "tcvn",
            "tcvn5712",
            "unicode",
            "utf8",
            "vscii",
            "win",
            "win1250",
            "win1251",
            "win1252",
            "win1253",
            "win1254",
            "win1255",
            "win1256",
            "win1257",
            "win1258",
            "win866",
            "win874",
            "windows1250",
            "windows1251",
            "windows1252",
            "windows1253",
            "windows1254",
            "windows1255",
            "windows1256",
            "windows1257",
            "windows1258",
            "windows866",
            "windows874");

    /** Bytes of a character that begins with these two; the second may be -1 at the end of the text. */
    abstract int of(int first, int second);

    /** Of an encoding by PostgreSQL's name or alias; null if PostgreSQL knows no such encoding. */
    static @Nullable CharacterWidth inEncoding(String name) {
        String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
        return SAFE.contains(plain) ? ASCII_SAFE : CLIENT_ONLY.get(plain);
    }
}
