package bmm.backup;

import bmm.base.DirectoryTree;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.base.Stopping;
import bmm.catalog.BackupName;
import bmm.dump.AgeKeys;
import bmm.dump.DumpKind;
import bmm.postgres.ArchiveContent;
import bmm.postgres.ContentHash;
import bmm.postgres.Fingerprint;
import bmm.postgres.Fingerprinter;
import bmm.postgres.PgDump;
import bmm.postgres.PgTools;
import bmm.postgres.SequenceState;
import bmm.postgres.Snapshot;
import bmm.postgres.TableContent;
import bmm.postgres.TableName;
import bmm.stream.Counted;
import bmm.stream.Encryption;
import bmm.stream.Identities;
import bmm.stream.Progress;
import bmm.stream.Tar;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The dump and the fingerprint, side by side in one snapshot. */
final class DumpJob {
    private static final Logger LOG = LoggerFactory.getLogger(DumpJob.class);
    private static final int BUFFER = 256 * 1024;

    private final Settings settings;
    private final PgTools tools;
    private final DumpKind kind;
    private final PgDump.Compress inside;
    private final @Nullable Encryption encryption;
    private final Progress progress;
    private volatile @Nullable Failure fingerprintFailure;

    DumpJob(Settings settings, PgTools tools, Progress progress) {
        this.settings = settings;
        this.tools = tools;
        this.progress = progress;
        this.kind = DumpKind.wanted(settings, tools);
        this.encryption = AgeKeys.localEncryption(settings).orElse(null);
        this.inside = switch (kind) {
            case CUSTOM_ZSTD, PLAIN_GZIP -> PgDump.Compress.NONE;
            case CUSTOM, DIRECTORY ->
                settings.get(Keys.COMPRESSION) == Keys.Codec.ZSTD && tools.hasZstd()
                        ? PgDump.Compress.ZSTD
                        : PgDump.Compress.GZIP;
        };
    }

    /**
     * What is on disk now, under a name that still says that it is not finished.
     *
     * @param bytes on disk
     * @param dumpedBytes that pg_dump wrote (or a tar of them has), before bmm compressed and encrypted them
     * @param fingerprint of the source, or null where none was asked for
     * @param contentHash how rows are hashed
     * @param content what was found in it when all of it was decoded
     * @param reader reads it back if it is encrypted, else null
     */
    record Dumped(
            Path partial,
            DumpKind kind,
            String compression,
            long bytes,
            long dumpedBytes,
            String sha256,
            @Nullable Fingerprint fingerprint,
            ContentHash contentHash,
            ArchiveContent content,
            @Nullable Identities reader,
            SortedMap<TableName, SequenceState> sequencesBefore,
            SortedMap<TableName, SequenceState> sequencesAfter) {
        boolean isEncrypted() {
            return reader != null;
        }
    }

    DumpKind kind() {
        return kind;
    }

    /** What the name of the dump ends in. */
    String ending() {
        return kind.ending() + (encryption == null ? "" : BackupName.AGE);
    }

    /**
     * Writes the dump to a new file.
     *
     * @throws Failure {@link ExitCode#DUMP} if either half fails; the other is stopped then. {@link ExitCode#VERIFICATION}
     *     if what was written cannot be decoded
     */
    Dumped run(Snapshot snapshot, String database, Path partial, long expectedBytes) throws InterruptedException {
        ContentHash contentHash = snapshot.contentHash();
        PgDump.Request request = PgDump.Request.of(tools, snapshot, settings.get(Keys.DUMP_TIMEOUT));
        SortedMap<TableName, SequenceState> before = snapshot.sequences();
        fingerprintFailure = null;
        progress.begin(database + ": dump", expectedBytes);
        Path directory = partial.resolveSibling(partial.getFileName() + ".d");
        try (PgDump dump = start(request, directory);
                ExecutorService side = Executors.newSingleThreadExecutor();
                DumpFile file = create(partial, contentHash)) {
            Future<@Nullable Fingerprint> fingerprint = side.submit(() -> fingerprint(snapshot, contentHash, dump));
            try {
                long dumpedBytes = store(dump, directory, partial, file);
                Fingerprint source = await(fingerprint);
                SortedMap<TableName, SequenceState> after = snapshot.sequences();
                ArchiveContent content = decoded(file, database);
                Fingerprint compared = source == null ? null : inAnyOrder(source, content, contentHash, snapshot);
                snapshot.checkAlive();
                return new Dumped(
                        partial,
                        kind,
                        kind.compressionLabel(inside),
                        file.size(),
                        dumpedBytes,
                        file.sha256(),
                        compared,
                        contentHash,
                        content,
                        file.reader(),
                        before,
                        after);
            } finally {
                // When all went well the fingerprint has ended, and there is nothing left to break off.
                snapshot.cancel();
            }
        } finally {
            progress.end();
            deleteDirectory(directory);
        }
    }

    /** Tables whose rows were not read in the archive's order are read once more, and each row is hashed. */
    private static Fingerprint inAnyOrder(
            Fingerprint source, ArchiveContent archive, ContentHash contentHash, Snapshot snapshot) {
        SortedMap<TableName, TableContent> tables = new TreeMap<>(source.tables());
        source.tables().forEach((name, table) -> {
            TableContent inArchive = archive.tables().get(name);
            if (source.hash() != null
                    && inArchive != null
                    && inArchive.rows() == table.rows()
                    && !table.isSameAs(inArchive)) {
                LOG.atDebug().addKeyValue("table", name).log("not byte for byte the same; its rows are hashed");
                tables.put(name, Fingerprinter.hash(snapshot, contentHash, name));
            }
        });
        return new Fingerprint(source.hash(), tables, source.largeObjects());
    }

    private PgDump start(PgDump.Request request, Path directory) {
        int level = settings.get(Keys.COMPRESSION_LEVEL);
        return switch (kind) {
            case CUSTOM, CUSTOM_ZSTD -> PgDump.custom(request, inside, level);
            case PLAIN_GZIP -> PgDump.plain(request);
            case DIRECTORY -> {
                int jobs = settings.get(Keys.DUMP_JOBS);
                yield isPackedHere()
                        ? PgDump.directory(request, inside, level, jobs, directory)
                        : PgDump.packedDirectory(request, inside, level, jobs);
            }
        };
    }

    /** In a container it is packed there. */
    private boolean isPackedHere() {
        return kind == DumpKind.DIRECTORY && tools.container().isEmpty();
    }

    private @Nullable Fingerprint fingerprint(Snapshot snapshot, ContentHash contentHash, PgDump dump)
            throws InterruptedException {
        Keys.FingerprintMode mode = settings.get(Keys.FINGERPRINT);
        if (mode == Keys.FingerprintMode.OFF) {
            return null;
        }
        try {
            int jobs = settings.get(Keys.DUMP_JOBS);
            Fingerprinter fingerprinter = mode == Keys.FingerprintMode.CONTENT
                    ? Fingerprinter.ofDigests(snapshot, contentHash, jobs, progress::detail)
                    : new Fingerprinter(snapshot, null, jobs, progress::detail);
            return fingerprinter.compute();
        } catch (Failure e) {
            fingerprintFailure = e;
            dump.kill();
            throw e;
        }
    }

    private DumpFile create(Path partial, ContentHash contentHash) {
        try {
            return new DumpFile(partial, kind, contentHash, encryption, isPackedHere() ? progress::bytes : bytes -> {});
        } catch (IOException e) {
            throw cannotWrite(partial, e);
        }
    }

    /**
     * Takes the dump to its end and onto the disk.
     *
     * @return how many bytes pg_dump wrote
     */
    private long store(PgDump dump, Path directory, Path partial, DumpFile file) throws InterruptedException {
        try {
            long bytes;
            try (OutputStream out = kind.compression().compress(file.stream(), settings.get(Keys.COMPRESSION_LEVEL))) {
                if (isPackedHere()) {
                    dump.finish();
                    Counted tar = new Counted(out);
                    Tar.pack(directory, "toc.dat", tar);
                    bytes = tar.size();
                } else {
                    bytes = copy(dump.output(), out);
                }
            }
            dump.finish();
            return bytes;
        } catch (IOException e) {
            throw firstCause(stopped(dump, cannotWrite(partial, e)));
        } catch (Failure e) {
            throw firstCause(e);
        }
    }

    private static ArchiveContent decoded(DumpFile file, String database) throws InterruptedException {
        try {
            return file.content();
        } catch (IOException e) {
            if (Stopping.requested()) {
                throw stopped(e);
            }
            throw new Failure(
                    ExitCode.VERIFICATION,
                    "dump of " + database + ": the archive is damaged: " + Failure.reason(e),
                    "nothing was published, earlier backups are untouched; run it again, and check disk and memory if it recurs",
                    e);
        }
    }

    private long copy(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long total = 0;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            out.write(buffer, 0, read);
            total += read;
            progress.bytes(total);
        }
        return total;
    }

    /** A pg_dump that was stopped breaks the stream; why it was is the failure to tell. */
    private static Failure stopped(PgDump dump, Failure broken) throws InterruptedException {
        if (dump.wasStopped()) {
            try {
                dump.finish();
            } catch (Failure e) {
                return e;
            }
        }
        return broken;
    }

    /** When the fingerprint failed, pg_dump was stopped for it: then that is the failure to tell. */
    private Failure firstCause(Failure ofDump) {
        Failure first = fingerprintFailure;
        return first == null ? ofDump : first;
    }

    private @Nullable Fingerprint await(Future<@Nullable Fingerprint> fingerprint) throws InterruptedException {
        Duration limit = settings.get(Keys.DUMP_TIMEOUT);
        try {
            return fingerprint.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Failure failure
                    ? failure
                    : new Failure(ExitCode.INTERNAL, "fingerprint: " + Failure.reason(e), e);
        } catch (TimeoutException e) {
            throw new Failure(
                    ExitCode.DUMP,
                    "the fingerprint took too long and was stopped",
                    "raise BMM_DUMP_TIMEOUT or BMM_DUMP_JOBS, or set BMM_FINGERPRINT=count",
                    e);
        }
    }

    /** Told to end: streams that break then are not what went wrong. */
    static Failure stopped(IOException e) {
        return new Failure(ExitCode.DUMP, "the backup was stopped", "run it again", e);
    }

    /** One line for a write that failed; the disk being full is by far the most common reason. */
    static Failure cannotWrite(Path file, IOException e) {
        String reason = Failure.reason(e);
        if (Stopping.requested()) {
            return stopped(e);
        }
        return reason.contains("No space left")
                ? new Failure(
                        ExitCode.DUMP,
                        "disk full while writing " + file,
                        "free some space or keep fewer backups (BMM_KEEP_…); earlier backups are untouched",
                        e)
                : new Failure(ExitCode.DUMP, "cannot write " + file + ": " + reason, "check that file system", e);
    }

    private static void deleteDirectory(Path directory) {
        try {
            DirectoryTree.delete(directory);
        } catch (IOException e) {
            throw cannotWrite(directory, e);
        }
    }
}
