package bmm.backup;

import bmm.backup.BackupReport.Pruned;
import bmm.backup.BackupReport.Result;
import bmm.backup.BackupReport.Sent;
import bmm.backup.BackupReport.Stored;
import bmm.backup.DumpJob.Dumped;
import bmm.backup.DumpVerification.Verified;
import bmm.base.Amounts;
import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.base.Stopping;
import bmm.catalog.BackupName;
import bmm.catalog.Catalog;
import bmm.catalog.Manifest;
import bmm.catalog.NewestBackups;
import bmm.catalog.SigningKey;
import bmm.dump.DumpKind;
import bmm.dump.Trust;
import bmm.postgres.PgTools;
import bmm.postgres.Server;
import bmm.postgres.Snapshot;
import bmm.postgres.TableBusy;
import bmm.postgres.TableName;
import bmm.store.ObjectStore;
import bmm.store.StoreProfiles;
import bmm.stream.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The backup of one database, from the preflight to retention. */
final class DatabaseBackup {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseBackup.class);
    private static final int MOST_SNAPSHOTS = 8;

    /**
     * What every database of a run shares.
     *
     * @param tool name and version of this bmm
     * @param local the backup directory
     * @param remotes where backups go off-site, opened
     * @param key that manifests are signed with
     * @param trust which backups count beside the new one
     */
    record Context(
            Settings settings,
            Instance instance,
            Server server,
            PgToolsSource tools,
            String tool,
            ObjectStore local,
            List<ObjectStore> remotes,
            SigningKey key,
            Trust trust,
            Clock clock,
            Progress progress) {
        NewestBackups newest() {
            return new NewestBackups(instance.stateDirectory());
        }
    }

    /** Finds the pg tools for a server; the answer is the same for all databases of one server. */
    interface PgToolsSource {
        PgTools forServer(int serverMajor);
    }

    private final Context context;
    private final String database;
    private final Instant started;

    DatabaseBackup(Context context, String database) {
        this.context = context;
        this.database = database;
        this.started = context.clock().instant();
    }

    /** Does all of it. A failure of this database is in the result, so that the others go on. */
    Result run() throws InterruptedException {
        LOG.atInfo().addKeyValue("db", database).log("backup begins");
        Stored stored;
        try {
            stored = store();
        } catch (Failure e) {
            return new Result(database, since(started), null, List.of(), null, stoppedOr(e));
        } catch (RuntimeException | OutOfMemoryError e) {
            Failure internal = new Failure(
                    ExitCode.INTERNAL,
                    "database " + database + ": internal error: " + Failure.reason(e),
                    "this is a bug in bmm: run again with -v and report what it prints",
                    e);
            return new Result(database, since(started), null, List.of(), null, stoppedOr(internal));
        }
        List<Sent> sent = List.of();
        Pruned pruned = null;
        Failure failure = null;
        try {
            sent = sendOffSite(stored.manifest());
            pruned = prune(sent);
        } catch (Failure e) {
            failure = e;
        }
        return new Result(database, since(started), stored, sent, pruned, failure);
    }

    /** Whatever broke when the process was told to end, being told to end is the reason. */
    private Failure stoppedOr(Failure failure) {
        return Stopping.requested()
                ? new Failure(
                        failure.exitCode(),
                        "database " + database + ": the backup was stopped by a signal",
                        "run it again; earlier backups are untouched",
                        failure)
                : failure;
    }

    /** Everything up to the manifest: afterwards the backup exists, or nothing has changed. */
    private Stored store() throws InterruptedException {
        Server.Database source = context.server().describe(database);
        Catalog earlier = Catalog.read(context.local(), "");
        PgTools tools = preflight(source, earlier);
        DumpJob job = new DumpJob(context.settings(), tools, context.progress());
        BackupName name = freeName(job.ending());
        Path directory = context.instance().backupDirectory();
        Path partial = directory.resolve(name.file(job.ending()) + DurableFile.PARTIAL);
        try {
            Seen seen = dump(job, source, partial);
            Dumped dumped = seen.dumped();
            Verified verified = new DumpVerification(context.settings(), context.trust(), context.progress())
                    .verify(database, dumped, seen.tables(), earlier);
            Manifest manifest = new Publication(
                            context.settings(),
                            context.tool(),
                            context.instance().name(),
                            directory,
                            context.key())
                    .publish(
                            name,
                            seen.source(),
                            dumped,
                            verified,
                            tools,
                            context.clock().instant());
            context.newest().arrived(context.local().name(), name);
            LOG.atInfo()
                    .addKeyValue("db", database)
                    .addKeyValue("file", manifest.dump().file())
                    .addKeyValue("sha256", manifest.dump().sha256())
                    .log("published");
            Path dump = directory.resolve(manifest.dump().file());
            return new Stored(
                    dump,
                    manifest,
                    since(started),
                    inWords(manifest),
                    RestoreCommand.here(dumped.kind(), dump, database, tools));
        } finally {
            deletePartial(partial);
        }
    }

    /** The dump, and what the snapshot that it is of held. */
    private record Seen(Dumped dumped, Publication.Source source, Set<TableName> tables) {}

    /**
     * Takes a snapshot and dumps it. Where a change of a table came in between the two, which waits for the snapshot and
     * lets nobody past, the snapshot is given up for it, and another one taken.
     */
    private Seen dump(DumpJob job, Server.Database source, Path partial) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            Snapshot snapshot =
                    Snapshot.open(context.server(), database, context.settings().get(Keys.LOCK_WAIT_TIMEOUT));
            try (snapshot) {
                Instant snapshotAt = context.clock().instant();
                SortedMap<String, String> extensions = snapshot.extensions();
                Dumped dumped = job.run(snapshot, database, partial, source.sizeBytes());
                LOG.atInfo()
                        .addKeyValue("db", database)
                        .addKeyValue("bytes", dumped.bytes())
                        .addKeyValue("tables", snapshot.tables().size())
                        .log("dumped");
                return new Seen(
                        dumped, new Publication.Source(source, extensions, started, snapshotAt), snapshot.tables());
            } catch (TableBusy e) {
                if (attempt == MOST_SNAPSHOTS) {
                    throw e;
                }
                LOG.atWarn()
                        .addKeyValue("db", database)
                        .log("a table is being changed and the dump stands in its way; taking another snapshot");
                deletePartial(partial);
            }
        }
    }

    private PgTools preflight(Server.Database source, Catalog earlier) {
        PgTools tools = context.tools().forServer(source.serverMajor());
        Preflight.checkVersions(tools, source);
        DumpKind kind = DumpKind.wanted(context.settings(), tools);
        Preflight.checkSubdirectories(
                context.instance(),
                kind,
                context.settings().get(Keys.ENCRYPT) == Keys.Encrypt.REMOTE
                        && context.settings().isGiven(Keys.AGE_RECIPIENTS));
        Preflight.checkDisk(context.instance(), context.settings(), kind, source, earlier);
        Preflight.warnOfPlain(context.settings(), earlier.of(database));
        return tools;
    }

    private List<Sent> sendOffSite(Manifest justStored) {
        Outgoing outgoing = Outgoing.of(context.settings(), context.instance(), context.key(), context.progress());
        OffSite offSite = new OffSite(
                context.instance().name(),
                outgoing,
                context.trust(),
                context.newest(),
                OffSiteLock.of(context.settings(), context.clock()),
                new StoreProfiles(context.instance().stateDirectory()),
                context.progress());
        Catalog local = Catalog.read(context.local(), "");
        outgoing.removeOrphans(local);
        List<Sent> sent = new ArrayList<>();
        for (ObjectStore remote : context.remotes()) {
            sent.add(offSite.send(database, justStored, local, remote));
        }
        outgoing.removeSent(database, sent.stream().allMatch(to -> to.failure() == null));
        return sent;
    }

    private Pruned prune(List<Sent> sent) {
        Prune prune = new Prune(context.settings(), context.instance(), context.trust(), context.clock(), false);
        Pruned local = Prune.summary(prune.local(context.local(), database, false));
        int removed = local.removed();
        for (int i = 0; i < sent.size(); i++) {
            if (sent.get(i).failure() == null) {
                removed += Prune.summary(prune.remote(context.remotes().get(i), database, false))
                        .removed();
            }
        }
        String remotely = removed == local.removed() ? "" : "; off-site removed " + (removed - local.removed());
        return new Pruned(local.summary() + remotely, removed);
    }

    /** Two runs within one second must not share a name. */
    private BackupName freeName(String ending) {
        BackupName name = new BackupName(database, started);
        while (!Publication.isFree(context.instance().backupDirectory(), name, ending)) {
            name = new BackupName(database, name.when().plusSeconds(1));
        }
        return name;
    }

    private static List<String> inWords(Manifest manifest) {
        List<String> words = new ArrayList<>(List.of("hash", "archive"));
        Manifest.Fingerprint fingerprint = manifest.fingerprint();
        words.add(Amounts.count(fingerprint.tables().size(), "table"));
        String rows = Amounts.count(fingerprint.rows(), "row");
        boolean content = manifest.verified().contains("content");
        boolean counted = manifest.verified().contains("rows");
        words.add(content ? rows + " = source" : counted ? rows + " counted = source" : rows);
        return List.copyOf(words);
    }

    private static void deletePartial(Path partial) {
        try {
            Files.deleteIfExists(partial);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.DUMP,
                    "cannot remove the unfinished " + partial + ": " + Failure.reason(e),
                    "remove it by hand; it is no backup",
                    e);
        }
    }

    private Duration since(Instant begun) {
        return Duration.between(begun, context.clock().instant());
    }
}
