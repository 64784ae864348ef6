package bmm.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The smallest question that a server can be asked. */
public final class Ping {
    private Ping() {}

    /**
     * Connects, and has the server answer {@code SELECT 1}.
     *
     * @param database null: any
     * @param timeout of each step, in whole seconds; through a Unix socket a server that hangs is waited for longer
     * @throws bmm.base.Failure if it does not
     */
    public static void ask(ConnectionSettings connection, @Nullable String database, Duration timeout) {
        Server server = new Server(connection);
        String name = database == null ? server.home() : database;
        String seconds = String.valueOf(Math.max(1, timeout.toSeconds()));
        Map<String, String> limits =
                Map.of("connectTimeout", seconds, "loginTimeout", seconds, "socketTimeout", seconds);
        try (Connection open = server.open(name, limits);
                Statement statement = open.createStatement()) {
            statement.execute("SELECT 1");
        } catch (SQLException e) {
            throw SqlFailure.running(e, "database " + name + " at " + connection.address());
        }
    }
}
