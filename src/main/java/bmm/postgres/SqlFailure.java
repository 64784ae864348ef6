package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.Hint.Sql;
import bmm.base.Stopping;
import com.google.errorprone.annotations.CompileTimeConstant;
import java.sql.SQLException;
import java.util.regex.Pattern;

/** Turns what the server or the driver said into one line and a hint. */
final class SqlFailure {
    private static final Pattern PREFIX = Pattern.compile("^(FATAL|ERROR): ");

    private SqlFailure() {}

    /** The failure of an attempt to connect to a database. */
    static Failure connecting(SQLException e, ConnectionSettings connection, String database) {
        String where = "database " + database + " at " + connection.address();
        String role = connection.user();
        if (Stopping.requested()) {
            return failure(e, where + ": stopped", "run it again");
        }
        return switch (state(e)) {
            case "28P01" ->
                failure(e, where + ": wrong password for role " + role, "check PGPASSWORD, PGPASSFILE or DATABASE_URL");
            case "28000" ->
                failure(
                        e,
                        where + ": " + message(e),
                        "run bmm as a system user with this role (sudo -u postgres bmm …), or set PGUSER and PGPASSWORD; pg_hba.conf decides");
            case "3D000" ->
                failure(e, where + ": there is no such database", "check BMM_DATABASES; psql -l lists what is there");
            case "42501" ->
                new Failure(
                        ExitCode.DUMP,
                        where + ": " + message(e),
                        Hint.of("psql -c ")
                                .sql(Sql.of("GRANT CONNECT ON DATABASE … TO ").identifier(role)),
                        e);
            case "53300" ->
                failure(e, where + ": too many connections", "raise max_connections or run at another hour");
            case "57P03" -> failure(e, where + ": " + message(e), "wait until the server has started or recovered");
            case "08004" -> failure(e, where + ": " + message(e), "set PGPASSWORD, PGPASSFILE or DATABASE_URL");
            default ->
                failure(
                        e,
                        where + ": cannot connect: " + rootMessage(e),
                        "is the server running, and are PGHOST and PGPORT right?");
        };
    }

    /** The failure of a statement. */
    static Failure running(SQLException e, String doing) {
        if (Stopping.requested()) {
            return failure(e, doing + ": stopped", "run it again");
        }
        return switch (state(e)) {
            case "42501" ->
                failure(
                        e,
                        doing + ": " + message(e),
                        "GRANT pg_read_all_data TO the role, or back up as the owner; tables with row security also need BYPASSRLS");
            case "55P03" ->
                new TableBusy(
                        doing + ": gave up waiting for a lock",
                        "another transaction holds the table, often an ALTER or a migration; see pg_stat_activity, or raise BMM_LOCK_WAIT_TIMEOUT",
                        e);
            case "57014" -> failure(e, doing + ": cancelled", "someone or a timeout cancelled the query");
            case "57P01", "57P02", "08006", "08003" ->
                failure(e, doing + ": the connection broke: " + message(e), "see the server's log");
            default -> failure(e, doing + ": " + message(e), "see the server's log");
        };
    }

    private static Failure failure(SQLException e, String message, @CompileTimeConstant final String hint) {
        return new Failure(ExitCode.DUMP, message, hint, e);
    }

    private static String state(SQLException e) {
        return e.getSQLState() == null ? "" : e.getSQLState();
    }

    static String message(SQLException e) {
        String first = Failure.reason(e).split("; ", 2)[0];
        return PREFIX.matcher(first).replaceFirst("");
    }

    private static String rootMessage(SQLException e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root instanceof SQLException sql ? message(sql) : Failure.reason(root);
    }
}
