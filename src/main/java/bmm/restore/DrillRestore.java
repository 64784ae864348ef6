package bmm.restore;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.base.Stopping;
import bmm.catalog.Manifest;
import bmm.dump.ArchiveBeginning;
import bmm.dump.DumpContent;
import bmm.dump.FetchedDump;
import bmm.dump.Found;
import bmm.postgres.ArchiveHeader;
import bmm.postgres.DatabaseFacts;
import bmm.postgres.Globals;
import bmm.postgres.GlobalsRestore;
import bmm.postgres.MadeUpRoles;
import bmm.postgres.OwnDatabase;
import bmm.postgres.Owners;
import bmm.postgres.PgRestore;
import bmm.postgres.PgRestore.Flag;
import bmm.postgres.PgRestore.Input;
import bmm.postgres.PgRestore.Section;
import bmm.postgres.RestoreFailure;
import bmm.stream.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The part of a drill that restores: roles first, then the dump, into a database made for it. */
final class DrillRestore {
    private final FetchedDump dump;
    private final DumpContent content;
    private final ArchiveHeader header;
    private final DrillTarget target;
    private final RestorePace pace;
    private final int jobs;
    private final Settings settings;
    private final Progress progress;
    private final Proceedings proceedings;
    private @Nullable OwnDatabase database;

    DrillRestore(
            FetchedDump dump,
            DumpContent content,
            ArchiveHeader header,
            DrillTarget target,
            RestorePace pace,
            int jobs,
            Settings settings,
            Progress progress,
            Proceedings proceedings) {
        this.dump = dump;
        this.content = content;
        this.header = header;
        this.target = target;
        this.pace = pace;
        this.jobs = jobs;
        this.settings = settings;
        this.progress = progress;
        this.proceedings = proceedings;
    }

    /**
     * Restores, and says how.
     *
     * @throws RestoreFailure unless everything was restored without an error
     */
    String restore() throws InterruptedException {
        PgRestore.Options options = PgRestore.Options.DEFAULTS
                .withJobs(pace == RestorePace.ALONE ? 1 : jobs)
                .within(settings.get(Keys.DRILL_TIMEOUT))
                .with(Flag.NO_TABLESPACES)
                .telling(progress::detail);
        return pace == RestorePace.BY_OWNERS ? restoreByOwners(options) : restoreAsThatRole(options);
    }

    /**
     * Objects are made by a superuser, and tables filled by sessions of their owners: what rows bring to run is run as them. A
     * table is filled by several sessions, which must see it: it is made in a transaction of its own.
     */
    private String restoreByOwners(PgRestore.Options options) throws InterruptedException {
        Set<String> before = roles();
        boolean made = makeRoles();
        PgRestore.Options complete = made ? options : options.with(Flag.NO_PRIVILEGES);
        OwnDatabase fresh = freshDatabase();
        PgRestore.Options data = complete.by(Owners.OF_A_THROWAWAY_SERVER);
        String notes;
        if (content instanceof DumpContent.Sql) {
            notes = restoreInto(fresh, made ? data : data.with(Flag.NO_OWNER));
        } else {
            restoreInto(fresh, complete.only(Section.PRE_DATA));
            restoreInto(fresh, data.only(Section.DATA));
            notes = restoreInto(fresh, complete.only(Section.POST_DATA));
        }
        if (made) {
            return notes;
        }
        Set<String> madeUp = roles();
        madeUp.removeAll(before);
        return madeUp.isEmpty() ? notes : notes + "; roles made up for it: " + String.join(", ", madeUp);
    }

    private Set<String> roles() {
        return new TreeSet<>(DatabaseFacts.read(target.server(), "postgres").roles());
    }

    /** In a server that is not the drill's: its roles are other people's, and everything belongs to the one that connects. */
    private String restoreAsThatRole(PgRestore.Options options) throws InterruptedException {
        proceedings.add(Proof.reported("roles", "not restored: the server's roles are not the drill's"));
        PgRestore.Options own = options.with(Flag.NO_OWNER, Flag.NO_PRIVILEGES);
        if (pace == RestorePace.TABLE_BY_TABLE) {
            return restoreInto(freshDatabase(), own);
        }
        try {
            // What is filled in the transaction that made it needs no WAL (PostgreSQL manual, "Populating a Database").
            return restoreInto(freshDatabase(), own.with(Flag.SINGLE_TRANSACTION));
        } catch (RestoreFailure e) {
            if (e.errors().isEmpty() || Stopping.requested()) {
                throw e;
            }
            // It ends at the first error, and may fail where others do not: step by step it names all that is wrong.
            return restoreInto(freshDatabase(), own);
        }
    }

    /** Whether those are there that own what the dump holds; else they are made up. */
    private boolean makeRoles() {
        Optional<Path> file = dump.globals();
        if (file.isEmpty()) {
            proceedings.add(Proof.missing("roles", "no globals beside the dump; owners and privileges are left out"));
            makeUpRoles();
            return false;
        }
        Globals globals = Globals.of(read(file.get())).forThrowawayServer();
        try {
            GlobalsRestore.run(target.server(), globals);
            proceedings.add(
                    Proof.of("roles", Amounts.count(globals.roles().size(), "role") + " from the globals", List.of()));
        } catch (RestoreFailure e) {
            proceedings.add(Proof.of("roles", "", e.errors()));
        }
        return true;
    }

    /** A dump in SQL text names them as it comes to them. */
    private void makeUpRoles() {
        try (InputStream in = ArchiveBeginning.open(content)) {
            if (in != null) {
                MadeUpRoles.make(target.server(), MadeUpRoles.namedIn(in));
            }
        } catch (IOException e) {
            throw DrillProofs.damaged(dump.found(), e);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.VERIFICATION,
                    file + " cannot be read: " + Failure.reason(e),
                    "take another copy of this backup",
                    e);
        }
    }

    private OwnDatabase freshDatabase() {
        if (database != null) {
            database.close();
            database = null;
        }
        Found found = dump.found();
        String name = found.database();
        OwnDatabase fresh = target.create(name == null ? "dump" : name, shape(found.manifest()));
        database = fresh;
        proceedings.target(
                target.kind(), DatabaseFacts.read(target.server(), fresh.name()).serverVersion());
        return fresh;
    }

    private OwnDatabase.Shape shape(@Nullable Manifest manifest) {
        if (manifest == null) {
            return header.encoding() == null
                    ? OwnDatabase.Shape.DEFAULT
                    : new OwnDatabase.Shape(null, header.encoding(), "C", "C", null);
        }
        Manifest.Database source = manifest.database();
        return new OwnDatabase.Shape(null, source.encoding(), source.collate(), source.ctype(), source.lcMonetary());
    }

    private String restoreInto(OwnDatabase fresh, PgRestore.Options options) throws InterruptedException {
        switch (content) {
            case DumpContent.CustomFile custom ->
                fresh.restore(target.tools(), new Input.CustomFile(custom.path()), options);
            case DumpContent.Directory directory ->
                fresh.restore(target.tools(), new Input.Directory(directory.path()), options);
            case DumpContent.CustomStream custom -> {
                try (InputStream in = custom.source().open()) {
                    fresh.restore(target.tools(), new Input.CustomStream(in), options);
                } catch (IOException e) {
                    throw DrillProofs.damaged(dump.found(), e);
                }
            }
            case DumpContent.Sql sql -> {
                try (InputStream in = sql.source().open()) {
                    fresh.restore(target.tools(), new Input.Plain(in), options);
                } catch (IOException e) {
                    throw DrillProofs.damaged(dump.found(), e);
                }
            }
        }
        return fresh.notes().stream().map(note -> "; " + note).collect(Collectors.joining());
    }

    /** What there is now; null before it is made. */
    @Nullable
    OwnDatabase database() {
        return database;
    }
}
