package bmm.alert;

import java.util.ArrayList;
import java.util.List;

/**
 * News that have waited together, made as short as they can be told: an outage that is over becomes one sentence, a
 * reminder of what is being told anyway is left out.
 */
final class Digest {
    private static final int MOST_OUTAGES = 50;

    private Digest() {}

    static List<News> of(List<News> news) {
        List<News> kept = new ArrayList<>();
        for (News one : news) {
            switch (one.kind()) {
                case DOWN, OUTAGE, NOTICE -> kept.add(one);
                case STILL_DOWN -> {
                    kept.removeIf(other -> is(other, News.Kind.STILL_DOWN, one));
                    if (kept.stream().noneMatch(other -> is(other, News.Kind.DOWN, one))) {
                        kept.add(one);
                    }
                }
                case RECOVERED -> {
                    kept.removeIf(other -> is(other, News.Kind.STILL_DOWN, one));
                    int beginning = indexOfDown(kept, one);
                    if (beginning < 0) {
                        kept.add(one);
                    } else {
                        kept.set(beginning, one.asOutage(one.until() == null ? one.at() : one.until()));
                    }
                }
            }
        }
        return withoutOldest(kept);
    }

    private static boolean is(News other, News.Kind kind, News same) {
        return other.kind() == kind && other.incident() == same.incident();
    }

    private static int indexOfDown(List<News> kept, News one) {
        for (int i = 0; i < kept.size(); i++) {
            if (is(kept.get(i), News.Kind.DOWN, one)) {
                return i;
            }
        }
        return -1;
    }

    /** Where nothing has been delivered for weeks, the newest outages are told and the others counted in the log. */
    private static List<News> withoutOldest(List<News> kept) {
        long outages =
                kept.stream().filter(one -> one.kind() == News.Kind.OUTAGE).count();
        long surplus = outages - MOST_OUTAGES;
        List<News> result = new ArrayList<>();
        for (News one : kept) {
            if (one.kind() == News.Kind.OUTAGE && surplus > 0) {
                surplus--;
            } else {
                result.add(one);
            }
        }
        return List.copyOf(result);
    }
}
