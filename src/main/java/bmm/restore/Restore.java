package bmm.restore;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.RunLock;
import bmm.base.Settings;
import bmm.base.Stopping;
import bmm.dump.AgeKeys;
import bmm.dump.Backups;
import bmm.dump.FetchedDump;
import bmm.dump.Found;
import bmm.dump.NamedDump;
import bmm.dump.Room;
import bmm.dump.Trust;
import bmm.postgres.OwnDatabase;
import bmm.postgres.OwnDatabases;
import bmm.process.Hooks;
import bmm.restore.RestoreRequest.Choice;
import bmm.stream.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A backup is brought back: found, planned, and then, if it is wanted, restored. Between the two the user may say no.
 */
public final class Restore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Restore.class);
    private final RestoreRequest request;
    private final Settings settings;
    private final Instance instance;
    private final Environment environment;
    private final Clock clock;
    private final Progress progress;
    private final Trust trust;
    private final @Nullable Backups backups;

    /**
     * What of the process a restore needs to know.
     *
     * @param systemUser libpq's default role
     * @param searchPath PATH
     * @param temporary where to put what is fetched and unpacked
     */
    public record Environment(String systemUser, @Nullable String searchPath, Path temporary) {}

    public Restore(
            RestoreRequest request,
            Settings settings,
            Instance instance,
            Environment environment,
            Clock clock,
            Progress progress) {
        this.request = request;
        this.settings = settings;
        this.instance = instance;
        this.environment = environment;
        this.clock = clock;
        this.progress = progress;
        this.trust = Trust.of(settings, instance, request.has(Choice.ALLOW_UNSIGNED), request.has(Choice.ALLOW_PLAIN));
        this.backups = request.dump() != null
                ? null
                : Backups.open(request.from(), Backups.Preference.ANYWHERE, instance, settings, trust, clock.instant());
    }

    private Found find() {
        Path dump = request.dump();
        return dump != null || backups == null
                ? NamedDump.at(Objects.requireNonNull(dump, "one of both"), AgeKeys.identities(settings), trust)
                : backups.find(request.database(), request.moment());
    }

    /** What {@link #toFile} wrote. */
    public record Written(Found found, Path file, Duration took) {}

    /** Fetches, verifies and decompresses only. */
    public Written toFile(Path file) {
        Instant begun = clock.instant();
        Found found = find();
        try (FetchedDump dump = FetchedDump.fetch(found, room(), begun, progress)) {
            dump.writeTo(file);
        }
        return new Written(found, file, Duration.between(begun, clock.instant()));
    }

    /**
     * Finds the backup, looks at the server, and refuses what cannot go well. Changes nothing.
     *
     * @throws Failure {@link ExitCode#PREFLIGHT} if it is refused, and whatever finding the backup throws
     */
    public RestorePlan plan() {
        return new Planning(request, find(), at(), room(), clock.instant()).plan();
    }

    /**
     * Does what the plan says.
     *
     * @throws Failure {@link ExitCode#RESTORE} if it fails: nothing half-made is left then
     */
    public RestoreReport run(RestorePlan plan) throws InterruptedException {
        Instant begun = clock.instant();
        try (RunLock lock = lock(begun)) {
            LOG.atDebug().addKeyValue("lock", lock).log("restoring");
            OwnDatabases.removeDead(at().server(), OwnDatabase.Purpose.RESTORE);
            Hooks hooks = new Hooks(settings, instance.name(), Keys.RESTORE_PRE_HOOK, Keys.RESTORE_POST_HOOK);
            ExitCode outcome = ExitCode.INTERNAL;
            Failure hookFailure;
            RestoreReport report;
            try {
                hooks.before();
                report = carryOut(plan, begun);
                outcome = ExitCode.OK;
            } catch (Failure e) {
                outcome = e.exitCode() == ExitCode.DUMP ? ExitCode.RESTORE : e.exitCode();
                throw Stopping.requested() ? stopped(e) : e.as(outcome);
            } catch (InterruptedException e) {
                outcome = ExitCode.RESTORE;
                throw stopped(e);
            } finally {
                hookFailure = hooks.after(outcome, ExitCode.RESTORE);
            }
            return new RestoreReport(report.plan(), report.took(), report.compared(), report.notes(), hookFailure);
        }
    }

    private static Failure stopped(Exception e) {
        return new Failure(
                ExitCode.RESTORE, "the restore was stopped by a signal", "run it again; nothing half-made is left", e);
    }

    /**
     * No backup runs meanwhile, which might prune what is being read or save what is half restored. On a bare machine
     * there is none.
     */
    private @Nullable RunLock lock(Instant now) {
        return Files.isWritable(instance.backupDirectory()) ? RunLock.acquire(instance, now) : null;
    }

    private RestoreReport carryOut(RestorePlan plan, Instant begun) throws InterruptedException {
        try (FetchedDump dump = FetchedDump.fetch(plan.found(), room(), begun, progress)) {
            RestoreRun run = new RestoreRun(request, plan, at().server(), progress);
            RestoreRun.Done done = run.carryOut(dump);
            return new RestoreReport(
                    plan, Duration.between(begun, clock.instant()), done.compared(), done.notes(), null);
        }
    }

    private Room room() {
        return new Room(environment.temporary(), settings.get(Keys.MIN_FREE));
    }

    private RestoreServer at() {
        return RestoreServer.of(settings, environment);
    }

    @Override
    public void close() {
        if (backups != null) {
            backups.close();
        }
    }
}
