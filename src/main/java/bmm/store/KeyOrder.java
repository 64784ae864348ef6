package bmm.store;

import java.util.Comparator;

/**
 * The order of keys in every listing: unsigned UTF-8 bytes, as S3 has it. {@link String#compareTo} is not that order: it
 * compares UTF-16 units and so puts emoji before U+E000; merging two listings with it loses or deletes the wrong keys.
 */
public final class KeyOrder {
    /** Ascending unsigned UTF-8 bytes. */
    public static final Comparator<String> UTF8 = KeyOrder::compare;

    private KeyOrder() {}

    private static int compare(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                return Integer.compare(rank(x), rank(y));
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    /** Surrogates stand for code points above U+FFFF, so they rank above every other unit. */
    private static int rank(char unit) {
        return Character.isSurrogate(unit) ? unit + 0x10000 : unit;
    }
}
