package bmm.base;

/**
 * Text made fit to be shown. Names, messages and fields come from servers, stores and other people's files; shown as they
 * are, they could give a terminal orders, begin a line that bmm never wrote, or turn the text around them. Here everything
 * that is not plainly visible becomes {@code \u001b}, and no result has more than one line.
 *
 * <p>Escaped are: control characters (C0, DEL, C1), separators of lines and paragraphs, all format characters (category
 * Cf: marks of direction, zero-width characters, tags), surrogates without their other half, what Unicode leaves
 * unassigned, and other characters without a shape. Beyond the basic plane both surrogates are written, as JSON does.
 *
 * @see <a href="https://www.unicode.org/reports/tr36/">Unicode Technical Report 36, Security Considerations</a>
 */
public final class SafeText {
    /** Longer texts end in a mark that says how long they were. PATH_MAX is 4096 bytes, and a command may hold two. */
    public static final int LONGEST = 16_384;

    private static final int EMOJI_SHAPE = 0xfe0f;

    private SafeText() {}

    /** One line to be printed: escaped, at most {@link #LONGEST} characters and a mark, and no order to a log collector. */
    public static String line(String text) {
        return line(text, LONGEST);
    }

    /** The same with another limit. Applied twice it is as applied once, but for what is cut. */
    public static String line(String text, int most) {
        StringBuilder line = new StringBuilder(Math.min(text.length(), most) + 16);
        append(text, "", most, line);
        return withoutMarker(line).toString();
    }

    /**
     * Appends a text that does not begin a line.
     *
     * @param quoted characters that get a backslash, as quotes do within quotes
     */
    public static void append(String text, String quoted, StringBuilder line) {
        append(text, quoted, LONGEST, line);
    }

    private static void append(String text, String quoted, int most, StringBuilder line) {
        int limit = line.length() + most;
        int before = 0;
        for (int i = 0; i < text.length(); ) {
            if (line.length() >= limit) {
                line.append(cut(text));
                return;
            }
            int c = text.codePointAt(i);
            if (beginsOrder(text, i)) {
                escape(c, line);
            } else if (c >= ' ' && c < 0x7f) {
                line.append(quoted.indexOf(c) >= 0 ? "\\" : "").append((char) c);
            } else if (isVisible(c) || (c == EMOJI_SHAPE && Character.getType(before) == Character.OTHER_SYMBOL)) {
                line.appendCodePoint(c);
            } else {
                escape(c, line);
            }
            before = c;
            i += Character.charCount(c);
        }
    }

    /**
     * A JSON document in which no character is left that a terminal could obey. JSON has its own {@code \u001b}, so whoever
     * parses it gets what was there before.
     *
     * @param document as a library wrote it: a line end in it stands between members, never in a string
     */
    public static String json(String document) {
        StringBuilder safe = new StringBuilder(document.length() + 16);
        for (int i = 0; i < document.length(); ) {
            int c = document.codePointAt(i);
            if (beginsOrder(document, i) || (!isVisible(c) && c != '\n')) {
                units(c, safe);
            } else {
                safe.appendCodePoint(c);
            }
            i += Character.charCount(c);
        }
        return safe.toString();
    }

    /** A text with nothing escaped, cut as a line would be; for what gets escaped elsewhere. */
    public static String shortened(String text) {
        if (text.length() <= LONGEST) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        return text.substring(0, end) + cut(text);
    }

    private static String cut(String text) {
        return "… (" + text.length() + " characters)";
    }

    /** Whether a text is shown as it is. */
    public static boolean isPlain(String text) {
        return text.codePoints().allMatch(SafeText::isVisible);
    }

    /** Whether a character stands for itself only: it has a shape or is a blank, and orders nothing. */
    public static boolean isVisible(int c) {
        if (c < 0x7f) {
            return c >= ' ';
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> !isBlankByDesign(c);
        };
    }

    /** Default_Ignorable_Code_Point beyond category Cf: fillers, joiners, selectors of variants (DerivedCoreProperties.txt). */
    private static boolean isBlankByDesign(int c) {
        return switch (c) {
            case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180c, 0x180d, 0x180f, 0x3164, 0xffa0 -> true;
            default -> (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef);
        };
    }

    private static void escape(int c, StringBuilder line) {
        switch (c) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> units(c, line);
        }
    }

    private static void units(int c, StringBuilder line) {
        for (char unit : Character.toChars(c)) {
            line.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
                line.append(Character.forDigit((unit >> shift) & 0xf, 16));
            }
        }
    }

    /** Build servers take orders from anywhere in a line: {@code ##[error]}, {@code ##vso[}, {@code ##teamcity[}. */
    private static boolean beginsOrder(String text, int at) {
        return text.startsWith("##", at)
                && (text.startsWith("[", at + 2)
                        || text.startsWith("vso[", at + 2)
                        || text.startsWith("teamcity[", at + 2));
    }

    /** A line may begin with neither a priority (sd-daemon(3)) nor a GitHub workflow command. */
    private static StringBuilder withoutMarker(StringBuilder line) {
        int at = 0;
        while (at < line.length() && line.charAt(at) == ' ') {
            at++;
        }
        if (line.length() > at + 1 && line.charAt(at) == ':' && line.charAt(at + 1) == ':') {
            return replaced(line, at);
        }
        int end = 1;
        while (end < line.length() && line.charAt(end) >= '0' && line.charAt(end) <= '9') {
            end++;
        }
        boolean priority = line.length() > end && line.charAt(0) == '<' && end > 1 && line.charAt(end) == '>';
        return priority ? replaced(line, 0) : line;
    }

    private static StringBuilder replaced(StringBuilder line, int at) {
        StringBuilder escaped = new StringBuilder(6);
        units(line.charAt(at), escaped);
        return line.replace(at, at + 1, escaped.toString());
    }
}
