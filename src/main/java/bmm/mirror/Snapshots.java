package bmm.mirror;

import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.TemporaryDirectory;
import bmm.store.Body;
import bmm.store.ObjectInfo;
import bmm.store.ObjectStore;
import bmm.stream.Compression;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Lists of everything that a destination held at a moment: {@code .bmm/snapshots/<UTC>.jsonl.zst}, a line about the snapshot,
 * a line for each object, a line that says how many. Never changed once they are made.
 */
final class Snapshots {
    static final String FORMAT = "bmm-snapshot-1";
    private static final String SUFFIX = ".jsonl.zst";
    private static final int LEVEL = 3;
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    /** The first line. */
    record Head(String format, String at, String source, String destination) {}

    /**
     * An object.
     *
     * @param hash its entity tag; an MD5 where it came in one piece, or empty
     * @param version the store's own name of it, where it keeps versions and tells; with it an operator gets at this very
     *     version by hand, whatever has become of the key
     */
    record Line(
            String key, long size, String hash, @Nullable String version, String modified) {}

    /** The last line. */
    record Tail(long objects, long bytes) {}

    /** A snapshot that is there. */
    record Name(String key, Instant at) {}

    private final ObjectStore store;
    private final Path temporary;

    Snapshots(ObjectStore store, Path temporary) {
        this.store = store;
        this.temporary = temporary;
        TemporaryDirectory.check(temporary);
    }

    /**
     * Lists the store and keeps the list in it.
     *
     * @return its key
     */
    String make(String source, Instant at, KeyFilter filter) {
        Path file = temporary.resolve("bmm-snapshot-" + UUID.randomUUID());
        String key = Reserved.SNAPSHOTS + Reserved.time(at) + SUFFIX;
        try {
            write(file, new Head(FORMAT, at.toString(), source, store.name()), filter);
            store.put(key, Body.of(file));
            return key;
        } catch (IOException e) {
            throw failure(key, e);
        } finally {
            delete(file);
        }
    }

    private void write(Path file, Head head, KeyFilter filter) throws IOException {
        try (var zstd = Compression.ZSTD.compress(Channels.newOutputStream(DurableFile.create(file)), LEVEL);
                BufferedWriter lines = new BufferedWriter(new OutputStreamWriter(zstd, StandardCharsets.UTF_8));
                Listing listing = new Listing(store, filter, e -> e)) {
            line(lines, head);
            Versions versions = new Versions(store);
            long objects = 0;
            long bytes = 0;
            while (listing.hasNext()) {
                ObjectInfo object = listing.next();
                line(
                        lines,
                        new Line(
                                object.key(),
                                object.size(),
                                object.tag(),
                                versions.of(object),
                                object.modified().toString()));
                objects++;
                bytes += object.size();
            }
            line(lines, new Tail(objects, bytes));
        }
    }

    private static void line(BufferedWriter lines, Object line) throws IOException {
        lines.write(GSON.toJson(line));
        lines.write('\n');
    }

    /** All that are there, oldest first. */
    List<Name> all() {
        List<Name> names = new ArrayList<>();
        store.list(Reserved.SNAPSHOTS).forEachRemaining(object -> {
            String key = object.key();
            if (key.endsWith(SUFFIX)) {
                Reserved.parse(key.substring(Reserved.SNAPSHOTS.length(), key.length() - SUFFIX.length()))
                        .ifPresent(at -> names.add(new Name(key, at)));
            }
        });
        return names;
    }

    /** A snapshot's lines, fetched whole before the first is handed out: a damaged list restores nothing. */
    SnapshotLines open(Name name) {
        Path file = temporary.resolve("bmm-snapshot-" + UUID.randomUUID());
        boolean whole = false;
        try (var in = store.get(name.key());
                var out = Channels.newOutputStream(DurableFile.create(file))) {
            in.transferTo(out);
            out.flush();
            SnapshotLines lines = new SnapshotLines(file, name.key(), GSON);
            lines.verify();
            whole = true;
            return lines;
        } catch (IOException e) {
            throw failure(name.key(), e);
        } finally {
            if (!whole) {
                delete(file);
            }
        }
    }

    private Failure failure(String key, IOException e) {
        return new Failure(
                ExitCode.MIRROR,
                store.name() + ": the snapshot " + key + ": " + Failure.reason(e),
                Hint.of("is there space in ").file(temporary).and("? if the snapshot is damaged, take another one"),
                e);
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // What is left in the temporary directory harms nobody.
        }
    }
}
