package bmm.store;

import bmm.store.S3Trials.Made;
import bmm.store.S3Trials.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;

/** Whether a locked version can be deleted all the same: some stores accept a lock and do not keep to it. */
final class S3LockProbe {
    private static final Duration RETENTION = Duration.ofSeconds(8);
    private static final String TEXT = "locked for some seconds\n";

    private final S3Trials trials;
    private final boolean conditional;
    private final List<Observed> seen;

    /**
     * @param conditional whether to create only
     */
    S3LockProbe(S3Trials trials, boolean conditional, List<Observed> seen) {
        this.trials = trials;
        this.conditional = conditional;
        this.seen = seen;
    }

    /**
     * Locks an object for some seconds and tries to delete it. Where that is refused, waits until it can be removed.
     *
     * @param now by the store's clock, a moment ago
     * @param destroys whether these credentials can delete what is not locked
     */
    void run(String key, Instant now, boolean destroys) {
        long begun = System.nanoTime();
        Reply configured = trials.lock();
        boolean off = !configured.ok() && !configured.denied();
        Instant until = S3Trials.wholeSecond(now.plus(RETENTION).plusNanos(System.nanoTime() - begun));
        Reply locked = off
                ? configured
                : trials.put(
                        key,
                        TEXT,
                        request -> request.ifNoneMatch(conditional ? "*" : null)
                                .objectLockMode(ObjectLockMode.GOVERNANCE)
                                .objectLockRetainUntilDate(until)
                                // Servers want it with a lock, and the SDK sends none by itself.
                                .contentMD5(Checksum.md5(TEXT)));
        if (!locked.ok()) {
            seen.add(notAvailable(locked, destroys));
            return;
        }
        Made version = trials.made(key).getLast();
        Reply deleted = trials.deleteVersion(version, false);
        if (deleted.ok()) {
            seen.add(Observed.fail(
                    Capability.LOCK,
                    Verdict.IGNORED,
                    "accepted, but a locked version was deleted",
                    "do not rely on locks of this store"));
            return;
        }
        if (!destroys) {
            seen.add(Observed.ok(
                    Capability.LOCK,
                    Verdict.UNKNOWN,
                    "accepted; not tried further, as these credentials can delete no version at all"));
            return;
        }
        if (trials.deleteVersion(version, true).ok()) {
            seen.add(Observed.warn(
                    Capability.LOCK,
                    Verdict.ENFORCED,
                    "enforced, but these credentials may bypass governance mode",
                    "lock in compliance mode, or take away s3:BypassGovernanceRetention"));
            return;
        }
        seen.add(Observed.ok(Capability.LOCK, Verdict.ENFORCED, "enforced (" + deleted.said() + ")"));
        await(begun, RETENTION.plusSeconds(2));
    }

    private static Observed notAvailable(Reply locked, boolean destroys) {
        String says = "off (" + locked.said() + ")";
        return destroys
                ? Observed.warn(
                        Capability.LOCK,
                        Verdict.NO,
                        says,
                        "a bucket with object lock keeps what these credentials could otherwise destroy")
                : Observed.ok(Capability.LOCK, Verdict.NO, says);
    }

    private static void await(long begun, Duration wait) {
        long remaining = wait.toMillis() - (System.nanoTime() - begun) / 1_000_000;
        try {
            Thread.sleep(Math.max(0, remaining));
        } catch (InterruptedException e) {
            // The key stays, and is named.
            Thread.currentThread().interrupt();
        }
    }
}
