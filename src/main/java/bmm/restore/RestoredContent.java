package bmm.restore;

import bmm.postgres.ContentHash;
import bmm.postgres.DatabaseFacts;
import bmm.postgres.Fingerprint;
import bmm.postgres.Fingerprinter;
import bmm.postgres.OwnDatabase;
import bmm.postgres.SequenceState;
import bmm.postgres.Snapshot;
import bmm.postgres.TableName;
import java.time.Duration;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is in the restored database, read the way the source was read. */
record RestoredContent(
        Fingerprint fingerprint,
        SortedMap<TableName, SequenceState> sequences,
        SortedMap<String, String> extensions,
        DatabaseFacts facts) {
    private static final Duration LOCK_WAIT = Duration.ofMinutes(1);

    static RestoredContent read(OwnDatabase database, @Nullable ContentHash hash, int jobs, Consumer<String> progress)
            throws InterruptedException {
        DatabaseFacts facts = DatabaseFacts.read(database.server(), database.name());
        try (Snapshot snapshot = Snapshot.open(database.server(), database.name(), LOCK_WAIT)) {
            Fingerprint fingerprint = new Fingerprinter(snapshot, hash, jobs, progress).compute();
            return new RestoredContent(fingerprint, snapshot.sequences(), snapshot.extensions(), facts);
        }
    }
}
