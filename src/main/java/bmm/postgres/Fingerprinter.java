package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.math.BigDecimal;
import java.math.BigInteger;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Computes the fingerprint of a snapshot on the server, several tables at a time where asked to. */
public final class Fingerprinter {
    private static final Logger LOG = LoggerFactory.getLogger(Fingerprinter.class);

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

    private TableContent content(Session session, Snapshot.Table table) {
        String from = " FROM ONLY " + table.name().quoted();
        // The condition is the extension's own SQL and begins with WHERE.
        String filter = table.filter() == null ? "" : " " + table.filter();
        try {
            if (hash != null) {
                session.execute("SAVEPOINT row_hash");
                try {
                    return session.queryOne(
                            "SELECT count(*), sum(" + rowSql(hash, table) + ")" + from + filter,
                            row -> new TableContent(row.getLong(1), whole(row.getBigDecimal(2))));
                } catch (SQLException e) {
                    if (!isRowTooLong(e)) {
                        throw e;
                    }
                    session.execute("ROLLBACK TO SAVEPOINT row_hash");
                    LOG.atWarn()
                            .addKeyValue("table", table.name())
                            .log("a row is too long to be hashed by the server; its rows are only counted");
                }
            }
            return session.queryOne("SELECT count(*)" + from + filter, row -> new TableContent(row.getLong(1), null));
        } catch (SQLException e) {
            throw SqlFailure.running(e, "fingerprint of table " + table.name());
        }
    }

    private static String rowSql(ContentHash hash, Snapshot.Table table) {
        return hash.algorithm().sql(hash.plan(table.name()), table.columns());
    }

    /** A text of 1 GB is the server's limit, and quotes can double what COPY would still write. */
    private static boolean isRowTooLong(SQLException e) {
        return "54000".equals(e.getSQLState()) || Failure.reason(e).contains("invalid memory alloc request size");
    }

    private TableContent largeObjects(Session session) {
        progress.accept("large objects");
        try {
            return session.queryOne(
                    LargeObjectHash.sql(hash == null ? null : hash.algorithm()),
                    row -> new TableContent(row.getLong(1), hash == null ? null : whole(row.getBigDecimal(2))));
        } catch (SQLException e) {
            throw SqlFailure.running(e, "fingerprint of the large objects");
        }
    }

    private static BigInteger whole(@Nullable BigDecimal sum) {
        return sum == null ? BigInteger.ZERO : sum.toBigIntegerExact();
    }
}
