package bmm.uptime;

import bmm.alert.Layer;
import bmm.base.Failure;
import bmm.postgres.ConnectionSettings;
import bmm.postgres.Ping;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * {@code postgres:}: the server lets us in and answers {@code SELECT 1}.
 *
 * @param database null: the one that the connection names, or postgres
 */
record PostgresProbe(
        ConnectionSettings connection, @Nullable String database) implements Probe {
    @Override
    public String target() {
        return "postgres at " + connection.address() + (database == null ? "" : ", database " + database);
    }

    @Override
    public Layer layer() {
        return Layer.DATABASE;
    }

    @Override
    public Look look(Trail trail, Duration timeout) throws IOException {
        Deadline deadline = Deadline.in(timeout);
        if (!connection.host().startsWith("/")) {
            var unused = trail.lookUp(connection.host());
            trail.at(Stage.TCP);
        }
        try {
            Ping.ask(connection, database, timeout);
        } catch (Failure e) {
            return Look.down(null, String.valueOf(e.getMessage()), deadline.spent());
        }
        return Look.up("answers SELECT 1", deadline.spent());
    }
}
