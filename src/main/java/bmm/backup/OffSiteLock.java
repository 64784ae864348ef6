package bmm.backup;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.store.ObjectLock;
import bmm.store.ObjectStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The retention that stores are to enforce: asked for with each object, and looked for afterwards. */
final class OffSiteLock {
    private static final Logger LOG = LoggerFactory.getLogger(OffSiteLock.class);

    private final @Nullable Duration period;
    private final ObjectLock.Mode mode;
    private final Clock clock;

    private OffSiteLock(@Nullable Duration period, ObjectLock.Mode mode, Clock clock) {
        this.period = period;
        this.mode = mode;
        this.clock = clock;
    }

    static OffSiteLock of(Settings settings, Clock clock) {
        return new OffSiteLock(
                settings.find(Keys.REMOTE_LOCK_DAYS).map(Duration::ofDays).orElse(null),
                switch (settings.get(Keys.REMOTE_LOCK_MODE)) {
                    case GOVERNANCE -> ObjectLock.Mode.GOVERNANCE;
                    case COMPLIANCE -> ObjectLock.Mode.COMPLIANCE;
                },
                clock);
    }

    /** What to ask of a store, or null for nothing. */
    @Nullable
    ObjectLock wanted(ObjectStore store) {
        if (period == null) {
            return null;
        }
        if (!store.canLock()) {
            LOG.atWarn()
                    .addKeyValue("store", store.name())
                    .log("this kind of store knows no object lock: whoever may write there may remove backups");
            return null;
        }
        return lockFrom(clock.instant());
    }

    private ObjectLock lockFrom(Instant begin) {
        Duration days = period == null ? Duration.ZERO : period;
        // Stores keep seconds or milliseconds.
        return new ObjectLock(mode, begin.plus(days).truncatedTo(ChronoUnit.SECONDS));
    }

    /**
     * Looks whether the retention is really set.
     *
     * @param sent what was asked for
     * @param backupAt from when on it must reach for one that an earlier run had sent, which asked for less
     * @throws Failure {@link ExitCode#STORE} if it is not
     */
    void check(ObjectStore store, String key, ObjectLock sent, boolean created, Instant backupAt) {
        ObjectLock least = created ? sent : lockFrom(backupAt);
        Optional<ObjectLock> found = store.lock(key);
        if (found.filter(lock -> lock.covers(least)).isPresent()) {
            return;
        }
        String is = found.map(lock -> "locked until " + lock.until() + " in " + Keys.lower(lock.mode()) + " mode only")
                .orElse("not locked");
        throw new Failure(
                ExitCode.STORE,
                store.name() + ": " + key + " was to be locked until " + least.until() + " in " + Keys.lower(mode)
                        + " mode, and is " + is,
                created
                        ? "the store takes the order and does not carry it out, or these credentials may not see it (s3:GetObjectRetention); do not rely on it"
                        : "it was sent by a run with other settings: remove it by hand, or let it be and send the next backup");
    }
}
