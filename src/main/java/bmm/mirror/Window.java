package bmm.mirror;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;

/** Hours of the day in UTC in which a mirror may copy; it may go over midnight. */
record Window(LocalTime from, LocalTime to) {
    /**
     * {@code 01:00-05:00}
     *
     * @throws IllegalArgumentException if it is none
     */
    static Window parse(String text) {
        String[] parts = text.split("-", -1);
        try {
            if (parts.length == 2) {
                return new Window(LocalTime.parse(parts[0].strip()), LocalTime.parse(parts[1].strip()));
            }
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("not a window: use 01:00-05:00 (UTC)", e);
        }
        throw new IllegalArgumentException("not a window: use 01:00-05:00 (UTC)");
    }

    boolean contains(Instant moment) {
        LocalTime time = moment.atZone(ZoneOffset.UTC).toLocalTime();
        boolean after = !time.isBefore(from);
        boolean before = time.isBefore(to);
        return from.isBefore(to) ? after && before : after || before;
    }

    @Override
    public String toString() {
        return from + "-" + to + " UTC";
    }
}
