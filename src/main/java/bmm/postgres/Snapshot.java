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
    private static final String MODES = "ISOLATION LEVEL REPEATABLE READ READ ONLY";

    /** How long another session of the same snapshot waits for a lock, see {@link TableBusy}. */
    public static final Duration LOCK_WAIT_INSIDE = Duration.ofSeconds(2);

    /**
     * What pg_dump dumps data of: ordinary tables and leaf partitions; of an extension's tables only its settings; on a
     * standby no unlogged ones, which are empty there and cannot be read.
     */
    private static final String TABLES = """
            SELECT n.nspname, c.relname, c.oid::pg_catalog.int8, pg_catalog.pg_relation_size(c.oid),
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

    /**
     * A table whose data is in the snapshot.
     *
     * @param oid which relation has the name
     * @param filter the extension's own condition for rows that are its settings; it begins with WHERE
     */
    record Table(
            TableName name,
            long oid,
            long sizeBytes,
            List<String> columns,
            ColumnPlan plan,
            @Nullable String filter) {}

    private final Server server;
    private final String database;
    private final Session session;
    private final String id;
    private final String encoding;
    private final List<Table> tables;
    private final List<Session> workers = new ArrayList<>();
    private boolean cancelled;

    private Snapshot(Server server, String database, Session session, String id, String encoding, List<Table> tables) {
        this.server = server;
        this.database = database;
        this.session = session;
        this.id = id;
        this.encoding = encoding;
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
        // Even to ask for the size of a table waits for whoever has it locked.
        String lockTimeout = "lock_timeout = " + lockWait.toMillis();
        try {
            session.execute("SET " + lockTimeout);
            for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
                Set<TableName> locked = new HashSet<>();
                List<Table> before = tables(session);
                session.begin(MODES);
                session.execute("SET LOCAL " + lockTimeout);
                try {
                    lock(session, before, locked);
                } catch (SQLException e) {
                    if (!isGone(e)) {
                        throw e;
                    }
                    session.rollback();
                    continue;
                }
                List<Table> tables = tables(session);
                if (locked.containsAll(tables.stream().map(Table::name).toList())) {
                    String id = session.queryOne("SELECT pg_catalog.pg_export_snapshot()", row -> row.getString(1));
                    String encoding =
                            session.queryOne("SELECT pg_catalog.getdatabaseencoding()", row -> row.getString(1));
                    return new Snapshot(server, database, session, id, encoding, tables);
                }
                // A table was made between the two looks; look again.
                session.rollback();
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
                    row.getLong(4),
                    strings(row.getArray(5)),
                    new ColumnPlan(strings(row.getArray(6)).stream()
                            .map(ColumnKind::of)
                            .toList()),
                    row.getString(7));
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

    Server server() {
        return server;
    }

    String database() {
        return database;
    }

    /** The identifier for {@code pg_dump --snapshot}. */
    public String id() {
        return id;
    }

    /** The tables whose data a dump of this snapshot holds. */
    public Set<TableName> tables() {
        return tables.stream().map(Table::name).collect(Collectors.toSet());
    }

    /** The table of that name. */
    Table table(TableName name) {
        return tables.stream()
                .filter(table -> table.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The encoding of the database, which is that of its dump. */
    String encoding() {
        return encoding;
    }

    /** Whether the server can refuse to read anything but tables. */
    boolean isRestrictable() {
        try {
            return session.queryOne(
                    "SELECT pg_catalog.current_setting('" + Pins.RESTRICTION + "', true) IS NOT NULL",
                    row -> row.getBoolean(1));
        } catch (SQLException e) {
            throw running(e, "asking for a setting");
        }
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
     * Where each sequence stands now, as far as it can be told. Sequences do not belong to the snapshot: read them before and
     * after the dump, and the value in the dump lies between.
     */
    public SortedMap<TableName, SequenceState> sequences() {
        try (Session beside = server.connect(database)) {
            return SequenceStates.read(beside);
        } catch (SQLException e) {
            // Sequences are not locked: one that was dropped meanwhile is no reason to throw a good dump away.
            LOG.atInfo().addKeyValue("db", database).log("sequences not compared: {}", SqlFailure.message(e));
            return new TreeMap<>();
        }
    }

    /** How the content of these tables is hashed. */
    public ContentHash contentHash() {
        Map<TableName, ColumnPlan> plans = new TreeMap<>();
        tables.forEach(table -> plans.put(table.name(), table.plan()));
        return new ContentHash(RowHash.COLUMNS, plans);
    }

    /** What sends all rows of a table as pg_dump has them: in the database's own encoding, without generated columns. */
    String copy(Table table) {
        return copy(table, table.columns());
    }

    /** The same with one column only, where rows are just counted. */
    String copyToCount(Table table) {
        return copy(
                table, table.columns().subList(0, Math.min(1, table.columns().size())));
    }

    private String copy(Table table, List<String> columns) {
        String names = columns.stream().map(TableName::quote).collect(Collectors.joining(", "));
        String what = table.filter() == null
                ? table.name().quoted() + (columns.isEmpty() ? "" : " (" + names + ")")
                // As pg_dump does; the extension's script is a superuser's.
                : "(SELECT " + names + " FROM ONLY " + table.name().quoted() + " " + table.filter() + ")";
        return "COPY " + what + " TO STDOUT WITH (ENCODING '" + encoding + "')";
    }

    /** Makes sure that a table's name still means the relation that is locked: its schema can be renamed all the same. */
    void checkInPlace(Session worker, Table table) throws SQLException {
        long now = worker.queryOne(
                "SELECT coalesce(pg_catalog.to_regclass("
                        + OwnDatabase.literal(table.name().quoted()) + ")::pg_catalog.oid, 0)::pg_catalog.int8",
                row -> row.getLong(1));
        if (now != table.oid()) {
            throw new Failure(
                    ExitCode.DUMP,
                    "table " + table.name() + " was replaced by something else of that name while it was read",
                    "someone renames schemas: run the backup when no migration is running");
        }
    }

    /** Another session that sees the same moment. */
    Session worker() {
        Session worker = server.connect(database);
        try {
            worker.begin(MODES, id);
            worker.execute("SET LOCAL lock_timeout = " + LOCK_WAIT_INSIDE.toMillis());
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
