package bmm.backup;

import bmm.backup.DumpJob.Dumped;
import bmm.backup.DumpVerification.Verified;
import bmm.base.DurableFile;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.catalog.BackupName;
import bmm.catalog.Manifest;
import bmm.catalog.ManifestFile;
import bmm.catalog.SigningKey;
import bmm.dump.AgeKeys;
import bmm.dump.DumpKind;
import bmm.dump.SealedManifests;
import bmm.postgres.ArchiveContent;
import bmm.postgres.ContentHash;
import bmm.postgres.PgDump;
import bmm.postgres.PgTools;
import bmm.postgres.Server;
import bmm.postgres.TableContent;
import bmm.postgres.TableName;
import bmm.stream.Encryption;
import bmm.stream.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns a verified dump into a backup: final names, and the manifest last. */
final class Publication {
    private static final Logger LOG = LoggerFactory.getLogger(Publication.class);

    private final Settings settings;
    private final String tool;
    private final String instance;
    private final Path directory;
    private final @Nullable Encryption encryption;
    private final SigningKey key;

    Publication(Settings settings, String tool, String instance, Path directory, SigningKey key) {
        this.settings = settings;
        this.tool = tool;
        this.instance = instance;
        this.directory = directory;
        this.key = key;
        this.encryption = AgeKeys.localEncryption(settings).orElse(null);
    }

    /** What was seen of the source while the snapshot was open. */
    record Source(
            Server.Database database, SortedMap<String, String> extensions, Instant started, Instant snapshotAt) {}

    /** Publishes; afterwards the backup exists. */
    Manifest publish(BackupName name, Source source, Dumped dumped, Verified verified, PgTools tools, Instant finished)
            throws InterruptedException {
        Path dump = directory.resolve(name.file(dumped.kind().ending() + age()));
        try {
            byte[] globals = settings.get(Keys.GLOBALS)
                    ? stored(PgDump.globals(tools, source.database().name(), settings.get(Keys.DUMP_TIMEOUT)))
                    : null;
            Manifest manifest = manifest(name, source, dumped, verified, tools, globals, finished);
            String manifestFile = name.file(BackupName.MANIFEST);
            ManifestFile file = ManifestFile.signed(
                    encryption == null ? manifest : SealedManifests.seal(manifest, manifestFile, encryption), key);
            var readable = file.content(); // what no run could read again must not become a backup
            LOG.atDebug().addKeyValue("file", readable.dumpFile().file()).log("signed by {}", key);
            if (globals != null) {
                DurableFile.write(directory.resolve(name.file(BackupName.GLOBALS + age())), globals);
            }
            DurableFile.publish(dumped.partial(), dump);
            DurableFile.write(directory.resolve(manifestFile), file.bytes());
            return manifest;
        } catch (IOException e) {
            withdraw(name, dumped.kind());
            throw DumpJob.cannotWrite(dump, e);
        }
    }

    /** What the names of encrypted files end in, if they are to be. */
    private String age() {
        return encryption == null ? "" : BackupName.AGE;
    }

    private byte[] stored(byte[] plain) throws IOException {
        return encryption == null ? plain : encryption.encrypted(plain);
    }

    /** Without its manifest what is there is no backup, and would only fill the disk. */
    private void withdraw(BackupName name, DumpKind kind) {
        for (String ending : List.of(BackupName.MANIFEST, BackupName.GLOBALS + age(), kind.ending() + age())) {
            try {
                Files.deleteIfExists(directory.resolve(name.file(ending)));
            } catch (IOException e) {
                LOG.atWarn().addKeyValue("file", name.file(ending)).log("cannot be removed: {}", Failure.reason(e));
            }
        }
    }

    private Manifest manifest(
            BackupName name,
            Source source,
            Dumped dumped,
            Verified verified,
            PgTools tools,
            byte @Nullable [] globals,
            Instant finished) {
        Server.Database database = source.database();
        Instant snapshotAt = later(source.snapshotAt(), source.started());
        String dumpFile = name.file(dumped.kind().ending() + age());
        return new Manifest(
                Manifest.FORMAT,
                tool,
                instance,
                source.started().toString(),
                snapshotAt.toString(),
                later(finished, snapshotAt).toString(),
                new Manifest.Database(
                        database.name(),
                        database.owner(),
                        database.serverVersionText(),
                        database.serverMajor(),
                        database.sizeBytes(),
                        database.encoding(),
                        database.collate(),
                        database.ctype(),
                        database.monetary(),
                        source.extensions()),
                new Manifest.Dump(
                        dumpFile,
                        dumped.bytes(),
                        dumped.sha256(),
                        dumped.kind().format(),
                        dumped.compression(),
                        dumped.isEncrypted() ? "age" : null,
                        verified.content().bytes(),
                        dumped.dumpedBytes(),
                        tools.version()),
                globals == null
                        ? null
                        : new Manifest.StoredFile(
                                name.file(BackupName.GLOBALS + age()), globals.length, Sha256.of(globals)),
                fingerprint(dumped, verified.content()),
                verified.checks(),
                dumped.kind().restoreCommand(dumpFile, database.name()));
    }

    /** A clock that is set back meanwhile must not make a manifest that contradicts itself. */
    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /**
     * The content as it is in the archive, which is the source's where the two were compared. Where the source was not read,
     * the archive's own hash still lets a restore be compared with it.
     */
    private static Manifest.Fingerprint fingerprint(Dumped dumped, ArchiveContent content) {
        ContentHash hash = dumped.contentHash();
        List<Manifest.Table> tables = new ArrayList<>();
        for (Map.Entry<TableName, TableContent> table : content.tables().entrySet()) {
            tables.add(new Manifest.Table(
                    table.getKey().schema(),
                    table.getKey().name(),
                    table.getValue().rows(),
                    table.getValue().hash(),
                    hash.plan(table.getKey()).toString()));
        }
        List<Manifest.Sequence> sequences = new ArrayList<>();
        content.sequences()
                .forEach((key, state) -> sequences.add(
                        new Manifest.Sequence(key.schema(), key.name(), state.lastValue(), state.called())));
        TableContent objects = content.largeObjects();
        return new Manifest.Fingerprint(
                hash.algorithm().label(),
                true,
                tables,
                sequences,
                new Manifest.LargeObjects(objects.rows(), objects.hash()));
    }

    /** Fails with the reason if a name is taken; used to choose a free second. */
    static boolean isFree(Path directory, BackupName name, String ending) throws Failure {
        return !directory.resolve(name.file(BackupName.MANIFEST)).toFile().exists()
                && !directory.resolve(name.file(ending)).toFile().exists();
    }
}
