package bmm.restore;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.catalog.Manifest;
import bmm.dump.FetchedDump;
import bmm.dump.FetchedDump.Content;
import bmm.postgres.ArchiveHeader;
import bmm.postgres.ConnectionSettings;
import bmm.postgres.DatabaseProperties;
import bmm.postgres.Globals;
import bmm.postgres.PgRestore;
import bmm.postgres.PgRestore.Flag;
import bmm.postgres.PgRestore.Input;
import bmm.postgres.RestoreFailure;
import bmm.postgres.RestoreTarget;
import bmm.postgres.Server;
import bmm.postgres.ThrowawayDatabase;
import bmm.restore.RestorePlan.Way;
import bmm.restore.RestoreRequest.Choice;
import bmm.stream.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The restore itself, from a dump at hand to a database that holds it. */
final class RestoreRun {
    private static final List<String> SERVER_SETTINGS = List.of("maintenance_work_mem=256MB");

    private final RestoreRequest request;
    private final RestorePlan plan;
    private final Server server;
    private final RestoreTarget target;
    private final Settings settings;
    private final Progress progress;
    private final List<String> notes = new ArrayList<>();

    RestoreRun(
            RestoreRequest request,
            RestorePlan plan,
            ConnectionSettings connection,
            Settings settings,
            Progress progress) {
        this.request = request;
        this.plan = plan;
        this.server = new Server(connection);
        this.target = new RestoreTarget(server);
        this.settings = settings;
        this.progress = progress;
    }

    /** What came of it. */
    record Done(@Nullable ComparedContent compared, List<String> notes) {}

    Done carryOut(FetchedDump dump) throws InterruptedException {
        Content content = dump.content(parallel());
        checkVersions(content);
        if (request.has(Choice.GLOBALS)) {
            restoreGlobals(dump);
        }
        ComparedContent compared = plan.makesDatabase() ? restoreBeside(content) : restoreInPlace(content);
        return new Done(compared, List.copyOf(notes));
    }

    private @Nullable ComparedContent restoreBeside(Content content) throws InterruptedException {
        try (ThrowawayDatabase fresh = ThrowawayDatabase.create(server, Restore.PURPOSE, shape())) {
            setMonetary(fresh.name());
            restore(fresh.name(), content, options());
            target.tryAll(fresh.name(), properties(content).forDatabase(fresh.name()))
                    .forEach(said -> notes.add("a setting of the database was not taken over: " + said));
            ComparedContent compared = compare(fresh.name());
            String previous = plan.previous();
            if (previous != null) {
                fresh.replace(plan.into(), previous);
            } else {
                fresh.keepAs(plan.into());
            }
            return compared;
        }
    }

    /** Values of type money are written and read as the server's lc_monetary says. */
    private void setMonetary(String database) {
        Manifest manifest = plan.found().manifest();
        if (manifest == null
                || manifest.database().lcMonetary().equals(plan.server().monetary())) {
            return;
        }
        String wanted = manifest.database().lcMonetary();
        if (!target.setMonetary(database, wanted)) {
            notes.add("lc_monetary " + wanted + " is not available here: values of type money may change");
        }
    }

    /** All or nothing: one transaction, which takes one job. */
    private @Nullable ComparedContent restoreInPlace(Content content) throws InterruptedException {
        PgRestore.Options options = options().withJobs(1).with(Flag.SINGLE_TRANSACTION, Flag.EXIT_ON_ERROR);
        if (request.has(Choice.CLEAN)) {
            options = options.with(Flag.CLEAN);
        }
        if (plan.way() == Way.SELECT) {
            Selection selection = Selection.of(request.tables(), request.schemas());
            options = options.only(selection.tables(), selection.schemas());
            target.makeSchemas(plan.into(), selection.schemas());
        }
        restore(plan.into(), content, options);
        return null;
    }

    private PgRestore.Options options() {
        PgRestore.Options options = PgRestore.Options.DEFAULTS
                .withJobs(request.jobs())
                .withSettings(SERVER_SETTINGS)
                .telling(progress::detail);
        if (request.has(Choice.NO_OWNER)) {
            options = options.with(Flag.NO_OWNER);
        }
        return request.has(Choice.NO_PRIVILEGES) ? options.with(Flag.NO_PRIVILEGES) : options;
    }

    private boolean parallel() {
        return request.jobs() > 1 && plan.makesDatabase();
    }

    private void restore(String database, Content content, PgRestore.Options options) throws InterruptedException {
        progress.begin("restore " + plan.into(), 0);
        try {
            switch (content) {
                case FetchedDump.CustomFile file -> run(database, new Input.CustomFile(file.path()), options);
                case FetchedDump.Directory directory -> run(database, new Input.Directory(directory.path()), options);
                case FetchedDump.CustomStream stream -> {
                    try (InputStream in = stream.source().open()) {
                        run(database, new Input.CustomStream(in), options);
                    }
                }
                case FetchedDump.Sql sql -> {
                    try (InputStream in = sql.source().open()) {
                        run(database, new Input.Plain(in), options);
                    }
                }
            }
        } catch (IOException e) {
            throw unreadable(e);
        } finally {
            progress.end();
        }
    }

    private void run(String database, Input input, PgRestore.Options options) throws InterruptedException {
        try {
            PgRestore.run(plan.tools(), database, input, options);
        } catch (RestoreFailure e) {
            String message = String.valueOf(e.getMessage()).replace(database, plan.into());
            boolean roles = !e.missingRoles().isEmpty();
            throw new Failure(
                    e.exitCode(),
                    message,
                    roles
                            ? "--globals makes the roles " + String.join(", ", e.missingRoles())
                                    + "; --no-owner --no-privileges does without them"
                            : e.hint(),
                    e);
        }
    }

    private @Nullable ComparedContent compare(String database) throws InterruptedException {
        Manifest manifest = plan.found().manifest();
        if (manifest == null || request.has(Choice.NO_CHECK)) {
            return null;
        }
        progress.begin("compare " + plan.into(), 0);
        try {
            ComparedContent compared =
                    ComparedContent.compare(server, database, manifest, request.jobs(), progress::detail);
            List<String> differences = compared.differences();
            if (!differences.isEmpty()) {
                throw new Failure(
                        ExitCode.RESTORE,
                        "database " + plan.into() + ": restored, but not as the manifest says: "
                                + differences.getFirst()
                                + (differences.size() > 1 ? ", and " + (differences.size() - 1) + " more" : ""),
                        "nothing was changed; bmm verify looks at the backup, --at takes an earlier one, --no-check restores it all the same");
            }
            return compared;
        } finally {
            progress.end();
        }
    }

    /** As it was; where it takes the place of another database and nothing is known, as that one is. */
    private ThrowawayDatabase.Shape shape() {
        Manifest manifest = plan.found().manifest();
        if (manifest == null) {
            return plan.way() == Way.REPLACE
                    ? target.shape(plan.into())
                    : new ThrowawayDatabase.Shape(null, null, null, null);
        }
        Manifest.Database was = manifest.database();
        boolean owned = !request.has(Choice.NO_OWNER) && target.look().roles().contains(was.owner());
        if (!owned && !request.has(Choice.NO_OWNER)) {
            notes.add("role " + was.owner() + " does not exist here: the database belongs to "
                    + plan.tools().user());
        }
        return new ThrowawayDatabase.Shape(owned ? was.owner() : null, was.encoding(), was.collate(), was.ctype());
    }

    private void restoreGlobals(FetchedDump dump) throws InterruptedException {
        Path file = dump.globals()
                .orElseThrow(() -> new Failure(ExitCode.USAGE, "this backup has no globals", "leave --globals out"));
        try {
            Globals globals = Globals.missing(
                    Files.readString(file, StandardCharsets.UTF_8),
                    target.look().roles());
            PgRestore.globals(
                    plan.tools(), globals.sql().getBytes(StandardCharsets.UTF_8), settings.get(Keys.DUMP_TIMEOUT));
            notes.add("roles made: " + (globals.created().isEmpty() ? "none" : String.join(", ", globals.created()))
                    + "; left as they are: "
                    + (globals.left().isEmpty() ? "none" : String.join(", ", globals.left())));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** A dump without manifest says only now what wrote it. */
    private void checkVersions(Content content) {
        try (InputStream in = archive(content)) {
            if (in != null) {
                ArchiveHeader header = ArchiveHeader.read(in);
                RestorePreflight.checkVersions(
                        request, plan.server(), plan.tools(), header.toolMajor(), header.serverMajor());
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Plain text is run as a whole: what it says of the database itself is in it. */
    private static DatabaseProperties properties(Content content) {
        try (InputStream in = archive(content)) {
            return in == null ? new DatabaseProperties(List.of()) : DatabaseProperties.read(in);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static @Nullable InputStream archive(Content content) throws IOException {
        return switch (content) {
            case FetchedDump.CustomFile file -> Files.newInputStream(file.path());
            case FetchedDump.CustomStream stream -> stream.source().open();
            case FetchedDump.Directory directory ->
                Files.newInputStream(directory.path().resolve("toc.dat"));
            case FetchedDump.Sql sql -> null;
        };
    }

    private static Failure unreadable(IOException e) {
        return new Failure(
                ExitCode.VERIFICATION,
                "the dump cannot be read: " + Failure.reason(e),
                "take another copy of this backup, or an earlier one with --at DATE",
                e);
    }
}
