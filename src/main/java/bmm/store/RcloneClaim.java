package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.process.RunningCommand;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to create one object, where a remote itself cannot refuse to replace. Each writer puts down a claim of its
 * own beside the object, then looks: only one who sees no other claim goes on. Of two writers at least one sees the
 * other's, whatever their timing, because each put its own down before it looked; so never do both go on. It needs a
 * remote that lists what was written before.
 *
 * <p>Who sees another claim withdraws, except the one with the smallest name, which waits; so somebody goes on. A claim
 * that has not been renewed for the time of the lease, by the store's own clock, is that of a killed writer.
 */
final class RcloneClaim implements AutoCloseable {
    static final Duration LEASE = Duration.ofMinutes(15);
    /** How long to wait for another writer. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration RENEWAL = Duration.ofMinutes(4);
    /** So many times a writer that withdrew only looks before it claims again. */
    private static final int LOOKS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(RcloneClaim.class);

    private final Rclone rclone;
    private final RclonePath target;
    private final String store;
    private final String key;
    private final String prefix;
    private final String name;
    private @Nullable Thread renewal;
    private volatile boolean lost;

    private RcloneClaim(Rclone rclone, RclonePath target, String store, String key) {
        this.rclone = rclone;
        this.target = target;
        this.store = store;
        this.key = key;
        this.prefix = prefixOf(target.name());
        this.name = prefix + UUID.randomUUID();
    }

    /** What the names of all claims to a file begin with. */
    static String prefixOf(String file) {
        return FileNames.CLAIM + UUID.nameUUIDFromBytes(file.getBytes(StandardCharsets.UTF_8)) + "~";
    }

    /**
     * Waits until no other writer has a claim.
     *
     * @throws ObjectExists as soon as the object is there
     */
    static RcloneClaim take(Rclone rclone, RclonePath target, String store, String key) {
        RcloneClaim claim = new RcloneClaim(rclone, target, store, key);
        try {
            claim.await();
        } catch (RuntimeException e) {
            claim.withdraw();
            throw e;
        }
        claim.renewal = Thread.ofVirtual().name("rclone-claim").start(claim::renew);
        return claim;
    }

    private void await() {
        long begun = System.nanoTime();
        boolean written = false;
        for (int round = 1; ; round++) {
            // Who has withdrawn only looks for a while, or its comings and goings would keep the first one waiting.
            boolean onlyLooks = !written && round % LOOKS != 1;
            if (!written && !(onlyLooks && hasOthers(look()))) {
                write();
                written = true;
            }
            if (!written) {
                pause(Math.min(round, 8));
                continue;
            }
            List<Rclone.Entry> entries = look();
            Rclone.Entry mine = find(entries, name);
            List<Rclone.Entry> rivals = mine == null
                    ? List.of()
                    : entries.stream().filter(entry -> isRival(entry, mine)).toList();
            if (mine != null && rivals.isEmpty()) {
                return;
            }
            if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                throw new Failure(
                        ExitCode.STORE,
                        store + ": " + KeyText.shown(key) + ": another writer is at it, or was killed while it was",
                        Hint.of("what a killed writer has claimed is free again after ")
                                .and(LEASE.toMinutes())
                                .and(" minutes"));
            }
            boolean first = rivals.stream().allMatch(rival -> name.compareTo(rival.path()) < 0);
            if (mine == null || !first) {
                withdraw();
                written = false;
            }
            pause(Math.min(round, 8));
        }
    }

    private boolean hasOthers(List<Rclone.Entry> entries) {
        return entries.stream().anyMatch(entry -> entry.path().startsWith(prefix));
    }

    private boolean isRival(Rclone.Entry entry, Rclone.Entry mine) {
        if (!entry.path().startsWith(prefix) || entry.path().equals(name)) {
            return false;
        }
        if (Duration.between(entry.modified(), mine.modified()).compareTo(LEASE) < 0) {
            return true;
        }
        remove(entry.path());
        return false;
    }

    private static Rclone.@Nullable Entry find(List<Rclone.Entry> entries, String name) {
        return entries.stream()
                .filter(entry -> entry.path().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** What is beside the object; throws if it is there itself. */
    private List<Rclone.Entry> look() {
        List<Rclone.Entry> entries = rclone.list(target.directory()).orElse(List.of());
        for (Rclone.Entry entry : entries) {
            if (entry.path().equals(target.name())) {
                if (!entry.directory()) {
                    throw new ObjectExists(store, key);
                }
                if (!target.bucket()) {
                    throw new Failure(
                            ExitCode.STORE,
                            store + ": " + KeyText.shown(key)
                                    + ": other objects lie below this key, which a folder cannot hold beside it",
                            "use another key");
                }
            }
        }
        return entries;
    }

    /**
     * Throws unless the claim still stands and the object is still not there.
     *
     * @return what is beside the object
     */
    List<Rclone.Entry> confirm() {
        List<Rclone.Entry> entries = lost ? List.of() : look();
        if (find(entries, name) == null) {
            throw rclone.brokenOff(key, "the claim to it was lost on the way: was this machine asleep?");
        }
        return entries;
    }

    boolean isLost() {
        return lost;
    }

    private void write() {
        rclone.inTurn(() -> {
            try (RunningCommand running = rclone.startFed(List.of("rcat", "--size", "5", "--", target.beside(name)))) {
                try (OutputStream out = running.input()) {
                    out.write("claim".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    // It has ended early; its exit status says why.
                }
                rclone.check(key, running);
                return true;
            }
        });
    }

    private void renew() {
        long renewed = System.nanoTime();
        try {
            while (true) {
                Thread.sleep(RENEWAL);
                try {
                    write();
                    renewed = System.nanoTime();
                } catch (Failure e) {
                    LOG.atWarn().addKeyValue("key", key).log("a claim is not renewed: {}", e.getMessage());
                    lost = System.nanoTime() - renewed > LEASE.minus(RENEWAL).toNanos();
                }
            }
        } catch (InterruptedException e) {
            // The work is done.
            Thread.currentThread().interrupt();
        }
    }

    private static void pause(int round) {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(100, 200 + 150L * round));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.STORE, "stopped while waiting for another writer", "run it again", e);
        }
    }

    private void withdraw() {
        remove(name);
    }

    private void remove(String claim) {
        try {
            rclone.cleanUp(target.beside(claim));
        } catch (Failure e) {
            // It stands until its lease is over; where deleting is not allowed, beside the object that is there then.
            LOG.atDebug().addKeyValue("claim", claim).log("not removed: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        Thread thread = renewal;
        if (thread != null) {
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        withdraw();
    }
}
