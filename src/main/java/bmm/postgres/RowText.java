package bmm.postgres;

import java.util.Arrays;

/**
 * The text that {@code ROW(…)::text} has on the server, made of fields of COPY text: in parentheses, separated by commas,
 * NULL as nothing, and in quotes what is empty or holds a quote, backslash, parenthesis, comma or white space (manual,
 * "Composite Type Input and Output Syntax").
 */
final class RowText {
    private byte[] text = new byte[1024];
    private int length;
    private boolean first;

    void begin() {
        length = 0;
        first = true;
        put('(');
    }

    void end() {
        put(')');
    }

    byte[] bytes() {
        return text;
    }

    int length() {
        return length;
    }

    /**
     * Appends a field.
     *
     * @param seen what {@link CopyRows} saw in it
     */
    void field(byte[] bytes, int from, int to, int seen) {
        if (!first) {
            put(',');
        }
        first = false;
        int size = to - from;
        if ((seen & (CopyRows.DOUBLED | CopyRows.ESCAPED)) == 0) {
            room(size + 2);
            boolean quoted = seen != 0 || size == 0;
            if (quoted) {
                text[length++] = '"';
            }
            System.arraycopy(bytes, from, text, length, size);
            length += size;
            if (quoted) {
                text[length++] = '"';
            }
        } else if (!CopyRows.isNull(bytes, from, to)) {
            awkward(bytes, from, to);
        }
    }

    /** A field with escapes or quotes in it. */
    private void awkward(byte[] bytes, int from, int to) {
        room(Math.addExact(Math.multiplyExact(to - from, 2), 2));
        int start = length;
        boolean quoted = false;
        text[length++] = '"';
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (b == '\\' && i + 1 < to) {
                i++;
                b = CopyRows.unescaped(bytes[i]);
            }
            if (b == '"' || b == '\\') {
                text[length++] = b;
                quoted = true;
            } else if (CopyRows.kind(b) != 0) {
                quoted = true;
            }
            text[length++] = b;
        }
        if (quoted) {
            text[length++] = '"';
        } else {
            // Only a backspace is escaped in COPY and not quoted in a row.
            length--;
            System.arraycopy(text, start + 1, text, start, length - start);
        }
    }

    private void put(char c) {
        room(1);
        text[length++] = (byte) c;
    }

    private void room(int more) {
        int needed = Math.addExact(length, more);
        if (needed > text.length) {
            text = Arrays.copyOf(text, CopyRows.grown(text.length, needed));
        }
    }
}
