package bmm.alert;

import bmm.base.Amounts;
import bmm.notify.Message;
import bmm.notify.Severity;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * News as words. The title says the essential part first, since an SMS may end in the middle of it: what is down and why,
 * then what else.
 *
 * @param source who says so
 * @param order causes before symptoms
 */
record Wording(String source, Comparator<News> order) {
    Message message(List<News> news, Instant now) {
        List<News> sorted = news.stream().sorted(order).toList();
        List<String> parts = new ArrayList<>();
        addDown(of(sorted, News.Kind.DOWN), now, parts);
        addStillDown(of(sorted, News.Kind.STILL_DOWN), now, parts);
        addRecovered(of(sorted, News.Kind.RECOVERED), now, parts);
        of(sorted, News.Kind.OUTAGE).forEach(one -> parts.add(sentence(one, now)));
        of(sorted, News.Kind.NOTICE).forEach(one -> parts.add(one.sentence()));
        List<String> lines = sorted.size() < 2
                ? List.of()
                : sorted.stream().map(one -> sentence(one, now)).toList();
        Severity severity = sorted.stream().map(News::severity).reduce(Severity.INFO, Severity::worse);
        List<String> subjects =
                sorted.stream().map(one -> one.subject().name()).distinct().toList();
        return new Message(
                kind(sorted),
                severity,
                source,
                String.join("; ", parts),
                lines,
                subjects,
                source + "/" + subjects.getFirst(),
                now);
    }

    private static void addDown(List<News> down, Instant now, List<String> parts) {
        if (!down.isEmpty()) {
            parts.add(sentence(down.getFirst(), now)
                    + (down.size() > 1 ? "; also " + names(down.subList(1, down.size())) : ""));
        }
    }

    private static void addStillDown(List<News> still, Instant now, List<String> parts) {
        if (still.size() == 1) {
            parts.add(sentence(still.getFirst(), now));
        } else if (!still.isEmpty()) {
            parts.add("still DOWN: "
                    + still.stream()
                            .map(one -> name(one.subject()) + " since " + time(one.since(), now))
                            .collect(Collectors.joining(", ")));
        }
    }

    private static void addRecovered(List<News> up, Instant now, List<String> parts) {
        if (up.size() == 1) {
            parts.add(sentence(up.getFirst(), now));
        } else if (!up.isEmpty()) {
            Instant since =
                    up.stream().map(News::since).min(Comparator.naturalOrder()).orElse(now);
            parts.add("UP again: " + names(up) + " (since " + time(since, now) + " UTC)");
        }
    }

    /** All of one thing. */
    static String sentence(News news, Instant now) {
        String name = name(news.subject());
        Instant end = news.until() == null ? news.at() : news.until();
        return switch (news.kind()) {
            case DOWN ->
                name + " " + down(news) + ": " + news.sentence()
                        + (news.cause() == null ? "" : " (" + news.cause() + " is down too)");
            case STILL_DOWN ->
                name + " still " + down(news) + " since " + time(news.since(), now) + " UTC ("
                        + duration(news.since(), news.at()) + "): " + news.sentence();
            case RECOVERED ->
                name + " " + up(news) + " after " + duration(news.since(), end) + " (" + period(news.since(), end, now)
                        + ")";
            case OUTAGE ->
                name + " was " + down(news).toLowerCase(Locale.ROOT) + " " + period(news.since(), end, now)
                        + ", alert delayed: " + news.sentence();
            case NOTICE -> news.sentence();
        };
    }

    private static Message.Kind kind(List<News> news) {
        if (news.stream().anyMatch(one -> one.kind() == News.Kind.DOWN)) {
            return Message.Kind.PROBLEM;
        }
        if (news.stream().anyMatch(one -> one.kind() == News.Kind.STILL_DOWN)) {
            return Message.Kind.REMINDER;
        }
        return news.stream().allMatch(one -> one.kind() == News.Kind.NOTICE)
                ? Message.Kind.NOTICE
                : Message.Kind.RECOVERY;
    }

    private static List<News> of(List<News> news, News.Kind kind) {
        return news.stream().filter(one -> one.kind() == kind).toList();
    }

    private static String names(List<News> news) {
        return news.stream().map(one -> name(one.subject())).collect(Collectors.joining(", "));
    }

    /** A probe by its name; a job with what it works on. */
    private static String name(Subject subject) {
        return subject.isProbe() ? subject.shortName() : subject.name().replace('/', ' ');
    }

    private static String down(News news) {
        return news.subject().isProbe() ? "DOWN" : "FAILED";
    }

    private static String up(News news) {
        return news.subject().isProbe() ? "UP again" : "works again";
    }

    private static String duration(Instant from, Instant to) {
        Duration duration = Duration.between(from, to);
        return Amounts.duration(duration.isNegative() ? Duration.ZERO : duration);
    }

    private static String period(Instant from, Instant to, Instant now) {
        return time(from, now) + "-" + time(to, now) + " UTC";
    }

    /** {@code 03:10}, with the date if that was not today. */
    private static String time(Instant at, Instant now) {
        ZonedDateTime utc = at.atZone(ZoneOffset.UTC);
        String clock = String.format(Locale.ROOT, "%02d:%02d", utc.getHour(), utc.getMinute());
        LocalDate today = now.atZone(ZoneOffset.UTC).toLocalDate();
        return utc.toLocalDate().equals(today)
                ? clock
                : String.format(Locale.ROOT, "%02d-%02d ", utc.getMonthValue(), utc.getDayOfMonth()) + clock;
    }
}
