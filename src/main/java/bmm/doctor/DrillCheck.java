package bmm.doctor;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Finding;
import bmm.base.Hint;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.postgres.RolePower;
import bmm.postgres.ScratchCluster;
import bmm.postgres.Server;
import bmm.postgres.ServerPrograms;
import bmm.postgres.sandbox.Isolation;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a drill would run the code of table owners, and as whom: tried, and nothing of it left. */
final class DrillCheck {
    private static final String SUBJECT = "drill sandbox";

    private static final Hint ELSEWHERE = Hint.of("set BMM_DRILL_TARGET=scratch or docker:IMAGE");

    private final Settings settings;
    private final Surroundings surroundings;

    DrillCheck(Settings settings, Surroundings surroundings) {
        this.settings = settings;
        this.surroundings = surroundings;
    }

    /** @param server the one of the settings, if it was reached */
    Finding run(Optional<Server> server, List<Server.Database> databases) {
        String target = settings.get(Keys.DRILL_TARGET);
        try {
            if (target.startsWith("docker:")) {
                return Finding.ok(SUBJECT, "a container without network and capabilities");
            }
            return target.equals("database")
                    ? inServer(server)
                    : scratch(databases.isEmpty() ? 0 : databases.getFirst().serverMajor());
        } catch (Failure e) {
            return Finding.fail(ExitCode.PREFLIGHT, SUBJECT, e);
        }
    }

    private Finding scratch(int major) {
        Path chosen = settings.find(Keys.PG_BIN).orElse(null);
        Optional<ServerPrograms> programs =
                major == 0 ? ServerPrograms.newest(chosen, surroundings.searchPath()) : installed(major, chosen);
        if (programs.isEmpty()) {
            return Finding.warn(
                    SUBJECT,
                    "no drill yet: the server programs are not installed",
                    "apt-get install postgresql (its server need not run), or set BMM_DRILL_TARGET=docker:IMAGE");
        }
        Isolation isolation = ScratchCluster.rehearse(
                programs.get(),
                surroundings.temporaryDirectory(),
                settings.get(Keys.DRILL_SANDBOX),
                surroundings.now());
        String says = "code of table owners would run as " + isolation.user() + ", " + isolation.means();
        Hint hint = isolation.hint();
        return hint == null ? Finding.ok(SUBJECT, says) : Finding.warn(SUBJECT, says, hint);
    }

    private Optional<ServerPrograms> installed(int major, @Nullable Path chosen) {
        try {
            return Optional.of(ServerPrograms.find(major, chosen, surroundings.searchPath()));
        } catch (Failure e) {
            return Optional.empty();
        }
    }

    private Finding inServer(Optional<Server> server) {
        Optional<String> power = server.flatMap(RolePower::of);
        boolean accepted = settings.find(Keys.DRILL_ACCEPT).equals(Optional.of(Keys.DRILL_ACCEPT_SUPERUSER));
        String says = "code of table owners would run in the server itself, as a role that "
                + power.orElse("is an ordinary one");
        return power.isPresent() && !accepted
                ? Finding.fail(ExitCode.PREFLIGHT, SUBJECT, says + ": refused", ELSEWHERE)
                : Finding.warn(SUBJECT, says, ELSEWHERE);
    }
}
