package bmm.restore;

import bmm.base.Failure;
import bmm.base.Settings;
import bmm.catalog.Manifest;
import bmm.dump.DumpContent;
import bmm.dump.DumpDecoder;
import bmm.dump.DumpOrigin;
import bmm.dump.FetchedDump;
import bmm.dump.Limits;
import bmm.postgres.ArchiveContent;
import bmm.postgres.ArchiveHeader;
import bmm.postgres.EarlyCluster;
import bmm.postgres.OwnDatabase;
import bmm.postgres.RestoreFailure;
import bmm.stream.Progress;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** The drill of one dump: its target, the database made there, and what is proven of it. Closing it removes both. */
final class OneDrill implements AutoCloseable {
    private final FetchedDump dump;
    private final DrillTarget target;
    private final DrillRestore restoring;
    private final int jobs;
    private final Settings settings;
    private final Progress progress;
    private final Proceedings proceedings;
    private final FutureTask<Optional<ArchiveContent>> decoding;

    private OneDrill(
            FetchedDump dump,
            DrillTarget target,
            DrillRestore restoring,
            FutureTask<Optional<ArchiveContent>> decoding,
            int jobs,
            Settings settings,
            Progress progress,
            Proceedings proceedings) {
        this.dump = dump;
        this.target = target;
        this.restoring = restoring;
        this.decoding = decoding;
        this.jobs = jobs;
        this.settings = settings;
        this.progress = progress;
        this.proceedings = proceedings;
    }

    /** Opens the target. */
    static OneDrill open(
            FetchedDump dump,
            DrillTargets targets,
            @Nullable EarlyCluster early,
            Settings settings,
            Instant now,
            Progress progress,
            Proceedings proceedings)
            throws InterruptedException {
        Manifest manifest = dump.found().manifest();
        RestorePace pace = RestorePace.of(dump, targets);
        DumpContent content = dump.content(pace == RestorePace.TABLE_BY_TABLE);
        ArchiveHeader header = DumpOrigin.of(content);
        DrillTarget target = targets.open(header, early, now);
        proceedings.add(Proof.reported(Proof.ISOLATION, target.isolation()));
        DrillRestore restoring =
                new DrillRestore(dump, content, header, target, pace, targets.jobs(), settings, progress, proceedings);
        FutureTask<Optional<ArchiveContent>> decoding = new FutureTask<>(() -> DrillProofs.wasDecoded(manifest)
                ? Optional.empty()
                : Optional.of(DumpDecoder.decode(
                        content,
                        DrillProofs.hashInArchive(manifest),
                        Limits.of(manifest, dump.found().dump().bytes()))));
        return new OneDrill(dump, target, restoring, decoding, targets.jobs(), settings, progress, proceedings);
    }

    /** Restores, while the archive is decoded beside it, if that was not done when it was made. */
    void restore() throws InterruptedException {
        Thread decoder = Thread.ofVirtual().name("decode").start(decoding);
        try {
            String how = restoring.restore();
            proceedings.add(Proof.proven("restore", "without errors" + how));
        } catch (RestoreFailure failure) {
            decoder.join();
            decoded(); // damage explains more than what it did to pg_restore
            RestoreFailure e = target.panic().map(failure::afterPanic).orElse(failure);
            String message = withoutOwnName(String.valueOf(e.getMessage()));
            proceedings.add(Proof.of("restore", "", e.errors().isEmpty() ? List.of(message) : e.errors()));
            throw new Failure(e.exitCode(), message, e.hint(), e);
        }
    }

    /** The database that was made for the drill means nothing to anybody. */
    private String withoutOwnName(String message) {
        OwnDatabase made = restoring.database();
        String known = dump.found().database();
        return made == null
                ? message
                : message.replace(made.name(), known == null ? dump.found().file() : known);
    }

    /** Empty if there was no need to, or if this bmm cannot decode it although it may be whole. */
    private Optional<ArchiveContent> decoded() throws InterruptedException {
        try {
            return decoding.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof Failure failure) {
                throw failure;
            }
            if (cause instanceof IOException io) {
                if (String.valueOf(io.getMessage()).contains("bmm does not")) {
                    proceedings.add(Proof.missing("decode", Failure.reason(io)));
                    return Optional.empty();
                }
                throw DrillProofs.damaged(dump.found(), io);
            }
            throw DrillProofs.damaged(dump.found(), new IOException(Failure.reason(cause), cause));
        }
    }

    /** Proves what there is to prove of what was restored. */
    void prove(List<SqlChecks.Check> checks) throws InterruptedException {
        DrillProofs proofs =
                new DrillProofs(restored(), dump.found().manifest(), decoded(), settings, progress, proceedings);
        proofs.compare(jobs);
        proofs.check(checks);
    }

    private OwnDatabase restored() {
        OwnDatabase database = restoring.database();
        if (database == null) {
            throw new IllegalStateException("nothing is restored yet");
        }
        return database;
    }

    /** Lets everything live on, and says how to connect. */
    List<String> keep() {
        return target.keep(restored());
    }

    @Override
    public void close() {
        decoding.cancel(true);
        try (target) {
            OwnDatabase database = restoring.database();
            if (database != null) {
                target.discard(database);
            }
        }
    }
}
