package bmm.restore;

import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.catalog.Manifest;
import bmm.dump.ArchiveBeginning;
import bmm.dump.DumpContent;
import bmm.dump.FetchedDump;
import bmm.dump.RecordedHash;
import bmm.postgres.ArchiveHeader;
import bmm.postgres.ArchivePart;
import bmm.postgres.ContentHash;
import bmm.postgres.DatabaseProperties;
import bmm.postgres.Globals;
import bmm.postgres.GlobalsRestore;
import bmm.postgres.OwnDatabase;
import bmm.postgres.OwnerLogins;
import bmm.postgres.Owners;
import bmm.postgres.PgRestore;
import bmm.postgres.PgRestore.Flag;
import bmm.postgres.PgRestore.Input;
import bmm.postgres.PgRestore.Section;
import bmm.postgres.RestoreFailure;
import bmm.postgres.RestoreTarget;
import bmm.postgres.Server;
import bmm.postgres.TableName;
import bmm.restore.RestorePlan.Way;
import bmm.restore.RestoreRequest.Choice;
import bmm.stream.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The restore itself, from a dump at hand to a database that holds it. */
final class RestoreRun {
    private static final List<String> SERVER_SETTINGS = List.of("maintenance_work_mem=256MB");

    private final RestoreRequest request;
    private final RestorePlan plan;
    private final Server server;
    private final RestoreTarget target;
    private final Progress progress;
    private final List<String> notes = new ArrayList<>();
    private List<GlobalsRestore.MissingTablespace> missingTablespaces = List.of();

    RestoreRun(RestoreRequest request, RestorePlan plan, Server server, Progress progress) {
        this.request = request;
        this.plan = plan;
        this.server = server;
        this.target = new RestoreTarget(server);
        this.progress = progress;
    }

    /** What came of it. */
    record Done(@Nullable Compared compared, List<String> notes) {}

    Done carryOut(FetchedDump dump) throws InterruptedException {
        DumpContent content = dump.content(parallel());
        checkVersions(content);
        if (request.has(Choice.AS_OWNERS)) {
            RestorePreflight.checkLogins(server, owners(content));
        }
        if (request.has(Choice.GLOBALS)) {
            restoreGlobals(dump);
        }
        Compared compared = plan.makesDatabase() ? restoreBeside(content) : restoreInPlace(dump, content);
        return new Done(compared, List.copyOf(notes));
    }

    private @Nullable Compared restoreBeside(DumpContent content) throws InterruptedException {
        try (OwnDatabase fresh = OwnDatabase.create(server, OwnDatabase.Purpose.RESTORE, plan.into(), shape())) {
            notes.addAll(fresh.notes());
            DatabaseProperties properties = properties(content);
            restoreAll(fresh.name(), content);
            Compared compared = compare(fresh);
            // Last, as they change what sessions in it do.
            target.tryAll(statements(properties, fresh.name()))
                    .forEach(said -> notes.add("a setting of the database was not taken over: " + said));
            String previous = plan.previous();
            if (previous != null) {
                fresh.replace(plan.into(), previous);
            } else {
                fresh.keepAs(plan.into());
            }
            return compared;
        }
    }

    /** In three parts where owners fill their tables: their sessions have to see them. */
    private void restoreAll(String database, DumpContent content) throws InterruptedException {
        PgRestore.Options options = options();
        if (!request.has(Choice.AS_OWNERS)) {
            restore(database, content, options);
            return;
        }
        restore(database, content, options.only(Section.PRE_DATA));
        restore(database, content, options.by(Owners.AS_CONFIGURED).only(Section.DATA));
        restore(database, content, options.only(Section.POST_DATA));
    }

    private static Set<String> owners(DumpContent content) {
        try (InputStream in = ArchiveBeginning.open(content)) {
            if (in == null) {
                throw new Failure(
                        ExitCode.PREFLIGHT,
                        "SQL text does not say beforehand who owns its tables",
                        "leave --as-owners out, or restore a dump in custom or directory format");
            }
            return OwnerLogins.owners(in);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** All or nothing: one transaction, which takes one job. */
    private @Nullable Compared restoreInPlace(FetchedDump dump, DumpContent content) throws InterruptedException {
        PgRestore.Options options = options().withJobs(1).with(Flag.SINGLE_TRANSACTION, Flag.EXIT_ON_ERROR);
        if (request.has(Choice.CLEAN)) {
            options = options.with(Flag.CLEAN);
        }
        if (plan.way() == Way.SELECT) {
            ArchivePart part = part(content);
            Path list = dump.file("use-list");
            write(list, part.useList());
            options = options.only(list);
            target.makeSchemas(
                    plan.into(), part.tables().stream().map(TableName::schema).collect(Collectors.toSet()));
            Selection.notes(part).stream()
                    .filter(note -> !plan.notes().contains(note))
                    .forEach(notes::add);
        }
        restore(plan.into(), content, options);
        return null;
    }

    private ArchivePart part(DumpContent content) {
        try (InputStream in = ArchiveBeginning.open(content)) {
            return request.selection().of(Objects.requireNonNull(in, "SQL text was refused before"));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static void write(Path file, byte[] bytes) {
        try {
            DurableFile.write(file, bytes);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "cannot write " + file + ": " + Failure.reason(e),
                    "set BMM_TEMP_DIR to a directory with more room",
                    e);
        }
    }

    private PgRestore.Options options() {
        PgRestore.Options options = PgRestore.Options.DEFAULTS
                .withJobs(request.jobs())
                .withSettings(SERVER_SETTINGS)
                .telling(progress::detail);
        if (request.has(Choice.NO_OWNER)) {
            options = options.with(Flag.NO_OWNER);
        }
        if (!missingTablespaces.isEmpty()) {
            options = options.with(Flag.NO_TABLESPACES);
        }
        return request.has(Choice.NO_PRIVILEGES) ? options.with(Flag.NO_PRIVILEGES) : options;
    }

    private boolean parallel() {
        return request.jobs() > 1 && plan.makesDatabase();
    }

    private void restore(String database, DumpContent content, PgRestore.Options options) throws InterruptedException {
        progress.begin("restore " + plan.into(), 0);
        try {
            switch (content) {
                case DumpContent.CustomFile file -> run(database, new Input.CustomFile(file.path()), options);
                case DumpContent.Directory directory -> run(database, new Input.Directory(directory.path()), options);
                case DumpContent.CustomStream stream -> {
                    try (InputStream in = stream.source().open()) {
                        run(database, new Input.CustomStream(in), options);
                    }
                }
                case DumpContent.Sql sql -> {
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
                            ? Hint.of("--globals makes the roles ")
                                    .names(e.missingRoles())
                                    .and("; --no-owner --no-privileges does without them")
                            : e.hint(),
                    e);
        }
    }

    private @Nullable Compared compare(OwnDatabase fresh) throws InterruptedException {
        Manifest manifest = plan.found().manifest();
        if (manifest == null || request.has(Choice.NO_CHECK)) {
            return null;
        }
        progress.begin("compare " + plan.into(), 0);
        try {
            ContentHash hash = RecordedHash.of(manifest);
            RestoredContent found = RestoredContent.read(fresh, hash, request.jobs(), progress::detail);
            List<String> differences = new Comparison(Expected.of(manifest), found).differences();
            if (!differences.isEmpty()) {
                throw new Failure(
                        ExitCode.RESTORE,
                        "database " + plan.into() + ": restored, but not as the manifest says: "
                                + differences.getFirst()
                                + (differences.size() > 1 ? ", and " + (differences.size() - 1) + " more" : ""),
                        "nothing was changed; bmm verify looks at the backup, --at takes an earlier one, --no-check restores it all the same");
            }
            return new Compared(
                    found.fingerprint().tables().size(), found.fingerprint().rows(), hash != null);
        } finally {
            progress.end();
        }
    }

    /** As it was; where it takes the place of another database and nothing is known, as that one is. */
    private OwnDatabase.Shape shape() {
        Manifest manifest = plan.found().manifest();
        if (manifest == null) {
            return plan.way() == Way.REPLACE ? target.shape(plan.into()) : OwnDatabase.Shape.DEFAULT;
        }
        Manifest.Database was = manifest.database();
        boolean owned = !request.has(Choice.NO_OWNER) && target.look().roles().contains(was.owner());
        if (!owned && !request.has(Choice.NO_OWNER)) {
            notes.add("role " + was.owner() + " does not exist here: the database belongs to "
                    + plan.tools().user());
        }
        return new OwnDatabase.Shape(
                owned ? was.owner() : null, was.encoding(), was.collate(), was.ctype(), was.lcMonetary());
    }

    private void restoreGlobals(FetchedDump dump) throws InterruptedException {
        Path file = dump.globals()
                .orElseThrow(() -> new Failure(ExitCode.USAGE, "this backup has no globals", "leave --globals out"));
        try {
            Globals all = Globals.of(Files.readAllBytes(file));
            Globals missing = all.without(target.look().roles(), target.tablespaces());
            missingTablespaces = GlobalsRestore.run(server, missing);
            List<String> left = new ArrayList<>(all.roles());
            left.removeAll(missing.roles());
            notes.add("roles made: " + listed(missing.roles()) + "; left as they are: " + listed(left));
            missingTablespaces.forEach(tablespace -> notes.add("tablespace " + tablespace.tablespace()
                    + " was not made, its objects lie in the default one: " + tablespace.why()
                    + "; make the directory, owned by the server's user, and CREATE TABLESPACE"));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static String listed(List<String> names) {
        return names.isEmpty() ? "none" : String.join(", ", names);
    }

    /** A dump without manifest says only now what wrote it. */
    private void checkVersions(DumpContent content) {
        try (InputStream in = ArchiveBeginning.open(content)) {
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
    private static DatabaseProperties properties(DumpContent content) {
        try (InputStream in = ArchiveBeginning.open(content)) {
            return in == null ? DatabaseProperties.NONE : DatabaseProperties.read(in);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static List<String> statements(DatabaseProperties properties, String database) {
        try {
            return properties.forDatabase(database);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static Failure unreadable(IOException e) {
        return new Failure(
                ExitCode.VERIFICATION,
                "the dump cannot be read: " + Failure.reason(e),
                "take another copy of this backup, or an earlier one with --at DATE",
                e);
    }
}
