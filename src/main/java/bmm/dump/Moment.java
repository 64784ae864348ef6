package bmm.dump;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * Which backup of several: the newest one at or before a moment.
 *
 * @param latest the moment; {@link Instant#MAX} for the newest of all
 * @param inWords for messages, to be put behind "a backup"
 */
public record Moment(Instant latest, String inWords) {
    /** The newest of all. */
    public static final Moment NEWEST = new Moment(Instant.MAX, "at all");

    /**
     * {@code 2026-10-21}, which means up to the end of that day in UTC, or an instant such as
     * {@code 2026-10-21T03:15:00Z} or {@code 2026-10-21T05:15:00+02:00}.
     *
     * @throws Failure {@link ExitCode#USAGE} if it is neither
     */
    public static Moment at(String text) {
        try {
            if (text.contains("T")) {
                Instant instant = java.time.OffsetDateTime.parse(text).toInstant();
                return new Moment(instant, "at or before " + instant);
            }
            LocalDate day = LocalDate.parse(text);
            Instant end = day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
            return new Moment(end.minusNanos(1), "at or before the end of " + day + " UTC");
        } catch (DateTimeException e) {
            throw new Failure(
                    ExitCode.USAGE,
                    "--at " + text + ": not a date",
                    "write it as 2026-10-21 (up to the end of that day, UTC) or 2026-10-21T03:15:00Z",
                    e);
        }
    }

    /**
     * {@code 30d}: at least that old.
     *
     * @throws Failure {@link ExitCode#USAGE} if it is no duration
     */
    public static Moment olderThan(String text, Instant now) {
        try {
            Duration age = Amounts.parseDuration(text);
            Instant latest = now.minus(age);
            return new Moment(
                    latest,
                    "at least " + Amounts.compact(age) + " old, of " + latest.truncatedTo(ChronoUnit.SECONDS)
                            + " or before");
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.USAGE, "--age " + text + ": " + e.getMessage(), "write it as 36h or 30d", e);
        }
    }

    /** Whether a backup of that time is early enough. */
    public boolean allows(Instant when) {
        return !when.isAfter(latest);
    }
}
