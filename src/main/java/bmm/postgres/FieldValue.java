package bmm.postgres;

/** Values as PostgreSQL writes them to COPY text under the pinned settings. What is anything else is a damaged dump. */
final class FieldValue {
    private static final long MICROS_PER_SECOND = 1_000_000L;
    private static final long MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;
    private static final long DAYS_FROM_YEAR_0_TO_2000 = 730_485;

    private FieldValue() {}

    static long integer(byte[] text, int from, int to) {
        boolean negative = from < to && text[from] == '-';
        int at = negative ? from + 1 : from;
        if (at == to || to - at > 19) {
            throw not("an integer");
        }
        // Downwards, because the smallest number has no positive counterpart.
        long value = 0;
        for (; at < to; at++) {
            value = value * 10 - digit(text, at);
        }
        return negative ? value : -value;
    }

    static boolean bool(byte[] text, int from, int to) {
        if (to - from != 1 || (text[from] != 't' && text[from] != 'f')) {
            throw not("a boolean");
        }
        return text[from] == 't';
    }

    static byte[] uuid(byte[] text, int from, int to) {
        if (to - from != 36) {
            throw not("a UUID");
        }
        byte[] bytes = new byte[16];
        int at = from;
        for (int i = 0; i < 16; i++) {
            if (text[at] == '-') {
                at++;
            }
            bytes[i] = (byte) (Character.digit(text[at], 16) << 4 | Character.digit(text[at + 1], 16));
            at += 2;
        }
        return bytes;
    }

    /**
     * A timestamp in ISO style, with or without the offset of UTC.
     *
     * @return microseconds since 2000-01-01, as the server holds them
     */
    static long timestamp(byte[] text, int from, int to) {
        if (to - from < 19) {
            return infinity(text, from, to);
        }
        int at = from;
        long year = 0;
        while (at < to && text[at] != '-') {
            year = year * 10 + digit(text, at++);
        }
        int date = at;
        int time = at + 7;
        int end = to;
        if (text[to - 1] == 'C') {
            // Year 1 BC is year 0.
            year = 1 - year;
            end -= 3;
        }
        if (end < time + 8 || text[date + 3] != '-' || text[date + 6] != ' ' || text[time + 2] != ':') {
            throw not("a timestamp");
        }
        long days = days(year, two(text, date + 1), two(text, date + 4));
        long seconds = two(text, time) * 3600L + two(text, time + 3) * 60L + two(text, time + 6);
        long micros = 0;
        at = time + 8;
        if (at < end && text[at] == '.') {
            long unit = MICROS_PER_SECOND;
            for (at++; at < end && text[at] != '+'; at++) {
                unit /= 10;
                micros += unit * digit(text, at);
            }
        }
        boolean utc = end - at == 3 && text[at] == '+' && text[at + 1] == '0' && text[at + 2] == '0';
        if (at != end && !utc) {
            throw not("a timestamp in UTC");
        }
        return days * MICROS_PER_DAY + seconds * MICROS_PER_SECOND + micros;
    }

    private static long infinity(byte[] text, int from, int to) {
        int size = to - from;
        if (size == 8 && text[from] == 'i') {
            return Long.MAX_VALUE;
        }
        if (size == 9 && text[from] == '-') {
            return Long.MIN_VALUE;
        }
        throw not("a timestamp");
    }

    /** Days since 2000-01-01 in the Gregorian calendar, extended to all times; years begin in March here. */
    private static long days(long year, int month, int day) {
        long y = month > 2 ? year : year - 1;
        int sinceMarch = (month + 9) % 12;
        return y * 365
                + Math.floorDiv(y, 4)
                - Math.floorDiv(y, 100)
                + Math.floorDiv(y, 400)
                + (153 * sinceMarch + 2) / 5
                + day
                + 59
                - DAYS_FROM_YEAR_0_TO_2000;
    }

    private static int two(byte[] text, int at) {
        return digit(text, at) * 10 + digit(text, at + 1);
    }

    private static int digit(byte[] text, int at) {
        int digit = text[at] - '0';
        if (digit < 0 || digit > 9) {
            throw not("a number");
        }
        return digit;
    }

    private static NumberFormatException not(String what) {
        return new NumberFormatException("not " + what);
    }
}
