package bmm.restore;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.catalog.Manifest;
import bmm.dump.FetchedDump;
import bmm.dump.Found;
import bmm.dump.Room;
import bmm.postgres.ArchiveHeader;
import bmm.postgres.ConnectionSettings;
import bmm.postgres.Container;
import bmm.postgres.EarlyCluster;
import bmm.postgres.OwnDatabase;
import bmm.postgres.OwnDatabases;
import bmm.postgres.PgTools;
import bmm.postgres.RolePower;
import bmm.postgres.ScratchCluster;
import bmm.postgres.ScratchClusters;
import bmm.postgres.ScratchContainer;
import bmm.postgres.Server;
import bmm.postgres.ServerPrograms;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Opens the target that BMM_DRILL_TARGET names, and removes what earlier drills left at it. */
final class DrillTargets {
    private static final String SCRATCH = "scratch";
    private static final String DATABASE = "database";
    private static final String DOCKER = "docker:";

    /** WAL and temporary files beside the data. */
    private static final double ROOM = 1.2;

    private final Settings settings;
    private final Drill.Environment environment;
    private final String wanted;

    /** @throws Failure {@link ExitCode#CONFIGURATION} if there is no such target */
    DrillTargets(Settings settings, Drill.Environment environment) {
        this.settings = settings;
        this.environment = environment;
        this.wanted = settings.get(Keys.DRILL_TARGET);
        boolean known = wanted.equals(SCRATCH)
                || wanted.equals(DATABASE)
                || (wanted.startsWith(DOCKER) && wanted.length() > DOCKER.length());
        if (!known) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "BMM_DRILL_TARGET is " + wanted + ": no such target",
                    "it is scratch, database or docker:IMAGE");
        }
    }

    private Path directory() {
        return environment.temporary();
    }

    Room room() {
        return new Room(directory(), settings.get(Keys.MIN_FREE));
    }

    /** Processors that a drill may use. */
    int jobs() {
        return settings.find(Keys.DRILL_JOBS).orElseGet(() -> Math.clamp(environment.cores(), 1, 4));
    }

    /** Whether they are clusters made for the drill, in which nothing has to last. */
    boolean areScratch() {
        return wanted.equals(SCRATCH);
    }

    /**
     * Makes sure, before anything is made, that nobody gets rights by a drill: a table's owner has code that a restore
     * runs.
     *
     * @throws Failure {@link ExitCode#PREFLIGHT} if the target gives such code more rights than its owner has
     */
    void checkRisk() {
        if (!wanted.equals(DATABASE)) {
            return;
        }
        if (settings.get(Keys.DRILL_SANDBOX) == Keys.Sandboxing.REQUIRED) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "BMM_DRILL_SANDBOX=required, but BMM_DRILL_TARGET=database has none",
                    "set BMM_DRILL_TARGET=scratch or docker:IMAGE");
        }
        Server server = database(new ArchiveHeader("", "", null)).server();
        Optional<String> power = RolePower.of(server);
        if (power.isPresent() && !settings.find(Keys.DRILL_ACCEPT).equals(Optional.of(Keys.DRILL_ACCEPT_SUPERUSER))) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "BMM_DRILL_TARGET=database would run code of table owners as role "
                            + server.connection().user() + ", who " + power.get(),
                    "set BMM_DRILL_TARGET=scratch or docker:IMAGE, PGUSER to an ordinary role with CREATEDB, or"
                            + " BMM_DRILL_ACCEPT=" + Keys.DRILL_ACCEPT_SUPERUSER + " to run that risk");
        }
    }

    /** Whether the server is made for the drill and gone with it. */
    boolean areThrownAway() {
        return !wanted.equals(DATABASE);
    }

    /** Makes sure of all room before anything is fetched or made. */
    void checkRoom(Found found) {
        Manifest manifest = found.manifest();
        long fetched = FetchedDump.roomToFetch(found);
        long cluster = manifest == null || !areScratch()
                ? 0
                : (long) (manifest.database().sizeBytes() * ROOM);
        room().require(fetched + cluster, "for a drill");
    }

    /** Begins to make a scratch cluster of the version that the manifest names; null where none is wanted, or there is none. */
    @Nullable
    EarlyCluster early(Found found, Instant now) {
        Manifest manifest = found.manifest();
        return areScratch() && manifest != null
                ? EarlyCluster.begin(manifest.database().serverMajor(), major -> cluster(major, now))
                : null;
    }

    private ScratchCluster cluster(int major, Instant now) {
        ScratchClusters.removeDead(directory(), now);
        return ScratchCluster.start(
                programs(major),
                directory(),
                new ScratchCluster.Resources(jobs(), environment.memory()),
                new ScratchCluster.Bounds(settings.get(Keys.DRILL_SANDBOX), settings.get(Keys.MIN_FREE)),
                now);
    }

    /**
     * Opens it.
     *
     * @param header of the dump: a server of its major version is wanted, and tools that can read it
     * @param early what {@link #early} has begun
     */
    DrillTarget open(ArchiveHeader header, @Nullable EarlyCluster early, Instant now) throws InterruptedException {
        if (areScratch()) {
            int major = header.serverMajor();
            ScratchCluster cluster = early != null && early.major() == major ? early.take() : cluster(major, now);
            return new DrillTarget.Scratch(cluster, reading(header, cluster.tools(), cluster.connection()));
        }
        if (wanted.startsWith(DOCKER)) {
            ScratchClusters.removeDead(directory(), now);
            ScratchContainer container =
                    ScratchContainer.start(wanted.substring(DOCKER.length()), directory(), environment.memory(), now);
            return new DrillTarget.Docker(container, container.tools());
        }
        DrillTarget.Database target = database(header);
        OwnDatabases.removeDead(target.server(), OwnDatabase.Purpose.DRILL);
        return target;
    }

    private ServerPrograms programs(int major) {
        Path chosen = settings.find(Keys.PG_BIN).orElse(null);
        String searchPath = environment.searchPath();
        return major == 0
                ? ServerPrograms.newest(chosen, searchPath)
                        .orElseGet(() -> ServerPrograms.find(Server.OLDEST_MAJOR, chosen, searchPath))
                : ServerPrograms.find(major, chosen, searchPath);
    }

    /** Those of the server, unless a newer pg_dump wrote the archive. */
    private PgTools reading(ArchiveHeader header, PgTools own, ConnectionSettings connection) {
        return header.toolMajor() <= own.major()
                ? own
                : PgTools.find(connection, header.toolMajor(), environment.searchPath());
    }

    private DrillTarget.Database database(ArchiveHeader header) {
        ConnectionSettings given = ConnectionSettings.of(settings, environment.systemUser());
        Optional<Container> container = settings.find(Keys.PG_CONTAINER).map(Container::new);
        if (container.isPresent()) {
            ConnectionSettings connection = container.get().connection(settings, given);
            return new DrillTarget.Database(new Server(connection), PgTools.in(container.get(), connection));
        }
        PgTools tools = settings.find(Keys.PG_BIN)
                .map(directory -> PgTools.in(directory, given))
                .orElseGet(() -> PgTools.find(given, header.toolMajor(), environment.searchPath()));
        return new DrillTarget.Database(new Server(given), tools);
    }

    /** Removes what was kept, and what dead runs left, and says what it was. */
    List<String> clean(Instant now) {
        List<String> removed = new ArrayList<>();
        for (Path path : ScratchClusters.removeDead(directory(), now)) {
            removed.add(path.toString());
        }
        for (Path path : ScratchClusters.removeKept(directory(), now)) {
            removed.add(path.toString());
        }
        if (wanted.equals(DATABASE)) {
            Server server = database(new ArchiveHeader("", "", null)).server();
            removed.addAll(OwnDatabases.removeDead(server, OwnDatabase.Purpose.DRILL));
            removed.addAll(OwnDatabases.removeKept(server));
        }
        return removed;
    }
}
