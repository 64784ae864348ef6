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

/** Computes the fingerprint of a snapshot from what COPY sends of each table, several tables at a time where asked to. */
public final class Fingerprinter {
    private final Snapshot snapshot;
    private final @Nullable ContentHash hash;
    private final int jobs;
    private final Consumer<String> progress;

    /**
     * @param hash how to hash rows, or null to count them only
     * @param progress told the name of each table when its turn comes
     */
    public Fingerprinter(Snapshot snapshot, @Nullable ContentHash hash, int jobs, Consumer<String> progress) {
        this.snapshot = snapshot;
        this.hash = hash;
        this.jobs = jobs;
        this.progress = progress;
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
     * Reads a table. Its lock is let go afterwards, as the snapshot's own session has one: thousands of them would fill the
     * server's table of locks.
     */
    private TableContent content(Session session, Snapshot.Table table) {
        boolean hasColumns = !table.columns().isEmpty();
        CopyRows rows = new CopyRows(hash == null ? null : hash.hasher(table.name(), hasColumns));
        try {
            session.execute("SAVEPOINT one_table");
            session.copy(
                    hash == null ? snapshot.copyToCount(table) : snapshot.copy(table),
                    row -> rows.accept(row, 0, row.length));
            snapshot.checkInPlace(session, table);
            session.execute("ROLLBACK TO SAVEPOINT one_table");
            return rows.content();
        } catch (SQLException e) {
            throw SqlFailure.running(e, "fingerprint of table " + table.name());
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
