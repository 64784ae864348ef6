package bmm.mirror;

import bmm.base.Failure;
import bmm.store.KeyText;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What became of the steps, counted by many threads. */
final class Outcome {
    private static final Logger LOG = LoggerFactory.getLogger(Outcome.class);

    /** So many failures without a success between them mean that nothing works any more. */
    private static final int HOPELESS = 50;

    private static final int MOST_TOLD = 20;

    long copied;
    long copiedBytes;
    long updated;
    long keptAside;
    long reported;
    long same;
    long different;
    long deleted;
    long vanished;
    long failed;
    private int failedInARow;
    private final List<String> failures = new ArrayList<>();
    private @Nullable Failure first;

    synchronized void copied(long bytes) {
        copied++;
        copiedBytes += bytes;
        failedInARow = 0;
    }

    synchronized void updated(long bytes) {
        updated++;
        copiedBytes += bytes;
        failedInARow = 0;
    }

    /** A changed object whose new version is under another key now, or is there since an earlier run. */
    synchronized void keptAside(String key, String place, long bytes) {
        keptAside++;
        copiedBytes += bytes;
        failedInARow = 0;
        changed(key)
                .addKeyValue("newVersion", KeyText.shown(place))
                .log("changed at the source; both versions are kept");
    }

    synchronized void reported(String key) {
        reported++;
        changed(key).log("changed at the source; the destination keeps the old version only");
    }

    private static org.slf4j.spi.LoggingEventBuilder changed(String key) {
        return LOG.atWarn().addKeyValue("key", KeyText.shown(key));
    }

    synchronized void same() {
        same++;
        failedInARow = 0;
    }

    /** Read on both sides, and left at that. */
    synchronized void different() {
        different++;
        failedInARow = 0;
    }

    synchronized void deleted() {
        deleted++;
        failedInARow = 0;
    }

    synchronized void vanished(String key) {
        vanished++;
        LOG.atInfo().addKeyValue("key", KeyText.shown(key)).log("gone at the source before it was copied");
    }

    synchronized void failed(String key, Failure failure) {
        failed++;
        failedInARow++;
        first = first == null ? failure : first;
        if (failures.size() < MOST_TOLD) {
            failures.add(String.valueOf(failure.getMessage()));
            LOG.atError().addKeyValue("key", KeyText.shown(key)).log("{}", failure.getMessage());
        }
    }

    synchronized boolean isHopeless() {
        return failedInARow >= HOPELESS;
    }

    /** The first failures, one line each. */
    synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    synchronized @Nullable Failure first() {
        return first;
    }
}
