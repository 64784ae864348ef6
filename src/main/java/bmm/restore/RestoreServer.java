package bmm.restore;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.postgres.ConnectionSettings;
import bmm.postgres.Container;
import bmm.postgres.PgTools;
import bmm.postgres.Server;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** The server that the settings name, and the tools to restore into it. */
record RestoreServer(ConnectionSettings connection, Settings settings, Restore.Environment environment) {
    /** @throws Failure {@link ExitCode#RESTORE} if its container is not there */
    static RestoreServer of(Settings settings, Restore.Environment environment) {
        ConnectionSettings given = ConnectionSettings.of(settings, environment.systemUser());
        try {
            ConnectionSettings connection = settings.find(Keys.PG_CONTAINER)
                    .map(name -> new Container(name).connection(settings, given))
                    .orElse(given);
            return new RestoreServer(connection, settings, environment);
        } catch (Failure e) {
            throw e.exitCode() == ExitCode.DUMP ? e.as(ExitCode.RESTORE) : e;
        }
    }

    Server server() {
        return new Server(connection);
    }

    /** Whether it keeps its data on this machine, as far as one can tell. */
    boolean isLocal() {
        return settings.find(Keys.PG_CONTAINER).isEmpty()
                && String.valueOf(connection.host()).startsWith("/");
    }

    /** Of at least that major version. */
    PgTools tools(int major) {
        Optional<String> container = settings.find(Keys.PG_CONTAINER);
        if (container.isPresent()) {
            return PgTools.in(new Container(container.get()), connection);
        }
        Optional<Path> directory = settings.find(Keys.PG_BIN);
        if (directory.isPresent()) {
            return PgTools.in(directory.get(), connection);
        }
        try {
            return PgTools.find(connection, major, environment.searchPath());
        } catch (Failure e) {
            String message = String.format(Locale.ROOT, "no pg_restore of version %d or later is installed", major);
            throw e.exitCode() == ExitCode.PREFLIGHT ? new Failure(e.exitCode(), message, e.hint(), e) : e;
        }
    }
}
