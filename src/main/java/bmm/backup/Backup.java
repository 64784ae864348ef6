package bmm.backup;

import bmm.backup.BackupReport.Result;
import bmm.backup.DatabaseBackup.Context;
import bmm.base.DirectoryTree;
import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.RunLock;
import bmm.base.Settings;
import bmm.base.Stopping;
import bmm.catalog.BackupName;
import bmm.catalog.ManifestKeys;
import bmm.catalog.SigningKey;
import bmm.dump.AgeKeys;
import bmm.dump.Trust;
import bmm.postgres.ConnectionSettings;
import bmm.postgres.Container;
import bmm.postgres.PgTools;
import bmm.postgres.Server;
import bmm.process.Hooks;
import bmm.store.FileStore;
import bmm.store.ObjectStore;
import bmm.store.Stores;
import bmm.stream.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run: every database in turn, between the hooks, under the lock. */
public final class Backup {
    private static final Logger LOG = LoggerFactory.getLogger(Backup.class);

    private final Settings settings;
    private final Instance instance;
    private final Environment environment;
    private final Clock clock;
    private final Progress progress;

    /**
     * What of the process a run needs to know.
     *
     * @param tool name and version of this bmm, for manifests
     * @param systemUser libpq's default role
     * @param searchPath PATH
     */
    public record Environment(
            String tool, String systemUser, @Nullable String searchPath) {}

    public Backup(Settings settings, Instance instance, Environment environment, Clock clock, Progress progress) {
        this.settings = settings;
        this.instance = instance;
        this.environment = environment;
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * Makes a backup of each database.
     *
     * @throws Failure if nothing could be begun at all: lock, directory, settings, pre hook, server
     */
    public BackupReport run() throws InterruptedException {
        Instant begun = clock.instant();
        Preflight.checkDirectory(instance);
        var unused = AgeKeys.encryption(settings); // a recipient that is none is told before anything is dumped
        var unusedKey = ManifestKeys.of(settings, instance).signing(); // and so is a key that is none
        try (RunLock lock = RunLock.acquire(instance, begun)) {
            LOG.atDebug().addKeyValue("lock", lock).log("holding the lock");
            removeLeftovers();
            List<Result> results = new ArrayList<>();
            Hooks hooks = new Hooks(settings, instance.name(), Keys.PRE_HOOK, Keys.POST_HOOK);
            ExitCode outcome = ExitCode.INTERNAL;
            Failure hookFailure;
            try {
                hooks.before();
                backUpEach(results);
                outcome = new BackupReport(results, Duration.ZERO, null).exitCode();
            } catch (Failure e) {
                outcome = e.exitCode();
                throw e;
            } catch (InterruptedException e) {
                outcome = ExitCode.DUMP;
                throw e;
            } finally {
                hookFailure = hooks.after(outcome, ExitCode.DUMP);
            }
            return new BackupReport(results, Duration.between(begun, clock.instant()), hookFailure);
        }
    }

    private void backUpEach(List<Result> results) throws InterruptedException {
        SigningKey key = ManifestKeys.of(settings, instance).signingOrNew();
        Trust trust = Trust.of(settings, instance);
        ConnectionSettings given = ConnectionSettings.of(settings, environment.systemUser());
        Optional<Container> container = settings.find(Keys.PG_CONTAINER).map(Container::new);
        ConnectionSettings connection =
                container.map(found -> found.connection(settings, given)).orElse(given);
        Server server = new Server(connection);
        List<ObjectStore> remotes = new ArrayList<>();
        try (ObjectStore local = FileStore.flat(instance.backupDirectory())) {
            for (String address : settings.find(Keys.BACKUP_REMOTE).orElse(List.of())) {
                remotes.add(Stores.open(address, settings));
            }
            Context context = new Context(
                    settings,
                    instance,
                    server,
                    tools(container, connection),
                    environment.tool(),
                    local,
                    remotes,
                    key,
                    trust,
                    clock,
                    progress);
            for (String database : databases(server, connection)) {
                results.add(new DatabaseBackup(context, database).run());
                if (Stopping.requested()) {
                    break;
                }
            }
        } finally {
            remotes.forEach(ObjectStore::close);
        }
    }

    private DatabaseBackup.PgToolsSource tools(Optional<Container> container, ConnectionSettings connection) {
        Map<Integer, PgTools> known = new HashMap<>();
        return serverMajor -> known.computeIfAbsent(serverMajor, major -> {
            if (container.isPresent()) {
                return PgTools.in(container.get(), connection);
            }
            return settings.find(Keys.PG_BIN)
                    .map(directory -> PgTools.in(directory, connection))
                    .orElseGet(() -> PgTools.find(connection, major, environment.searchPath()));
        });
    }

    private List<String> databases(Server server, ConnectionSettings connection) {
        List<String> wanted = settings.find(Keys.DATABASES).orElse(List.of());
        String fromUrl = connection.database();
        if (wanted.isEmpty() && fromUrl != null) {
            return List.of(fromUrl);
        }
        if (!wanted.isEmpty() && !wanted.contains("*")) {
            return wanted.stream().distinct().toList();
        }
        List<String> found = server.databases();
        if (found.isEmpty()) {
            throw new Failure(
                    ExitCode.DUMP,
                    "no database at " + connection.address() + " that role " + connection.user() + " can connect to",
                    "name them with BMM_DATABASES, or grant CONNECT");
        }
        return found;
    }

    /** What dead runs left half-written; the lock says that no other run is writing now. */
    private void removeLeftovers() {
        try (Stream<Path> files = Files.list(instance.backupDirectory())) {
            for (Path file : files.filter(Backup::isLeftover).toList()) {
                LOG.atInfo().addKeyValue("file", file.getFileName()).log("removing what a dead run left half-written");
                DirectoryTree.delete(file);
            }
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "cannot clean up in " + instance.backupDirectory() + ": " + Failure.reason(e),
                    "check the owner of what is in it",
                    e);
        }
    }

    /** Only names that bmm gives to unfinished files of backups. */
    private static boolean isLeftover(Path file) {
        String name = String.valueOf(file.getFileName());
        String directoryEnding = DurableFile.PARTIAL + ".d";
        String finished = name.endsWith(directoryEnding)
                ? name.substring(0, name.length() - directoryEnding.length())
                : name.endsWith(DurableFile.PARTIAL)
                        ? name.substring(0, name.length() - DurableFile.PARTIAL.length())
                        : "";
        return BackupName.parse(finished).isPresent();
    }
}
