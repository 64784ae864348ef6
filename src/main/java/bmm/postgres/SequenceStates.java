package bmm.postgres;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Reads where the sequences of a database stand: by number, not by name, as nothing keeps an owner from putting a table in the
 * place of a sequence, and to read that would run what is in its indexes. From 18 on the server tells all of it by number; before,
 * only of sequences that were called. What was not called yet is then read by name, once it is locked, where nobody but a superuser
 * or the role itself could rename its schema; the others are left out.
 */
final class SequenceStates {
    private static final int AT_ONCE = 100;

    private static final String FROM = """
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL (%s) s
            WHERE c.relkind = 'S' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
              AND (c.relpersistence <> 'u' OR NOT pg_catalog.pg_is_in_recovery())
              AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'
                  AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass)
            """;

    private static final String TOLD = """
            SELECT n.nspname, c.relname, s.last_value, s.is_called
            """ + FROM.formatted("SELECT * FROM pg_catalog.pg_get_sequence_data(c.oid)")
            + " AND s.last_value IS NOT NULL";

    private static final String CALLED =
            """
            SELECT n.nspname, c.relname, s.last_value, true
            """ + FROM.formatted("SELECT pg_catalog.pg_sequence_last_value(c.oid) AS last_value")
                    + " AND s.last_value IS NOT NULL";

    /** The owner of schema public is from 15 on whoever owns the database. */
    private static final String UNCALLED =
            """
            SELECT c.oid::pg_catalog.int8, n.nspname, c.relname
            """ + FROM.formatted("SELECT pg_catalog.pg_sequence_last_value(c.oid) AS last_value") + """
              AND s.last_value IS NULL
              AND EXISTS (
                  SELECT FROM pg_catalog.pg_roles o
                  WHERE (o.rolsuper OR o.rolname = current_user)
                    AND o.oid = CASE WHEN pg_catalog.pg_get_userbyid(n.nspowner) = 'pg_database_owner'
                        THEN (SELECT datdba FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
                        ELSE n.nspowner END)
            """;

    private record Uncalled(long oid, TableName name) {}

    private SequenceStates() {}

    /** @param session that is in no transaction: reading a sequence locks it until the end of one */
    static SortedMap<TableName, SequenceState> read(Session session) throws SQLException {
        SortedMap<TableName, SequenceState> states = new TreeMap<>();
        boolean told = session.queryOne(
                "SELECT pg_catalog.to_regprocedure('pg_catalog.pg_get_sequence_data(pg_catalog.regclass)') IS NOT NULL",
                row -> row.getBoolean(1));
        session.query(
                told ? TOLD : CALLED,
                row -> states.put(
                        new TableName(row.getString(1), row.getString(2)),
                        new SequenceState(row.getLong(3), row.getBoolean(4))));
        if (!told) {
            List<Uncalled> uncalled = session.query(
                    UNCALLED, row -> new Uncalled(row.getLong(1), new TableName(row.getString(2), row.getString(3))));
            for (int from = 0; from < uncalled.size(); from += AT_ONCE) {
                readByName(session, uncalled.subList(from, Math.min(from + AT_ONCE, uncalled.size())), states);
            }
        }
        return states;
    }

    private static void readByName(Session session, List<Uncalled> some, SortedMap<TableName, SequenceState> states)
            throws SQLException {
        session.begin("READ ONLY");
        String oids = some.stream().map(one -> String.valueOf(one.oid())).collect(Collectors.joining(", "));
        // Locked by this, none of them can be dropped or renamed; those that were before are not among them.
        List<Long> locked = session.query(
                "SELECT oid::pg_catalog.int8 FROM pg_catalog.pg_class WHERE relkind = 'S' AND oid IN (" + oids
                        + ") AND coalesce(pg_catalog.pg_sequence_last_value(oid), 0) IS NOT NULL",
                row -> row.getLong(1));
        List<Uncalled> present = new ArrayList<>();
        for (Uncalled one : some) {
            boolean inPlace = locked.contains(one.oid())
                    && session.queryOne(
                            "SELECT pg_catalog.to_regclass("
                                    + OwnDatabase.literal(one.name().quoted())
                                    + ")::pg_catalog.oid IS NOT DISTINCT FROM " + one.oid() + "::pg_catalog.oid",
                            row -> row.getBoolean(1));
            if (inPlace) {
                present.add(one);
            }
        }
        List<String> selects = new ArrayList<>();
        for (int i = 0; i < present.size(); i++) {
            selects.add("SELECT " + i + ", last_value, is_called FROM "
                    + present.get(i).name().quoted());
        }
        if (!selects.isEmpty()) {
            session.query(
                    String.join(" UNION ALL ", selects),
                    row -> states.put(
                            present.get(row.getInt(1)).name(), new SequenceState(row.getLong(2), row.getBoolean(3))));
        }
        session.commit();
    }
}
