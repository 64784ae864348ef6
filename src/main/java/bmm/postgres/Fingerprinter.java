package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the tables of a snapshot, each by one COPY, several at a time where asked to. */
public final class Fingerprinter {
    /** What is made of a table's rows. */
    public enum Depth {
        /** They are counted. */
        COUNT,
        /** A digest of them, for who reads them in the same order: an archive of the same snapshot. */
        DIGEST,
        /** A hash of each, whatever their order: for a manifest, and for what was restored. */
        HASH
    }

    private final Snapshot snapshot;
    private final Depth depth;
    private final @Nullable ContentHash hash;
    private final int jobs;
    private final Consumer<String> progress;

    /**
     * @param hash how to hash rows and large objects, or null to count them only
     * @param progress told the name of each table when its turn comes
     */
    public Fingerprinter(Snapshot snapshot, @Nullable ContentHash hash, int jobs, Consumer<String> progress) {
        this(snapshot, hash == null ? Depth.COUNT : Depth.HASH, hash, jobs, progress);
    }

    private Fingerprinter(
            Snapshot snapshot, Depth depth, @Nullable ContentHash hash, int jobs, Consumer<String> progress) {
        this.snapshot = snapshot;
        this.depth = depth;
        this.hash = hash;
        this.jobs = jobs;
        this.progress = progress;
    }

    /** One that has digests of tables, and the hash of large objects. */
    public static Fingerprinter ofDigests(Snapshot snapshot, ContentHash hash, int jobs, Consumer<String> progress) {
        return new Fingerprinter(snapshot, Depth.DIGEST, hash, jobs, progress);
    }

    /**
     * Reads every table once.
     *
     * @throws Failure {@link ExitCode#DUMP} if one cannot be read
     */
    public Fingerprint compute() throws InterruptedException {
        Queue<Snapshot.Table> queue = new ConcurrentLinkedQueue<>(snapshot.tablesBySize());
        Map<TableName, TableContent> tables = new ConcurrentSkipListMap<>();
        List<Future<?>> workers = new ArrayList<>();
        TableContent largeObjects;
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 1; i < jobs; i++) {
                workers.add(pool.submit(() -> work(queue, tables, false)));
            }
            Future<TableContent> first = pool.submit(() -> work(queue, tables, true));
            try {
                largeObjects = first.get();
                for (Future<?> worker : workers) {
                    worker.get();
                }
            } catch (ExecutionException e) {
                snapshot.cancel();
                throw e.getCause() instanceof Failure failure
                        ? failure
                        : new Failure(ExitCode.INTERNAL, "fingerprint: " + Failure.reason(e), e);
            } catch (InterruptedException e) {
                snapshot.cancel();
                throw e;
            }
        }
        SortedMap<TableName, TableContent> sorted = new TreeMap<>(tables);
        return new Fingerprint(hash, sorted, largeObjects);
    }

    private TableContent work(Queue<Snapshot.Table> queue, Map<TableName, TableContent> results, boolean largeObjects) {
        Session session = snapshot.worker();
        for (Snapshot.Table table = queue.poll(); table != null; table = queue.poll()) {
            progress.accept(table.name().toString());
            results.put(table.name(), content(session, table));
        }
        return largeObjects ? largeObjects(session) : new TableContent(0, null);
    }

    /**
     * The hash of a single table, for one whose digest is not the archive's.
     *
     * @throws Failure {@link ExitCode#DUMP} if it cannot be read
     */
    public static TableContent hash(Snapshot snapshot, ContentHash hash, TableName name) {
        Snapshot.Table table = snapshot.table(name);
        return new Fingerprinter(snapshot, hash, 1, line -> {}).content(snapshot.worker(), table);
    }

    /**
     * Reads a table. Its lock is let go afterwards, as the snapshot's own session has one: thousands of them would fill the
     * server's table of locks.
     */
    private TableContent content(Session session, Snapshot.Table table) {
        Rows rows = rows(table);
        try {
            session.execute("SAVEPOINT one_table");
            session.copy(depth == Depth.COUNT ? snapshot.copyToCount(table) : snapshot.copy(table), rows);
            snapshot.checkInPlace(session, table);
            session.execute("ROLLBACK TO SAVEPOINT one_table");
            return rows.content();
        } catch (SQLException e) {
            throw SqlFailure.running(e, "fingerprint of table " + table.name());
        }
    }

    private interface Rows extends Session.CopyReader {
        TableContent content();
    }

    private Rows rows(Snapshot.Table table) {
        return depth == Depth.HASH && hash != null
                ? new Hashing(
                        new CopyRows(hash.hasher(table.name(), !table.columns().isEmpty())))
                : new Counting(new CopyDigest.Builder(), depth == Depth.DIGEST);
    }

    private record Hashing(CopyRows rows) implements Rows {
        @Override
        public void accept(byte[] bytes, int offset, int count, boolean endsRow) {
            rows.accept(bytes, offset, count);
        }

        @Override
        public TableContent content() {
            return rows.content();
        }
    }

    private static final class Counting implements Rows {
        private final CopyDigest.Builder digest;
        private final boolean withDigest;
        private long count;

        Counting(CopyDigest.Builder digest, boolean withDigest) {
            this.digest = digest;
            this.withDigest = withDigest;
        }

        @Override
        public void accept(byte[] bytes, int offset, int length, boolean endsRow) {
            if (endsRow) {
                count++;
            }
            if (withDigest) {
                digest.accept(bytes, offset, length);
            }
        }

        @Override
        public TableContent content() {
            return new TableContent(count, null, withDigest ? digest.digest() : null);
        }
    }

    private TableContent largeObjects(Session session) {
        progress.accept("large objects");
        LargeObjectHash objects = new LargeObjectHash(hash == null ? null : hash.algorithm());
        try {
            if (hash == null) {
                return session.queryOne(
                        "SELECT count(*) FROM pg_catalog.pg_largeobject_metadata",
                        row -> new TableContent(row.getLong(1), null));
            }
            session.copy(LargeObjectHash.COPY_PIECES, objects::acceptPiece);
            return objects.content();
        } catch (SQLException e) {
            throw SqlFailure.running(e, "fingerprint of the large objects");
        }
    }
}
