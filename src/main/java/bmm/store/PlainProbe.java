package bmm.store;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.FileSystemSpace;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Finds out what a store that is no bucket does, through the same interface that backups go through. */
final class PlainProbe {
    private static final Duration MOST_SKEW = Duration.ofMinutes(1);
    private static final byte[] TEXT = "bmm doctor was here\n".getBytes(StandardCharsets.UTF_8);

    private final ObjectStore store;
    private final StoreAddress address;
    private final String below;
    private final Clock clock;
    private final List<Observed> seen = new ArrayList<>();
    private final Set<String> keys = new LinkedHashSet<>();

    PlainProbe(ObjectStore store, StoreAddress address, String below, Clock clock) {
        this.store = store;
        this.address = address;
        this.below = below;
        this.clock = clock;
    }

    StoreProbe.Result run() {
        List<String> left = List.of();
        try {
            String key = key("whole");
            store.put(key, Body.of(TEXT));
            createOnly(key);
            read(key);
            abort(key("aborted"));
            if (address instanceof FolderAddress folder) {
                folder(folder, key);
            }
            delete(key);
        } finally {
            left = cleanUp();
        }
        return new StoreProbe.Result(store.name(), seen, left);
    }

    private String key(String name) {
        keys.add(below + name);
        return below + name;
    }

    /** Once after the other, then two at one moment: there must be exactly one winner. */
    private void createOnly(String key) {
        boolean refused = false;
        try {
            store.put(key, Body.of(TEXT));
        } catch (ObjectExists e) {
            refused = true;
        }
        int winners = refused ? race(key("race")) : 2;
        seen.add(
                winners == 1
                        ? Observed.ok(
                                Capability.CREATE_ONLY,
                                Verdict.ENFORCED,
                                "what is there is not replaced, and of two writers at one moment one wins")
                        : Observed.fail(
                                Capability.CREATE_ONLY,
                                Verdict.IGNORED,
                                refused
                                        ? winners + " of two writers at one moment believe to have won"
                                        : "a second object replaced the first",
                                "let only one host write there, or use another store"));
    }

    private int race(String key) {
        AtomicInteger winners = new AtomicInteger();
        AtomicReference<RuntimeException> broken = new AtomicReference<>();
        CountDownLatch ready = new CountDownLatch(2);
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            writers.add(Thread.ofPlatform().start(() -> {
                try {
                    ready.countDown();
                    ready.await();
                    store.put(key, Body.of(TEXT));
                    winners.incrementAndGet();
                } catch (ObjectExists e) {
                    // The other one won.
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } catch (RuntimeException e) {
                    broken.set(e);
                }
            }));
        }
        try {
            for (Thread writer : writers) {
                writer.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        RuntimeException thrown = broken.get();
        if (thrown != null) {
            throw thrown;
        }
        return winners.get();
    }

    private void read(String key) {
        byte[] content;
        try (InputStream in = store.get(key)) {
            content = in.readAllBytes();
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.STORE, store.name() + ": " + key + ": " + Failure.reason(e), "check the store", e);
        }
        boolean listed = false;
        for (Iterator<ObjectInfo> listing = store.list(below); listing.hasNext(); ) {
            listed |= listing.next().key().equals(key);
        }
        seen.add(
                java.util.Arrays.equals(content, TEXT)
                        ? Observed.ok(Capability.READ, Verdict.YES, "read back as it was written")
                        : Observed.fail(
                                Capability.READ, Verdict.NO, "reads back differently", "do not trust this store"));
        seen.add(
                listed
                        ? Observed.ok(Capability.LIST, Verdict.YES, "what was written is listed")
                        : Observed.fail(
                                Capability.LIST,
                                Verdict.NO,
                                "what was written is not listed",
                                "do not trust this store"));
    }

    /** A writer that fails in the middle. */
    private void abort(String key) {
        Body breaking = new Body() {
            @Override
            public long size() {
                return TEXT.length * 2L;
            }

            @Override
            public InputStream open() {
                return new FilterInputStream(new ByteArrayInputStream(TEXT)) {
                    @Override
                    public int read(byte[] target, int from, int length) throws IOException {
                        int count = super.read(target, from, length);
                        if (count < 0) {
                            throw new IOException("it breaks off, as planned");
                        }
                        return count;
                    }
                };
            }
        };
        try {
            store.put(key, breaking);
        } catch (Failure e) {
            seen.add(
                    store.head(key).isEmpty()
                            ? Observed.ok(
                                    Capability.ABORT, Verdict.YES, "a writer that breaks off leaves nothing visible")
                            : Observed.fail(
                                    Capability.ABORT,
                                    Verdict.NO,
                                    "a writer that broke off left an object",
                                    "do not trust this store"));
            return;
        }
        seen.add(Observed.fail(
                Capability.ABORT, Verdict.NO, "half an object was accepted as a whole", "do not trust this store"));
    }

    private void folder(FolderAddress folder, String key) {
        store.head(key).ifPresent(info -> {
            Duration skew = Duration.between(info.modified(), clock.instant()).abs();
            seen.add(
                    skew.compareTo(MOST_SKEW) < 0
                            ? Observed.ok(Capability.CLOCK, Verdict.YES, "the same as here")
                            : Observed.warn(
                                    Capability.CLOCK,
                                    Verdict.NO,
                                    "differs from this machine's by " + Amounts.duration(skew),
                                    "set the clock of the file server by NTP"));
        });
        try {
            seen.add(Observed.ok(
                    Capability.SPACE,
                    Verdict.YES,
                    Amounts.bytes(FileSystemSpace.usable(folder.root())) + " on that file system"));
        } catch (IOException e) {
            seen.add(Observed.warn(
                    Capability.SPACE, Verdict.UNKNOWN, "not told: " + Failure.reason(e), "check that file system"));
        }
    }

    private void delete(String key) {
        try {
            store.delete(key);
            keys.remove(key);
        } catch (Failure e) {
            seen.add(Observed.ok(Capability.DELETE, Verdict.NO, "not by this user"));
            return;
        }
        seen.add(Observed.warn(
                Capability.DELETE,
                Verdict.YES,
                "this user can delete what is there",
                switch (address) {
                    case FolderAddress folder ->
                        "whoever takes over this host can empty it: let the file server take snapshots of its own";
                    case RsyncAddress rsync ->
                        "whoever takes over this host can empty it: see docs/write-only.md, or let that host take"
                                + " snapshots";
                    default ->
                        "whoever takes over this host can empty it: give that remote credentials that cannot delete,"
                                + " see docs/write-only.md";
                }));
    }

    private List<String> cleanUp() {
        List<String> left = new ArrayList<>();
        for (String key : keys) {
            try {
                store.delete(key);
            } catch (Failure e) {
                left.add(key);
            }
        }
        return left;
    }
}
