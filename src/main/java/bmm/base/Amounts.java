package bmm.base;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts as people write and read them: {@code 14d}, {@code 1.5 GB}, {@code 7.4 s}, {@code 12 345 678}. */
public final class Amounts {
    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("\\s*(\\d+(?:\\.\\d+)?)\\s*([a-zA-Z]*)\\s*");
    private static final double LONGEST_SECONDS = 36_500 * 86_400.0;
    private static final double MOST_BYTES = 1e18;
    private static final String[] SIZE_UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

    private Amounts() {}

    /**
     * A duration such as {@code 90}, {@code 90s}, {@code 5m}, {@code 6h}, {@code 14d} or {@code 8w}; a bare number is
     * seconds. A capital M is refused: some mean months by it, and as minutes it would delete their backups.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Duration parseDuration(String text) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a duration: use 90s, 5m, 6h, 14d or 8w");
        }
        if (matcher.group(2).equals("M")) {
            throw new IllegalArgumentException("M could be minutes or months: use min, or days as in 30d");
        }
        double seconds = switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
            case "", "s", "sec" -> 1;
            case "ms" -> 0.001;
            case "m", "min" -> 60;
            case "h" -> 3600;
            case "d" -> 86_400;
            case "w" -> 7 * 86_400;
            default -> throw new IllegalArgumentException("not a unit of time: use s, m, h, d or w (as in 6h)");
        };
        double amount = Double.parseDouble(matcher.group(1)) * seconds;
        if (amount > LONGEST_SECONDS) {
            throw new IllegalArgumentException("too long: at most 36500d");
        }
        return Duration.ofMillis(Math.round(amount * 1000));
    }

    /**
     * A number of bytes such as {@code 1024}, {@code 500kB}, {@code 10MB}, {@code 2G} or {@code 1GiB}; kB, MB, GB are
     * powers of 1000, KiB, MiB, GiB of 1024.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static long parseBytes(String text) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a size: use 1024, 500kB, 10MB or 2GiB");
        }
        double factor = switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
            case "", "b" -> 1;
            case "k", "kb" -> 1e3;
            case "m", "mb" -> 1e6;
            case "g", "gb" -> 1e9;
            case "t", "tb" -> 1e12;
            case "kib" -> 1L << 10;
            case "mib" -> 1L << 20;
            case "gib" -> 1L << 30;
            case "tib" -> 1L << 40;
            default -> throw new IllegalArgumentException("not a unit of size: use kB, MB, GB or KiB, MiB, GiB");
        };
        double amount = Double.parseDouble(matcher.group(1)) * factor;
        if (amount > MOST_BYTES) {
            throw new IllegalArgumentException("too large: at most 1000000TB");
        }
        return Math.round(amount);
    }

    /** {@code 97 MB}, {@code 1.5 GB}: powers of 1000, two significant digits below ten. */
    public static String bytes(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 999.5 && unit < SIZE_UNITS.length - 1) {
            amount /= 1000;
            unit++;
        }
        String format = unit > 0 && amount < 9.95 ? "%.1f %s" : "%.0f %s";
        return String.format(Locale.ROOT, format, amount, SIZE_UNITS[unit]);
    }

    /** {@code 0.3 s}, {@code 7.4 s}, {@code 12 s}, {@code 3 min 05 s}, {@code 2 h 10 min}. */
    public static String duration(Duration duration) {
        double seconds = duration.toMillis() / 1000.0;
        if (seconds < 9.95) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        if (seconds < 119.5) {
            return String.format(Locale.ROOT, "%.0f s", seconds);
        }
        long whole = Math.round(seconds);
        if (whole < 7200) {
            return String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
        }
        return String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
    }

    /** {@code 4 ms}, {@code 380 ms}, {@code 2.3 s}: how long something took that mostly is quick. */
    public static String latency(Duration duration) {
        return duration.toMillis() < 1000 ? duration.toMillis() + " ms" : duration(duration);
    }

    /** A duration in the form that {@link #parseDuration} reads, in its largest whole unit: {@code 14d}, {@code 90m}. */
    public static String compact(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds == 0 || seconds % 60 != 0) {
            return seconds + "s";
        }
        if (seconds % 3600 != 0) {
            return seconds / 60 + "m";
        }
        return seconds % 86_400 != 0 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
    }

    /** Roughly, for people: {@code 26 h}; minutes, hours, or days from the third on. */
    public static String age(Duration age) {
        return age.toHours() == 0
                ? age.toMinutes() + " min"
                : age.toHours() < 72 ? age.toHours() + " h" : age.toDays() + " days";
    }

    /** {@code 12 345 678}: groups of three, separated by blanks. */
    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count).replace(',', ' ');
    }

    /** {@code 1 table}, {@code 42 tables}. */
    public static String count(long count, String noun) {
        return count(count) + " " + (count == 1 ? noun : noun + "s");
    }
}
