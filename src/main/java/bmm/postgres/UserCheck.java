package bmm.postgres;

import bmm.base.Amounts;
import bmm.base.Stopping;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a statement of the user's that says whether something is as it should be. It cannot change anything. */
public final class UserCheck {
    private static final Logger LOG = LoggerFactory.getLogger(UserCheck.class);

    private UserCheck() {}

    /**
     * Runs one statement in a read-only transaction, under the settings that the database and the role have.
     *
     * @return empty if its first row begins with true, else what is wrong, in words
     */
    public static Optional<String> run(Server server, String database, String sql, Duration timeout) {
        try (Connection connection = server.openUnpinned(database);
                Stopping.Registration registration = Stopping.register(() -> abort(connection));
                Statement statement = connection.createStatement()) {
            LOG.atTrace().log("{} ends this check when bmm is stopped", registration);
            statement.execute("BEGIN READ ONLY");
            statement.execute("SET LOCAL statement_timeout = " + Math.max(1, timeout.toMillis()));
            return verdict(statement, sql);
        } catch (SQLException e) {
            return Optional.of(
                    "57014".equals(e.getSQLState())
                            ? "took longer than " + Amounts.duration(timeout)
                            : "fails: " + SqlFailure.message(e));
        }
    }

    private static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.atDebug().log("a check that is being stopped: {}", SqlFailure.message(e));
        }
    }

    private static Optional<String> verdict(Statement statement, String sql) throws SQLException {
        if (!statement.execute(sql)) {
            return Optional.of("returns no rows");
        }
        try (ResultSet rows = statement.getResultSet()) {
            if (!rows.next()) {
                return Optional.of("returns no row");
            }
            String first = rows.getString(1);
            boolean isTrue = "t".equals(first) || "true".equalsIgnoreCase(first);
            return isTrue
                    ? Optional.empty()
                    : Optional.of("is " + ("f".equals(first) ? "false" : String.valueOf(first)));
        }
    }
}
