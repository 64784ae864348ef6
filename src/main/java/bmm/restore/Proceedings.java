package bmm.restore;

import bmm.base.Failure;
import bmm.dump.Found;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a drill has come to so far, so that one that breaks off still tells how far it came. */
final class Proceedings {
    /** In this order they are told, whichever was known first. */
    private static final List<String> ORDER = List.of(
            "newest",
            "signature",
            Proof.ISOLATION,
            "hash",
            "decode",
            "restore",
            "schema",
            "counts",
            "content",
            "sequences",
            "large objects",
            "extensions",
            "roles",
            "sql",
            "not compared");

    private final Found found;
    private final Instant startedAt;
    private final List<Proof> proofs = new ArrayList<>();
    private final Map<String, Duration> took = new LinkedHashMap<>();
    private @Nullable String phase;
    private long begun;
    private @Nullable String target;
    private @Nullable String targetVersion;
    private long tables;
    private long rows;
    private long bytes;
    private List<String> kept = List.of();
    private @Nullable Failure problem;

    Proceedings(Found found, Instant startedAt) {
        this.found = found;
        this.startedAt = startedAt;
    }

    /** Ends the phase before and begins another. */
    void begin(String name) {
        end();
        phase = name;
        begun = System.nanoTime();
    }

    void end() {
        if (phase != null) {
            took.merge(phase, Duration.ofNanos(System.nanoTime() - begun), Duration::plus);
            phase = null;
        }
    }

    void add(Proof proof) {
        proofs.add(proof);
    }

    void target(String kind, String version) {
        target = kind;
        targetVersion = version;
    }

    void totals(long numberOfTables, long numberOfRows, long numberOfBytes) {
        tables = numberOfTables;
        rows = numberOfRows;
        bytes = numberOfBytes;
    }

    void kept(List<String> words) {
        kept = words;
    }

    void problem(Failure failure) {
        problem = failure;
    }

    DrillResult result() {
        end();
        String database = found.database();
        return new DrillResult(
                database == null ? found.file() : database,
                found,
                target,
                targetVersion,
                startedAt,
                new LinkedHashMap<>(took),
                proofs.stream()
                        .sorted(Comparator.comparingInt(proof -> ORDER.indexOf(proof.name())))
                        .toList(),
                tables,
                rows,
                bytes,
                kept,
                problem);
    }
}
