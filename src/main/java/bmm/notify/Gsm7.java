package bmm.notify;

import java.text.Normalizer;
import java.util.Map;

/**
 * Text for one SMS: 160 characters of the GSM 7-bit alphabet (3GPP TS 23.038). A single character outside of it would turn
 * the message into UCS-2, of which only 70 fit.
 */
final class Gsm7 {
    /** Units in one segment; a character of the extension table counts two. */
    static final int SEGMENT = 160;

    private static final String BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
            + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    private static final String EXTENDED = "^{}\\[~]|€";
    private static final String CUT = "...";

    private static final Map<Integer, String> WRITTEN_OTHERWISE = Map.ofEntries(
            Map.entry((int) '–', "-"),
            Map.entry((int) '—', "-"),
            Map.entry((int) '‘', "'"),
            Map.entry((int) '’', "'"),
            Map.entry((int) '“', "\""),
            Map.entry((int) '”', "\""),
            Map.entry((int) '„', "\""),
            Map.entry((int) '«', "\""),
            Map.entry((int) '»', "\""),
            Map.entry((int) '…', "..."),
            Map.entry((int) '→', "->"),
            Map.entry((int) '≥', ">="),
            Map.entry((int) '≤', "<="),
            Map.entry((int) '×', "x"),
            Map.entry((int) '·', "."),
            Map.entry((int) '•', "-"),
            Map.entry((int) '`', "'"),
            Map.entry((int) '\t', " "),
            Map.entry((int) 'ł', "l"),
            Map.entry((int) 'Ł', "L"),
            Map.entry((int) 'đ', "d"),
            Map.entry((int) 'Đ', "D"),
            Map.entry((int) 'œ', "oe"),
            Map.entry((int) 'ẞ', "SS"));

    private Gsm7() {}

    /** The text in this alphabet, cut at the end to fit one segment. */
    static String segment(String text) {
        String translated = transliterate(text);
        if (units(translated) <= SEGMENT) {
            return translated;
        }
        StringBuilder cut = new StringBuilder();
        int used = CUT.length();
        for (int i = 0; i < translated.length(); i++) {
            used += units(translated.charAt(i));
            if (used > SEGMENT) {
                break;
            }
            cut.append(translated.charAt(i));
        }
        return cut.toString().stripTrailing() + CUT;
    }

    /** Each character in this alphabet: as it is, without its accent, as it is written otherwise, or as a question mark. */
    static String transliterate(String text) {
        StringBuilder result = new StringBuilder();
        text.codePoints().forEach(c -> {
            String otherwise = WRITTEN_OTHERWISE.get(c);
            if (otherwise != null) {
                result.append(otherwise);
            } else if (isKnown(c)) {
                result.appendCodePoint(c);
            } else if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                result.append(' ');
            } else {
                result.append(withoutAccents(c));
            }
        });
        return result.toString();
    }

    static int units(String text) {
        return text.chars().map(c -> units((char) c)).sum();
    }

    private static int units(char c) {
        return EXTENDED.indexOf(c) >= 0 ? 2 : 1;
    }

    private static boolean isKnown(int c) {
        return BASIC.indexOf(c) >= 0 || EXTENDED.indexOf(c) >= 0;
    }

    private static String withoutAccents(int c) {
        StringBuilder base = new StringBuilder();
        Normalizer.normalize(Character.toString(c), Normalizer.Form.NFKD)
                .codePoints()
                .filter(Gsm7::isKnown)
                .forEach(base::appendCodePoint);
        if (!base.isEmpty()) {
            return base.toString();
        }
        // Marks that belong to the character before, and the selectors behind emoji, leave no trace.
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK || type == Character.FORMAT || type == Character.ENCLOSING_MARK
                ? ""
                : "?";
    }
}
