package bmm.mirror;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.store.ObjectInfo;
import bmm.stream.Compression;
import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Predicate;

/** The objects that a snapshot names, as steps to copy them. */
final class SnapshotLines implements Steps, AutoCloseable {
    private final Path file;
    private final String name;
    private final Gson gson;
    private long objects;
    private long bytes;

    SnapshotLines(Path file, String name, Gson gson) {
        this.file = file;
        this.name = name;
        this.gson = gson;
    }

    /** Reads all of it one time: a list that is cut says so here, before anything is copied by it. */
    void verify() {
        forEach(step -> {
            objects++;
            bytes += step.atSource().size();
            return true;
        });
    }

    long objects() {
        return objects;
    }

    long bytes() {
        return bytes;
    }

    @Override
    public void forEach(Predicate<Step> visitor) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Compression.ZSTD.decompress(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            Snapshots.Head head = gson.fromJson(lines.readLine(), Snapshots.Head.class);
            if (head == null || !Snapshots.FORMAT.equals(head.format())) {
                throw new IOException("not a snapshot of this version (" + Snapshots.FORMAT + ")");
            }
            long count = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Snapshots.Line object = gson.fromJson(line, Snapshots.Line.class);
                if (object.key() == null) {
                    if (gson.fromJson(line, Snapshots.Tail.class).objects() != count) {
                        throw new IOException("it does not hold the number of objects that it announces");
                    }
                    return;
                }
                count++;
                ObjectInfo info =
                        new ObjectInfo(object.key(), object.size(), Instant.parse(object.modified()), object.hash());
                if (!visitor.test(new Step(Step.Kind.COPY, info, null))) {
                    return;
                }
            }
            throw new IOException("its end is missing");
        } catch (IOException | JsonParseException | java.time.DateTimeException e) {
            throw new Failure(
                    ExitCode.MIRROR,
                    "the snapshot " + name + " cannot be used: " + Failure.reason(e),
                    "take another one: --at with an earlier or later time",
                    e);
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // What is left in the temporary directory harms nobody.
        }
    }
}
