package bmm.doctor;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Finding;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.postgres.ConnectionSettings;
import bmm.postgres.Container;
import bmm.postgres.LargeObjectAccess;
import bmm.postgres.Server;
import bmm.postgres.TableAccess;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The databases: reached, and every table visible to this role. */
final class DatabaseCheck {
    private static final int MOST_NAMES = 5;

    private final Settings settings;
    private final Surroundings surroundings;
    private final List<Server.Database> found = new ArrayList<>();
    private Optional<Server> server = Optional.empty();

    DatabaseCheck(Settings settings, Surroundings surroundings) {
        this.settings = settings;
        this.surroundings = surroundings;
    }

    List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        try {
            ConnectionSettings given = ConnectionSettings.of(settings, surroundings.systemUser());
            ConnectionSettings connection = settings.find(Keys.PG_CONTAINER)
                    .map(name -> new Container(name).connection(settings, given))
                    .orElse(given);
            Server reached = new Server(connection);
            List<String> there = reached.databases();
            server = Optional.of(reached);
            findings.add(Finding.ok(
                    "server",
                    connection.address() + " as role " + connection.user() + ", "
                            + Amounts.count(there.size(), "database")));
            for (String database : wanted(connection, there)) {
                findings.add(look(reached, database));
                largeObjects(reached, database).ifPresent(findings::add);
            }
        } catch (Failure e) {
            findings.add(Finding.fail(
                    e.exitCode() == ExitCode.CONFIGURATION ? e.exitCode() : ExitCode.PREFLIGHT, "server", e));
        }
        return findings;
    }

    private List<String> wanted(ConnectionSettings connection, List<String> there) {
        List<String> named = settings.find(Keys.DATABASES).orElse(List.of());
        if (named.isEmpty() && connection.database() != null) {
            return List.of(connection.database());
        }
        return named.isEmpty() || named.contains("*") ? there : named;
    }

    private Finding look(Server reached, String database) {
        String subject = "database " + database;
        try {
            Server.Database described = reached.describe(database);
            TableAccess access = TableAccess.of(reached, database);
            found.add(described);
            if (access.hidden().isEmpty()) {
                return Finding.ok(
                        subject,
                        "PostgreSQL " + described.serverVersionText() + ", " + Amounts.bytes(described.sizeBytes())
                                + ", visible: " + Amounts.count(access.tables()) + " of "
                                + Amounts.count(access.tables())
                                + " tables and sequences");
            }
            int more = access.hidden().size() - MOST_NAMES;
            return Finding.fail(
                    ExitCode.PREFLIGHT,
                    subject,
                    "role " + reached.connection().user() + " does not see all of "
                            + String.join(
                                    ", ",
                                    access.hidden()
                                            .subList(
                                                    0,
                                                    Math.min(
                                                            MOST_NAMES,
                                                            access.hidden().size())))
                            + (more > 0 ? " and " + more + " more" : ""),
                    "GRANT pg_read_all_data TO … (PostgreSQL 14 and later), and BYPASSRLS where there is row-level"
                            + " security; or back up as a superuser");
        } catch (Failure e) {
            return Finding.fail(ExitCode.PREFLIGHT, subject, e);
        }
    }

    private Optional<Finding> largeObjects(Server reached, String database) {
        if (found.isEmpty() || !found.getLast().name().equals(database)) {
            return Optional.empty();
        }
        try {
            LargeObjectAccess access = LargeObjectAccess.of(reached, database);
            return access.hidden() == 0
                    ? Optional.empty()
                    : Optional.of(Finding.fail(
                            ExitCode.PREFLIGHT,
                            "database " + database,
                            "role " + reached.connection().user() + " may not read " + Amounts.count(access.hidden())
                                    + " of " + Amounts.count(access.all(), "large object"),
                            "GRANT SELECT ON LARGE OBJECT …: docs/security.md has it for all of them"));
        } catch (Failure e) {
            return Optional.of(Finding.fail(ExitCode.PREFLIGHT, "database " + database, e));
        }
    }

    /** What could be reached. */
    List<Server.Database> found() {
        return List.copyOf(found);
    }

    /** The server, if it answered. */
    Optional<Server> server() {
        return server;
    }
}
