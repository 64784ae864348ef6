package bmm.mirror;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many objects a run may delete at most.
 *
 * @param count so many, where no percentage is given
 * @param percent so many of a hundred; negative where a count is given
 * @param either whichever of both is larger, as by default
 */
record MaxDelete(long count, double percent, boolean either) {
    /** 10 objects or 1 percent, whichever is larger. */
    static final MaxDelete DEFAULT = new MaxDelete(10, 1, true);

    private static final Pattern FORM = Pattern.compile("([0-9]{1,12})|([0-9]{1,3}(?:\\.[0-9]+)?)\\s*%");

    /**
     * {@code 500} or {@code 2.5%}.
     *
     * @throws IllegalArgumentException if it is neither
     */
    static MaxDelete parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a number or a percentage: use 500 or 2.5%");
        }
        if (matcher.group(1) != null) {
            return new MaxDelete(Long.parseLong(matcher.group(1)), -1, false);
        }
        double percent = Double.parseDouble(matcher.group(2));
        if (percent > 100) {
            throw new IllegalArgumentException("more than 100%");
        }
        return new MaxDelete(0, percent, false);
    }

    /** The largest number of deletions among so many objects. */
    long of(long objects) {
        long part = (long) Math.floor(objects * Math.max(0, percent) / 100);
        return either ? Math.max(count, part) : percent >= 0 ? part : count;
    }

    @Override
    public String toString() {
        String share = String.format(Locale.ROOT, "%s%%", percent % 1 == 0 ? (Object) (long) percent : percent);
        return either ? count + " or " + share : percent >= 0 ? share : String.valueOf(count);
    }
}
