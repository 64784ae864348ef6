package bmm.alert;

import bmm.notify.Routes;
import bmm.notify.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Which routes news take, and as which entries they wait. */
record Mailing(Routes routes) {
    List<List<String>> routes(Severity severity) {
        return routes.of(severity);
    }

    Entry entry(long id, List<String> route, List<News> news, Duration wait) {
        Severity worst = Severity.INFO;
        Instant oldest = news.getFirst().at();
        for (News one : news) {
            worst = worst.worse(one.severity());
            oldest = one.at().isBefore(oldest) ? one.at() : oldest;
        }
        Entry entry = new Entry(id, route, List.copyOf(news), worst, oldest, Entry.Sending.NOT_YET);
        return wait.isZero() ? entry : entry.waiting(oldest.plus(wait));
    }
}
