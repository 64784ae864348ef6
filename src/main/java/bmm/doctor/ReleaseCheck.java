package bmm.doctor;

import bmm.base.Finding;
import bmm.base.Hint;
import bmm.postgres.FixedReleases;
import bmm.postgres.PgTools;
import bmm.postgres.RoleRights;
import bmm.postgres.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The server's release and that of the tools, and whether the role has more rights than a backup needs. */
final class ReleaseCheck {
    /** The first with pg_read_all_data: before it, reading everything takes a grant for each schema. */
    private static final int FIRST_WITH_READ_ALL = 14;

    private ReleaseCheck() {}

    static List<Finding> server(Server server, Server.Database database) {
        List<Finding> findings = new ArrayList<>();
        findings.add(FixedReleases.problem(database.serverVersionText())
                .map(problem -> Finding.warn(
                        "server release",
                        problem,
                        upgrade("postgresql-", database.serverMajor()).and(" on its host")))
                .orElseGet(() -> Finding.ok("server release", database.serverVersionText())));
        findings.add(role(server, database));
        return findings;
    }

    static Optional<Finding> tools(PgTools tools) {
        return FixedReleases.problem(tools.version())
                .map(problem -> Finding.warn("pg_dump release", problem, upgrade("postgresql-client-", tools.major())));
    }

    private static Hint upgrade(String packages, int major) {
        return Hint.of("apt-get update && apt-get install --only-upgrade ").name(packages + major);
    }

    private static Finding role(Server server, Server.Database database) {
        String user = server.connection().user();
        if (!RoleRights.of(server, database.name()).superuser()) {
            return Finding.ok("role", user + " is no superuser");
        }
        return database.serverMajor() < FIRST_WITH_READ_ALL
                ? Finding.ok(
                        "role",
                        user + " is a superuser; before PostgreSQL 14 anything less has to be granted by schema")
                : Finding.warn(
                        "role",
                        user + " is a superuser, and a backup needs none",
                        "docs/security.md, \"Which user to run as\", has the grants that are enough");
    }
}
