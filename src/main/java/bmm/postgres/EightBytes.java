package bmm.postgres;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks at eight bytes at a time, which is what makes the rows of a large archive cheap to read. */
final class EightBytes {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long BLANKS = ONES * ' ';
    private static final long BACKSLASHES = ONES * '\\';

    private EightBytes() {}

    /** Where the first eight bytes begin that may hold a control character or a backslash; fewer than eight may. */
    static int skipPlain(byte[] bytes, int from, int to) {
        int at = from;
        while (at + Long.BYTES <= to) {
            long eight = (long) LONG.get(bytes, at);
            long escaped = eight ^ BACKSLASHES;
            // Bit 7 of a byte below 0x20, and of one that is zero; in neither case can another byte hide one.
            long control = (eight - BLANKS) & ~eight;
            long backslash = (escaped - ONES) & ~escaped;
            if (((control | backslash) & HIGH_BITS) != 0) {
                return at;
            }
            at += Long.BYTES;
        }
        return at;
    }

    /** Where a text ends without the blanks at its end. */
    static int withoutTrailingBlanks(byte[] text, int from, int to) {
        int end = to;
        while (end - Long.BYTES >= from && (long) LONG.get(text, end - Long.BYTES) == BLANKS) {
            end -= Long.BYTES;
        }
        while (end > from && text[end - 1] == ' ') {
            end--;
        }
        return end;
    }
}
