package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The settings that every session of bmm runs under, whatever a database, a role or a pooler says.
 *
 * <p>An empty {@code search_path} comes first: with it a name without a schema means PostgreSQL's own object and nothing
 * else, so no statement of bmm's can reach a function or an operator that an owner has put into a schema of theirs. It is in
 * the startup packet, which wins over {@code ALTER DATABASE} and {@code ALTER ROLE … SET} (PostgreSQL manual, "Setting
 * Parameters"); where a pooler refuses or drops it, the first statement sets it, without using any operator. The others fix how
 * values look as text, as pg_dump does for itself, and how long a session may wait.
 */
final class Pins {
    /** For the startup packet. A database's owner can have it set another role, too. */
    static final String STARTUP_OPTIONS = "-c search_path= -c role=none";

    /** Known from 12.20, 13.16, 14.13, 15.8, 16.4 and 17 on: a view in the place of a table is refused (CVE-2024-7348). */
    static final String RESTRICTION = "restrict_nonsystem_relation_kind";

    static final String RESTRICTED = "view, foreign-table";

    private static final Map<String, String> VALUES = values();

    /** The first statement of a session. The functions are evaluated from left to right, the search path first. */
    private static final String SET = "SELECT pg_catalog.current_setting('search_path'), "
            + VALUES.entrySet().stream().map(Pins::setting).collect(Collectors.joining(", "));

    private static final String READ = "SELECT "
            + VALUES.keySet().stream()
                    .map(name -> "pg_catalog.current_setting('" + name + "', true)")
                    .collect(Collectors.joining(", "));

    private Pins() {}

    private static Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("search_path", "");
        // A backslash in a literal is a backslash.
        values.put("standard_conforming_strings", "on");
        values.put("DateStyle", "ISO");
        values.put("IntervalStyle", "postgres");
        values.put("TimeZone", "UTC");
        values.put("extra_float_digits", "3");
        values.put("bytea_output", "hex");
        values.put("quote_all_identifiers", "off");
        // A table is read from its beginning, as pg_dump does: both see its rows in the same order.
        values.put("synchronize_seqscans", "off");
        // What a policy hides is an error, not an absence.
        values.put("row_security", "off");
        // Known from 12.20, 13.16, 14.13, 15.8, 16.4 and 17 on: a view in the place of a table is refused
        // (CVE-2024-7348).
        values.put("restrict_nonsystem_relation_kind", "view, foreign-table");
        values.put("lock_timeout", "0");
        values.put("statement_timeout", "0");
        values.put("idle_in_transaction_session_timeout", "0");
        // From 14 and 17 on.
        values.put("idle_session_timeout", "0");
        values.put("transaction_timeout", "0");
        return values;
    }

    /** NULL where the server does not know the setting. */
    private static String setting(Map.Entry<String, String> pin) {
        String name = "'" + pin.getKey() + "'";
        return "CASE WHEN pg_catalog.current_setting(" + name + ", true) IS NOT NULL THEN pg_catalog.set_config(" + name
                + ", '" + pin.getValue() + "', false) END";
    }

    /**
     * Sets them.
     *
     * @return whether the search path was empty before, as the startup packet asked
     * @throws Failure {@link ExitCode#PREFLIGHT} if they do not last until the next statement
     */
    static boolean set(Connection connection) throws SQLException {
        List<String> set = row(connection, SET);
        List<String> read = row(connection, READ);
        if (!read.equals(set.subList(1, set.size()))) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "the server forgets the settings of a session from one statement to the next",
                    "this is a connection pooler (pgbouncer) that shares sessions: let PGHOST and PGPORT name the server"
                            + " itself, or set pool_mode=session");
        }
        String before = set.getFirst();
        return before.isEmpty() || before.equals("\"\"");
    }

    private static List<String> row(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            List<String> values = new ArrayList<>();
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                String value = rows.getString(i);
                values.add(value == null ? "" : value);
            }
            return values;
        }
    }
}
