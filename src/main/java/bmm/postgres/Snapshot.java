package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.sql.Array;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One moment of a database, held open: an exported REPEATABLE READ snapshot that pg_dump and the fingerprint both look
 * at, with every table locked ACCESS SHARE. The lock comes first: TRUNCATE does not respect a snapshot that is older than
 * itself.
 */
public final class Snapshot implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshot.class);
    private static final int MOST_ATTEMPTS = 5;
    private static final int TABLES_PER_LOCK = 200;

    /** How long another session of the same snapshot waits for a lock, see {@link TableBusy}. */
    public static final Duration LOCK_WAIT_INSIDE = Duration.ofSeconds(2);

    private static final int SEQUENCES_PER_QUERY = 100;
    /**
     * What pg_dump dumps data of: ordinary tables and leaf partitions; of an extension's tables only its settings; on a
     * standby no unlogged ones, which are empty there and cannot be read.
     */
    private static final String TABLES = """
            SELECT n.nspname, c.relname, pg_catalog.pg_relation_size(c.oid),
                   ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
                         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                         ORDER BY a.attnum),
                   ARRAY(SELECT %s
                         FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
                         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                         ORDER BY a.attnum),
                   x.extcondition[pg_catalog.array_position(x.extconfig, c.oid)]
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                 AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e'
                 AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
            LEFT JOIN pg_catalog.pg_extension x ON x.oid = d.refobjid
            WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
              AND (x.oid IS NULL OR c.oid = ANY (x.extconfig))
              AND (c.relpersistence <> 'u' OR NOT pg_catalog.pg_is_in_recovery())
            """.formatted(ColumnKind.OF_ATTRIBUTE);

    /** A table whose data is in the snapshot. */
    record Table(
            TableName name,
            long sizeBytes,
            List<String> columns,
            ColumnPlan plan,
            @Nullable String filter) {}

    private final Server server;
    private final String database;
    private final Session session;
    private final String id;
    private final List<Table> tables;
    private final List<Session> workers = new ArrayList<>();
    private boolean cancelled;

    private Snapshot(Server server, String database, Session session, String id, List<Table> tables) {
        this.server = server;
        this.database = database;
        this.session = session;
        this.id = id;
        this.tables = tables;
    }

    /**
     * Takes the locks and then the snapshot.
     *
     * @param lockWait how long to wait for tables that others have locked
     * @throws Failure {@link ExitCode#DUMP} if a table cannot be locked or read
     */
    public static Snapshot open(Server server, String database, Duration lockWait) {
        Session session = server.connect(database);
        try {
            session.execute("SET lock_timeout = " + lockWait.toMillis());
            for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
                Set<TableName> locked = new HashSet<>();
                List<Table> before = tables(session);
                session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
                try {
                    lock(session, before, locked);
                } catch (SQLException e) {
                    if (!isGone(e)) {
                        throw e;
                    }
                    session.execute("ROLLBACK");
                    continue;
                }
                List<Table> tables = tables(session);
                if (locked.containsAll(tables.stream().map(Table::name).toList())) {
                    String id = session.queryOne("SELECT pg_catalog.pg_export_snapshot()", row -> row.getString(1));
                    return new Snapshot(server, database, session, id, tables);
                }
                // A table was made between the two looks; look again.
                session.execute("ROLLBACK");
            }
        } catch (SQLException e) {
            session.close();
            throw SqlFailure.running(e, "database " + database + ": taking a snapshot");
        }
        session.close();
        throw new Failure(
                ExitCode.DUMP,
                "database " + database + ": tables come and go too fast to take a snapshot",
                "run the backup when no migration is running");
    }

    /** A table, or its schema, was dropped between the look and the lock. */
    private static boolean isGone(SQLException e) {
        return "42P01".equals(e.getSQLState()) || "3F000".equals(e.getSQLState());
    }

    private static List<Table> tables(Session session) throws SQLException {
        return session.query(TABLES, row -> {
            return new Table(
                    new TableName(row.getString(1), row.getString(2)),
                    row.getLong(3),
                    strings(row.getArray(4)),
                    new ColumnPlan(strings(row.getArray(5)).stream()
                            .map(ColumnKind::of)
                            .toList()),
                    row.getString(6));
        });
    }

    private static List<String> strings(Array array) throws SQLException {
        return List.of((String[]) array.getArray());
    }

    private static void lock(Session session, List<Table> tables, Set<TableName> locked) throws SQLException {
        for (int from = 0; from < tables.size(); from += TABLES_PER_LOCK) {
            List<TableName> some = tables.subList(from, Math.min(from + TABLES_PER_LOCK, tables.size())).stream()
                    .map(Table::name)
                    .toList();
            session.execute("LOCK TABLE "
                    + some.stream().map(name -> "ONLY " + name.quoted()).collect(Collectors.joining(", "))
                    + " IN ACCESS SHARE MODE");
            locked.addAll(some);
        }
    }

    /** The identifier for {@code pg_dump --snapshot}. */
    public String id() {
        return id;
    }

    /** The tables whose data a dump of this snapshot holds. */
    public Set<TableName> tables() {
        return tables.stream().map(Table::name).collect(Collectors.toSet());
    }

    /** Biggest first, so that several workers end at about the same time. */
    List<Table> tablesBySize() {
        return tables.stream()
                .sorted(Comparator.comparingLong(Table::sizeBytes).reversed())
                .toList();
    }

    /** Extensions and their versions. */
    public SortedMap<String, String> extensions() {
        try {
            SortedMap<String, String> found = new TreeMap<>();
            session.query(
                            "SELECT extname, extversion FROM pg_catalog.pg_extension",
                            row -> Map.entry(row.getString(1), row.getString(2)))
                    .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
            return found;
        } catch (SQLException e) {
            throw running(e, "reading the extensions");
        }
    }

    /**
     * Where each sequence stands now. Sequences do not belong to the snapshot: read them before and after the dump, and
     * the value in the dump lies between.
     */
    public SortedMap<TableName, SequenceState> sequences() {
        try {
            session.execute("SAVEPOINT sequences");
        } catch (SQLException e) {
            throw running(e, "reading the sequences");
        }
        try {
            return readSequences();
        } catch (SQLException e) {
            // Sequences are not locked: one that was dropped meanwhile is no reason to throw a good dump away.
            LOG.atInfo().addKeyValue("db", database).log("sequences not compared: {}", SqlFailure.message(e));
        }
        try {
            session.execute("ROLLBACK TO SAVEPOINT sequences");
            return new TreeMap<>();
        } catch (SQLException e) {
            throw running(e, "reading the sequences");
        }
    }

    private SortedMap<TableName, SequenceState> readSequences() throws SQLException {
        List<TableName> names = session.query("""
                    SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
                    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                    WHERE c.relkind = 'S' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                      AND (c.relpersistence <> 'u' OR NOT pg_catalog.pg_is_in_recovery())
                      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'
                          AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass)
                    """, row -> new TableName(row.getString(1), row.getString(2)));
        SortedMap<TableName, SequenceState> states = new TreeMap<>();
        for (int from = 0; from < names.size(); from += SEQUENCES_PER_QUERY) {
            List<TableName> some = names.subList(from, Math.min(from + SEQUENCES_PER_QUERY, names.size()));
            List<String> selects = new ArrayList<>();
            for (int i = 0; i < some.size(); i++) {
                selects.add("SELECT " + i + ", last_value, is_called FROM "
                        + some.get(i).quoted());
            }
            session.query(
                    String.join(" UNION ALL ", selects),
                    row -> states.put(some.get(row.getInt(1)), new SequenceState(row.getLong(2), row.getBoolean(3))));
        }
        return states;
    }

    /** How the content of these tables is hashed, by an algorithm that this server and bmm compute alike. */
    public ContentHash contentHash() {
        Map<TableName, ColumnPlan> plans = new TreeMap<>();
        tables.forEach(table -> plans.put(table.name(), table.plan()));
        try {
            return new ContentHash(HashTrial.choose(session), plans);
        } catch (SQLException e) {
            throw running(e, "trying the row hash");
        }
    }

    /**
     * Whether the text of a row is the same here and in the dump. In a single-byte encoding some C libraries take a byte
     * above 127 for white space, which changes the quotes.
     */
    public boolean rowTextIsPortable() {
        try {
            return session.queryOne("""
                    SELECT CASE WHEN pg_catalog.pg_encoding_max_length(encoding) > 1 OR encoding = 0 THEN true
                        ELSE ROW((SELECT string_agg(chr(i), '') FROM generate_series(128, 255) i))::text NOT LIKE '("%' END
                    FROM pg_catalog.pg_database WHERE datname = current_database()
                    """, row -> row.getBoolean(1));
        } catch (SQLException e) {
            return false;
        }
    }

    /** Another session that sees the same moment. */
    Session worker() {
        Session worker = server.connect(database);
        try {
            worker.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            worker.execute("SET TRANSACTION SNAPSHOT '" + id + "'");
            worker.execute("SET lock_timeout = " + LOCK_WAIT_INSIDE.toMillis());
            lock(worker, tables, new HashSet<>());
            synchronized (workers) {
                workers.add(worker);
                if (cancelled) {
                    worker.cancel();
                }
            }
            return worker;
        } catch (SQLException e) {
            worker.close();
            throw running(e, "joining the snapshot");
        }
    }

    /** Breaks off the fingerprint, from another thread. */
    public void cancel() {
        synchronized (workers) {
            // Also for a worker that is still connecting.
            cancelled = true;
            workers.forEach(Session::cancel);
        }
    }

    /**
     * Makes sure that the snapshot, and with it the locks, lasted until now.
     *
     * @throws Failure if the connection that held it is gone
     */
    public void checkAlive() {
        try {
            session.queryOne("SELECT 1", row -> row.getInt(1));
        } catch (SQLException e) {
            throw running(e, "holding the snapshot");
        }
    }

    private Failure running(SQLException e, String doing) {
        return SqlFailure.running(e, "database " + database + ": " + doing);
    }

    @Override
    public void close() {
        synchronized (workers) {
            workers.forEach(Session::close);
        }
        session.close();
    }
}
