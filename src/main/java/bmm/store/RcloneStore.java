package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.process.RunningCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Objects on a remote of rclone's, one run of the program for each step. Names are those that a {@link FileStore} gives
 * its files. In a bucket an upload is visible when it is whole; elsewhere it goes under a hidden name and is renamed. A
 * {@link RcloneClaim} keeps two writers apart, because rclone itself replaces without asking.
 */
final class RcloneStore implements ObjectStore {
    private final RcloneAddress address;
    private final Rclone rclone;
    private final Attempts attempts;

    /** Whether directories are only parts of keys; known after the first look. */
    private @Nullable Boolean bucket;

    RcloneStore(RcloneAddress address, Rclone.Access access, Duration pause) {
        this.address = address;
        this.rclone = new Rclone(address.toString(), access);
        this.attempts = new Attempts(4, pause, BrokenOff.class::isInstance);
    }

    @Override
    public String name() {
        return address.toString();
    }

    /** Looks at the root, one time: what kind of place it is, and that it is there. */
    private synchronized boolean isBucket() {
        if (bucket == null) {
            Map<String, Boolean> features = attempts.of(() -> rclone.features(address.root()));
            boolean isBucket = features.getOrDefault("BucketBased", false);
            if (!isBucket && !features.getOrDefault("Move", false)) {
                throw new Failure(
                        ExitCode.STORE,
                        name() + ": rclone cannot rename on this remote, so half an object could be seen there",
                        "use another kind of remote");
            }
            checkRoot();
            bucket = isBucket;
        }
        return bucket;
    }

    private void checkRoot() {
        if (attempts.of(() -> rclone.list(address.root())).isEmpty()) {
            throw rclone.noRoot(address.root());
        }
    }

    @Override
    public void put(String key, Body body) {
        RclonePath path = path(key);
        Source source = new Source(body);
        source.checkEmpty(name(), key);
        attempts.run(() -> {
            try (RcloneClaim claim = RcloneClaim.take(rclone, path, name(), key)) {
                create(key, path, source, claim);
            }
        });
    }

    private void create(String key, RclonePath path, Source source, RcloneClaim claim) {
        if (path.bucket()) {
            settle(key, path, source, () -> upload(key, path.whole(), source, claim));
            return;
        }
        String name = FileNames.TEMPORARY + UUID.randomUUID();
        String temporary = path.beside(name);
        try {
            upload(key, temporary, source, claim);
            long arrived = claim.confirm().stream()
                    .filter(entry -> entry.path().equals(name))
                    .mapToLong(Rclone.Entry::size)
                    .sum();
            if (arrived != source.size()) {
                throw rclone.brokenOff(key, arrived + " bytes have arrived of " + source.size());
            }
            settle(key, path, source, () -> rclone.run(key, "moveto", "--", temporary, path.whole()));
        } catch (RuntimeException e) {
            removeQuietly(temporary);
            throw e;
        }
    }

    /** Runs what makes the object visible. Where that fails but the object is there, it is ours: nobody else may. */
    private void settle(String key, RclonePath path, Source source, Runnable publication) {
        try {
            publication.run();
        } catch (Failure e) {
            source.check(name(), key);
            boolean there = rclone.stat(path.whole())
                    .filter(found -> !found.directory() && found.size() == source.size())
                    .isPresent();
            if (!there) {
                throw e;
            }
        }
    }

    private void upload(String key, String path, Source source, RcloneClaim claim) {
        List<String> rcat = List.of("rcat", "--size", String.valueOf(source.size()), "--", path);
        // Beside the turns of the others: a claim has to be renewed however long uploads take.
        try (RunningCommand running = rclone.startFed(rcat);
                OutputStream out = running.input()) {
            try (InputStream in = source.open()) {
                byte[] buffer = new byte[128 * 1024];
                for (int count = in.read(buffer); count >= 0 && !claim.isLost(); count = in.read(buffer)) {
                    out.write(buffer, 0, count);
                }
            } catch (IOException | RuntimeException e) {
                if (source.isBroken()) {
                    // Before its input ends, which it would take for the end of the object.
                    running.kill();
                    var unused = RemoteShell.exit(running);
                }
                source.check(name(), key);
                // Otherwise it has ended early, and its exit status says why.
            }
            if (claim.isLost()) {
                running.kill();
                throw rclone.brokenOff(key, "the claim to it could not be renewed");
            }
            closeInput(out);
            rclone.check(key, running);
        } catch (IOException e) {
            throw rclone.brokenOff(key, Failure.reason(e));
        }
    }

    private static void closeInput(OutputStream out) {
        try {
            out.close();
        } catch (IOException e) {
            // It has ended early, and its exit status says why.
        }
    }

    private void removeQuietly(String path) {
        try {
            rclone.cleanUp(path);
        } catch (Failure e) {
            // It was not made, or costs space; it is never visible as an object.
        }
    }

    @Override
    public InputStream get(String key) {
        return get(key, 0, Long.MAX_VALUE);
    }

    @Override
    public InputStream get(String key, long offset, long length) {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("offset and length cannot be negative");
        }
        // Of a directory rclone would print all files, one after the other.
        long size = head(key).orElseThrow(() -> new ObjectMissing(name(), key)).size();
        long expected = Math.min(length, Math.max(0, size - offset));
        if (expected == 0) {
            return InputStream.nullInputStream();
        }
        List<String> cat = new ArrayList<>(List.of("cat"));
        if (expected < size) {
            cat.addAll(List.of("--offset", String.valueOf(offset), "--count", String.valueOf(expected)));
        }
        cat.addAll(List.of("--", path(key).whole()));
        RunningCommand running = rclone.start(cat, Map.of());
        return new ProgramStream(running, running.output(), expected, (ended, missing) -> {
            int exit = RemoteShell.exit(ended);
            return exit == 0
                    ? rclone.brokenOff(key, "the answer ended " + missing + " bytes early")
                    : rclone.failure(key, exit, ended.errors());
        });
    }

    @Override
    public Optional<ObjectInfo> head(String key) {
        return rclone.stat(path(key).whole())
                .filter(entry -> !entry.directory())
                .map(entry -> new ObjectInfo(key, entry.size(), entry.modified()));
    }

    @Override
    public Iterator<ObjectInfo> list(String prefix) {
        String below = address.prefix() + prefix;
        String top = below.substring(0, below.lastIndexOf('/') + 1);
        List<ObjectInfo> objects = new ArrayList<>();
        for (Rclone.Entry entry : listDirectory(prefix, top)) {
            key(entry.path())
                    .map(key -> top + key)
                    .filter(key -> key.startsWith(below))
                    .ifPresent(key -> objects.add(
                            new ObjectInfo(key.substring(address.prefix().length()), entry.size(), entry.modified())));
        }
        objects.sort(Comparator.comparing(ObjectInfo::key, KeyOrder.UTF8));
        return objects.iterator();
    }

    private List<Rclone.Entry> listDirectory(String prefix, String top) {
        if (top.isEmpty()) {
            var unused = isBucket();
            return listAll(address.root());
        }
        RclonePath directory = path(prefix, top.substring(0, top.length() - 1));
        List<Rclone.Entry> entries = listAll(directory.whole());
        return isOfAFile(entries, directory) ? List.of() : entries;
    }

    private List<Rclone.Entry> listAll(String directory) {
        Optional<List<Rclone.Entry>> entries = rclone.listAll(directory);
        if (entries.isEmpty()) {
            checkRoot();
        }
        return entries.orElse(List.of());
    }

    /** Whether what should be a directory is a file: rclone lists it as if it lay in a directory of its own name. */
    private boolean isOfAFile(List<Rclone.Entry> entries, RclonePath directory) {
        return !directory.bucket()
                && entries.size() == 1
                && entries.getFirst().path().equals(directory.name())
                && rclone.stat(directory.whole())
                        .filter(Rclone.Entry::directory)
                        .isEmpty();
    }

    /** The key of a path; none for what is bmm's own. */
    private Optional<String> key(String path) {
        List<String> parts = new ArrayList<>();
        for (String name : path.split("/", -1)) {
            if (name.startsWith(FileNames.RESERVED) && !name.startsWith(FileNames.ENCODED)) {
                return Optional.empty();
            }
            // Leaving it out would let a mirror believe that the source has lost it.
            parts.add(FileNames.decode(name)
                    .orElseThrow(() -> new Failure(
                            ExitCode.STORE,
                            name() + ": a file name is no key: " + KeyText.shown(path),
                            "rename the file; it is not UTF-8 text, or holds control characters")));
        }
        return Optional.of(String.join("/", parts));
    }

    @Override
    public void delete(String key) {
        RclonePath path = path(key);
        if (remove(key, path.whole()) && !path.bucket()) {
            prune(path);
        }
    }

    /** Whether there was a file to remove. */
    private boolean remove(String key, String path) {
        try {
            rclone.run(key, "deletefile", "--", path);
            return true;
        } catch (Failure e) {
            // That there is none each version says in words of its own.
            if (rclone.stat(path).filter(found -> !found.directory()).isPresent()) {
                throw e;
            }
            return false;
        }
    }

    /** Removes directories that a deletion has left empty, up to the root. */
    private void prune(RclonePath deleted) {
        String root = RclonePath.withSlash(address.root());
        String directory = deleted.directory();
        while (directory.length() > root.length()) {
            try {
                rclone.run("", "rmdir", "--", StoreAddress.withoutSlash(directory));
            } catch (Failure e) {
                return;
            }
            directory = directory.substring(0, directory.lastIndexOf('/', directory.length() - 2) + 1);
        }
    }

    private RclonePath path(String key) {
        return path(key, address.prefix() + KeyText.checked(name(), key));
    }

    private RclonePath path(String key, String below) {
        try {
            return RclonePath.of(address.root(), below, isBucket());
        } catch (IllegalArgumentException e) {
            throw new Failure(
                    ExitCode.STORE,
                    address + ": " + KeyText.shown(key) + ": " + e.getMessage(),
                    "a file cannot have this key for a name; use another key, or an s3: store",
                    e);
        }
    }

    @Override
    public List<Leftover> leftovers() {
        String top = address.prefix();
        return listDirectory("", top).stream()
                .filter(entry ->
                        FileLeftovers.isOne(entry.path().substring(entry.path().lastIndexOf('/') + 1)))
                .map(entry -> new Leftover(top + entry.path(), top + entry.path(), entry.size(), entry.modified()))
                .toList();
    }

    @Override
    public void removeLeftover(Leftover leftover) {
        String path = RclonePath.withSlash(address.root()) + leftover.id();
        if (!FileLeftovers.isOne(leftover.id().substring(leftover.id().lastIndexOf('/') + 1))) {
            throw new IllegalArgumentException("not of this store: " + leftover.id());
        }
        var unused = remove(leftover.key(), path);
    }

    @Override
    public void close() {
        // Nothing runs between calls.
    }
}
