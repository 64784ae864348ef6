package bmm.store;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Key parts as file names. An ordinary part is its own file name, percent signs included, so a folder that people or
 * other tools filled reads as it is. Only a part that cannot be a safe file name is written differently: the empty part
 * (of {@code a//b}, {@code /a} and the folder marker {@code a/}), {@code .} and {@code ..}, parts with control
 * characters or U+FFFD, and parts that begin with {@value #RESERVED} themselves. Such a part becomes {@value #ENCODED}
 * followed by its text, in which those characters and {@code %} are written as {@code %XX} of their UTF-8 bytes.
 */
final class FileNames {
    /** What bmm's own names begin with. */
    static final String RESERVED = ".bmm~";
    /** A file that is being written. */
    static final String TEMPORARY = RESERVED + "t";
    /** A claim to a name, where a store cannot refuse to replace. */
    static final String CLAIM = RESERVED + "c";
    /** An encoded part. */
    static final String ENCODED = RESERVED + "k";

    /** NAME_MAX of every usual Linux file system. */
    private static final int LONGEST = 255;

    /** What a name becomes when its bytes are no text in the locale's encoding. */
    private static final char UNREADABLE = '\uFFFD';

    /** Under LC_ALL=C, as in a crontab, the JVM cannot name files beyond ASCII. */
    private static final boolean UNICODE = "UTF-8".equalsIgnoreCase(System.getProperty("sun.jnu.encoding", "UTF-8"));

    private FileNames() {}

    /**
     * The file name of a key part.
     *
     * @throws IllegalArgumentException with a reason, if there can be none
     */
    static String encode(String part) {
        String name = encodeAnywhere(part);
        if (!isSpeakable(name)) {
            throw new IllegalArgumentException("the key is not ASCII and the locale is not UTF-8 (set LC_ALL=C.UTF-8)");
        }
        return name;
    }

    /** The same where the JVM itself never has to name the file, on another host say. */
    static String encodeAnywhere(String part) {
        String name = isOrdinary(part) ? part : ENCODED + escaped(part);
        if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            throw new IllegalArgumentException("a part of the key is longer than " + LONGEST + " bytes");
        }
        return name;
    }

    /** Whether the JVM can hand such a text to the operating system as it is: as a file name, as an argument. */
    static boolean isSpeakable(String text) {
        return UNICODE || text.chars().allMatch(c -> c < 0x80);
    }

    /** The key part of a file name; none if no part has that name. */
    static Optional<String> decode(String name) {
        if (!name.startsWith(RESERVED)) {
            return isOrdinary(name) ? Optional.of(name) : Optional.empty();
        }
        if (!name.startsWith(ENCODED)) {
            return Optional.empty();
        }
        try {
            String part = unescaped(name.substring(ENCODED.length()));
            // Exactly one name for each part, or a listing could show a key twice.
            return encodeAnywhere(part).equals(name) ? Optional.of(part) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isOrdinary(String part) {
        return !part.isEmpty()
                && !part.equals(".")
                && !part.equals("..")
                && !part.startsWith(RESERVED)
                && part.chars().noneMatch(FileNames::isAwkward);
    }

    private static boolean isAwkward(int c) {
        return Character.isISOControl(c) || c == UNREADABLE;
    }

    private static String escaped(String part) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c == '%' || isAwkward(c)) {
                for (byte b : String.valueOf(c).getBytes(StandardCharsets.UTF_8)) {
                    escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
                }
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private static String unescaped(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream plain = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '%' && i + 2 < bytes.length) {
                plain.write(HexFormat.fromHexDigits(text(bytes, i + 1)));
                i += 2;
            } else {
                plain.write(bytes[i]);
            }
        }
        return plain.toString(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes, int from) {
        return new String(bytes, from, 2, StandardCharsets.UTF_8);
    }
}
