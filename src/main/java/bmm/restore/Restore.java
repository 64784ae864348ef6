package bmm.restore;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.RunLock;
import bmm.base.Setting;
import bmm.base.Settings;
import bmm.base.Stopping;
import bmm.catalog.Manifest;
import bmm.dump.Backups;
import bmm.dump.Backups.Found;
import bmm.dump.FetchedDump;
import bmm.postgres.ConnectionSettings;
import bmm.postgres.Container;
import bmm.postgres.PgTools;
import bmm.postgres.RestoreTarget;
import bmm.postgres.Server;
import bmm.postgres.ThrowawayDatabase;
import bmm.process.Hook;
import bmm.restore.RestorePlan.Way;
import bmm.restore.RestoreRequest.Choice;
import bmm.stream.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A backup is brought back: found, planned, and then, if it is wanted, restored. Between the two the user may say no.
 */
public final class Restore implements AutoCloseable {
    /** What the names of databases begin with that are not whole yet. */
    public static final String PURPOSE = "bmm_restoring";

    private static final Logger LOG = LoggerFactory.getLogger(Restore.class);
    private static final DateTimeFormatter SUFFIX =
            DateTimeFormatter.ofPattern("'_before_'yyyyMMdd't'HHmmss'z'").withZone(ZoneOffset.UTC);

    /** NAMEDATALEN - 1 of PostgreSQL, in bytes. */
    private static final int LONGEST_NAME = 63;

    private final RestoreRequest request;
    private final Settings settings;
    private final Instance instance;
    private final Environment environment;
    private final Clock clock;
    private final Progress progress;
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
        this.backups = request.dump() != null
                ? null
                : Backups.open(request.from(), Backups.Preference.ANYWHERE, instance, settings);
    }

    private Found find() {
        Path dump = request.dump();
        return dump != null || backups == null
                ? Backups.file(java.util.Objects.requireNonNull(dump, "one of both"))
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
        Found found = find();
        Manifest manifest = found.manifest();
        RestorePreflight.checkOptions(request, found);
        ConnectionSettings connection = connection();
        RestoreTarget target = new RestoreTarget(new Server(connection));
        RestoreTarget.Seen server = target.look();
        String into = into(found);
        Way way = way(into, server);
        int dumpedBy = RestorePreflight.pgDumpMajor(manifest);
        PgTools tools = tools(connection, Math.max(server.major(), dumpedBy));
        int dumpedFrom = manifest == null ? 0 : manifest.database().serverMajor();
        RestorePreflight.checkVersions(request, server, tools, dumpedBy, dumpedFrom);
        if (manifest != null && way != Way.SELECT) {
            RestorePreflight.checkExtensions(manifest, server);
        }
        boolean local =
                tools.container().isEmpty() && String.valueOf(connection.host()).startsWith("/");
        RestorePreflight.checkRoom(found, room(), server, local);
        if (way == Way.SELECT) {
            Selection selection = Selection.of(request.tables(), request.schemas());
            RestorePreflight.checkSelected(manifest, selection);
            RestorePreflight.checkAbsent(target, into, selection, request.has(Choice.CLEAN));
        }
        String previous = way == Way.REPLACE ? previousName(into, server) : null;
        int sessions = way == Way.REPLACE ? target.sessions(into) : 0;
        return new RestorePlan(
                found,
                way,
                into,
                connection.address(),
                server,
                tools,
                steps(found, way, into, previous, sessions),
                notes(found, way, into, server),
                FetchedDump.roomToFetch(found),
                RestorePlan.estimate(manifest),
                previous);
    }

    private String into(Found found) {
        String into = request.into() != null ? request.into() : found.database();
        if (into == null) {
            throw new Failure(
                    ExitCode.USAGE,
                    found.file() + " does not say which database it is of",
                    "say where it should go with --into NAME");
        }
        return into;
    }

    private Way way(String into, RestoreTarget.Seen server) {
        boolean exists = server.databases().contains(into);
        if (request.isSelective() || request.has(Choice.CLEAN)) {
            if (!exists) {
                throw new Failure(
                        ExitCode.PREFLIGHT,
                        "there is no database " + into + " to restore into",
                        "--clean, --table and --schema are for a database that exists; without them one is made");
            }
            return request.isSelective() ? Way.SELECT : Way.CLEAN;
        }
        if (exists && !request.has(Choice.REPLACE)) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "database " + into + " exists already",
                    "--into OTHER restores beside it; --replace puts the backup in its place and keeps it under another name");
        }
        return exists ? Way.REPLACE : Way.CREATE;
    }

    private String previousName(String into, RestoreTarget.Seen server) {
        String suffix = SUFFIX.format(clock.instant());
        String base = into;
        while ((base + suffix).getBytes(java.nio.charset.StandardCharsets.UTF_8).length > LONGEST_NAME) {
            base = base.substring(0, base.offsetByCodePoints(base.length(), -1));
        }
        String name = base + suffix;
        if (server.databases().contains(name)) {
            throw new Failure(ExitCode.PREFLIGHT, "database " + name + " exists already", "run it again in a second");
        }
        return name;
    }

    private List<String> steps(Found found, Way way, String into, @Nullable String previous, int sessions) {
        List<String> steps = new ArrayList<>();
        boolean fetch = FetchedDump.roomToFetch(found) > 0;
        if (found.manifest() != null) {
            steps.add((fetch ? "fetch it to " + environment.temporary() + " and " : "")
                    + "compare its hash with the manifest");
        }
        if (request.has(Choice.GLOBALS)) {
            steps.add("make the roles that are missing");
        }
        String compare =
                found.manifest() == null || request.has(Choice.NO_CHECK) ? "" : " and compare it with the manifest";
        String jobs = request.jobs() > 1 ? " with " + request.jobs() + " jobs where the format allows" : "";
        switch (way) {
            case CREATE -> steps.add("restore it into the new database " + into + jobs + compare);
            case REPLACE -> {
                steps.add("restore it beside " + into + jobs + compare);
                steps.add("end the sessions in " + into + " (now " + Amounts.count(sessions) + "), rename it to "
                        + previous + ", and give its name to the new one");
            }
            case CLEAN ->
                steps.add("drop what the backup holds in " + into
                        + " and restore it there, in one transaction; what else is there stays");
            case SELECT ->
                steps.add((request.has(Choice.CLEAN) ? "drop and restore " : "restore ")
                        + Selection.of(request.tables(), request.schemas()).inWords() + " in " + into
                        + ", in one transaction");
        }
        return List.copyOf(steps);
    }

    private List<String> notes(Found found, Way way, String into, RestoreTarget.Seen server) {
        List<String> notes = new ArrayList<>();
        Manifest manifest = found.manifest();
        if (manifest == null) {
            notes.add("no manifest: that the dump is whole and its content right cannot be proven");
        } else if (!manifest.database().name().equals(into)) {
            notes.add("the backup is of database " + manifest.database().name());
        }
        if (manifest != null
                && (way == Way.CREATE || way == Way.REPLACE)
                && !server.roles().contains(manifest.database().owner())
                && !request.has(Choice.NO_OWNER)
                && !request.has(Choice.GLOBALS)) {
            notes.add("role " + manifest.database().owner()
                    + ", the owner, is missing here: --globals makes it, --no-owner does without");
        }
        if (request.has(Choice.REPLACE) && way == Way.CREATE) {
            notes.add("there is no database " + into + " to replace");
        }
        if (!request.tables().isEmpty()) {
            notes.add(
                    "pg_restore --table brings a table and its rows; indexes, constraints and triggers it leaves out");
        }
        return List.copyOf(notes);
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
            ThrowawayDatabase.removeDead(new Server(connection()), PURPOSE);
            ExitCode outcome = ExitCode.INTERNAL;
            Failure hookFailure;
            RestoreReport report;
            try {
                runHook("pre", Keys.RESTORE_PRE_HOOK, ExitCode.OK, ExitCode.PREFLIGHT);
                report = carryOut(plan, begun);
                outcome = ExitCode.OK;
            } catch (Failure e) {
                outcome = e.exitCode() == ExitCode.DUMP ? ExitCode.RESTORE : e.exitCode();
                throw Stopping.requested() ? stopped(e) : e.as(outcome);
            } catch (InterruptedException e) {
                outcome = ExitCode.RESTORE;
                throw stopped(e);
            } finally {
                hookFailure = postHook(outcome);
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
            RestoreRun run = new RestoreRun(request, plan, connection(), settings, progress);
            RestoreRun.Done done = run.carryOut(dump);
            return new RestoreReport(
                    plan, Duration.between(begun, clock.instant()), done.compared(), done.notes(), null);
        }
    }

    private void runHook(String name, Setting<String> setting, ExitCode outcome, ExitCode ifItFails)
            throws InterruptedException {
        Optional<String> command = settings.find(setting);
        if (command.isPresent()) {
            new Hook(name, command.get(), settings.get(Keys.HOOK_TIMEOUT)).run(instance.name(), outcome, ifItFails);
        }
    }

    /** Runs whatever happened before, also after SIGTERM. */
    private @Nullable Failure postHook(ExitCode outcome) throws InterruptedException {
        Stopping.done();
        if (Thread.interrupted()) {
            LOG.atDebug().log("was interrupted");
        }
        try {
            runHook("post", Keys.RESTORE_POST_HOOK, outcome, ExitCode.RESTORE);
            return null;
        } catch (Failure e) {
            return e;
        }
    }

    private FetchedDump.Room room() {
        return new FetchedDump.Room(environment.temporary(), settings.get(Keys.MIN_FREE));
    }

    private ConnectionSettings connection() {
        ConnectionSettings given = ConnectionSettings.of(settings, environment.systemUser());
        try {
            return settings.find(Keys.PG_CONTAINER)
                    .map(name -> new Container(name).connection(settings, given))
                    .orElse(given);
        } catch (Failure e) {
            throw e.exitCode() == ExitCode.DUMP ? e.as(ExitCode.RESTORE) : e;
        }
    }

    private PgTools tools(ConnectionSettings connection, int major) {
        Optional<String> container = settings.find(Keys.PG_CONTAINER);
        if (container.isPresent()) {
            return PgTools.in(new Container(container.get()), connection);
        }
        Optional<Path> directory = settings.find(Keys.PG_BIN);
        if (directory.isPresent()) {
            return PgTools.in(directory.get(), connection);
        }
        try {
            return PgTools.find(connection, major, environment.searchPath());
        } catch (Failure e) {
            String message = String.format(Locale.ROOT, "no pg_restore of version %d or later is installed", major);
            throw e.exitCode() == ExitCode.PREFLIGHT ? new Failure(e.exitCode(), message, e.hint(), e) : e;
        }
    }

    @Override
    public void close() {
        if (backups != null) {
            backups.close();
        }
    }
}
