package bmm.alert;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A time in which failures of some subjects open no incident. Written as {@code 02:00-04:00},
 * {@code sun,mon 23:30-01:00}, {@code 2026-11-21T22:00Z/2026-11-22T01:30Z}, each with a subject in front if it is
 * meant for that one only ({@code uptime/api sun 02:00-04:00}; {@code uptime/*} for all of a job). All times are UTC.
 */
public final class Maintenance {
    private static final Pattern HOURS = Pattern.compile("(\\d{1,2}:\\d{2})-(\\d{1,2}:\\d{2})");
    private static final Pattern DAYS =
            Pattern.compile("(?i)(mon|tue|wed|thu|fri|sat|sun)(,(mon|tue|wed|thu|fri|sat|sun))*");

    private final String subject;
    private final Set<DayOfWeek> days;
    private final @Nullable LocalTime from;
    private final @Nullable LocalTime to;
    private final @Nullable Instant begin;
    private final @Nullable Instant end;

    private Maintenance(
            String subject,
            Set<DayOfWeek> days,
            @Nullable LocalTime from,
            @Nullable LocalTime to,
            @Nullable Instant begin,
            @Nullable Instant end) {
        this.subject = subject;
        this.days = days;
        this.from = from;
        this.to = to;
        this.begin = begin;
        this.end = end;
    }

    /**
     * Reads windows that are separated by semicolons.
     *
     * @throws IllegalArgumentException if one is none
     */
    public static List<Maintenance> parseAll(String text) {
        return Arrays.stream(text.split(";", -1))
                .map(String::strip)
                .filter(window -> !window.isEmpty())
                .map(Maintenance::parse)
                .toList();
    }

    private static Maintenance parse(String text) {
        try {
            List<String> words = List.of(text.split("\\s+"));
            String time = words.getLast();
            List<String> before = words.subList(0, words.size() - 1);
            int slash = time.indexOf('/');
            if (slash > 0) {
                return new Maintenance(
                        subjectIn(before, text),
                        Set.of(),
                        null,
                        null,
                        instant(time.substring(0, slash)),
                        instant(time.substring(slash + 1)));
            }
            Matcher hours = HOURS.matcher(time);
            if (!hours.matches()) {
                throw wrong(text);
            }
            Set<DayOfWeek> days = EnumSet.allOf(DayOfWeek.class);
            if (!before.isEmpty() && DAYS.matcher(before.getLast()).matches()) {
                days = days(before.getLast());
                before = before.subList(0, before.size() - 1);
            }
            return new Maintenance(
                    subjectIn(before, text), days, clock(hours.group(1)), clock(hours.group(2)), null, null);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(wrong(text).getMessage(), e);
        }
    }

    boolean covers(Subject what, Instant at) {
        if (!concerns(what)) {
            return false;
        }
        if (begin != null && end != null) {
            return !at.isBefore(begin) && at.isBefore(end);
        }
        ZonedDateTime utc = at.atZone(ZoneOffset.UTC);
        LocalTime time = utc.toLocalTime();
        if (from == null || to == null) {
            return false;
        }
        if (from.isBefore(to)) {
            return days.contains(utc.getDayOfWeek()) && !time.isBefore(from) && time.isBefore(to);
        }
        // Over midnight: the window belongs to the day on which it begins.
        return (days.contains(utc.getDayOfWeek()) && !time.isBefore(from))
                || (days.contains(utc.getDayOfWeek().minus(1)) && time.isBefore(to));
    }

    private boolean concerns(Subject what) {
        return subject.isEmpty()
                || subject.equalsIgnoreCase(what.name())
                || (subject.endsWith("/*")
                        && subject.substring(0, subject.length() - 2).equalsIgnoreCase(what.job()));
    }

    private static String subjectIn(List<String> words, String text) {
        if (words.size() > 1) {
            throw wrong(text);
        }
        return words.isEmpty() ? "" : words.getFirst();
    }

    private static Instant instant(String text) {
        // Without seconds too, as people write it.
        return ZonedDateTime.parse(text).toInstant();
    }

    private static LocalTime clock(String text) {
        return text.equals("24:00") ? LocalTime.MIDNIGHT : LocalTime.parse(text.length() == 4 ? "0" + text : text);
    }

    private static Set<DayOfWeek> days(String text) {
        Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        for (String day : text.toUpperCase(Locale.ROOT).split(",", -1)) {
            days.add(Arrays.stream(DayOfWeek.values())
                    .filter(one -> one.name().startsWith(day))
                    .findFirst()
                    .orElseThrow(() -> wrong(text)));
        }
        return days;
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException(
                "\"" + text + "\" is no window: write sun 02:00-04:00, or 2026-11-21T22:00Z/2026-11-22T01:30Z (UTC)");
    }
}
