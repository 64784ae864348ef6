package bmm.restore;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.base.Stopping;
import bmm.catalog.Manifest;
import bmm.dump.DumpContent;
import bmm.dump.FetchedDump;
import bmm.dump.Found;
import bmm.postgres.ArchiveHeader;
import bmm.postgres.DatabaseFacts;
import bmm.postgres.Globals;
import bmm.postgres.OwnDatabase;
import bmm.postgres.PgRestore;
import bmm.postgres.PgRestore.Flag;
import bmm.postgres.PgRestore.Input;
import bmm.postgres.PgRestore.Section;
import bmm.postgres.RestoreFailure;
import bmm.postgres.UnloggedTables;
import bmm.stream.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The part of a drill that restores: roles first, then the dump, into a database made for it. */
final class DrillRestore {
    private static final Logger LOG = LoggerFactory.getLogger(DrillRestore.class);
    private static final int MOST_ATTEMPTS = 20;

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
        boolean withOwners = makeRoles();
        PgRestore.Options options = PgRestore.Options.DEFAULTS
                .withJobs(pace == RestorePace.ALONE ? 1 : jobs)
                .within(settings.get(Keys.DRILL_TIMEOUT))
                .with(Flag.NO_TABLESPACES)
                .telling(progress::detail);
        if (!withOwners) {
            return restoreWithMadeUpRoles(options.with(Flag.NO_OWNER, Flag.NO_PRIVILEGES));
        }
        if (pace == RestorePace.TABLE_BY_TABLE) {
            return restoreInto(freshDatabase(), options);
        }
        try {
            return pace == RestorePace.SHARED_TABLES && target instanceof DrillTarget.Scratch scratch
                    ? restoreInParts(scratch, options)
                    : restoreAtOnce(options);
        } catch (RestoreFailure e) {
            if (e.errors().isEmpty() || Stopping.requested()) {
                throw e;
            }
            // Both end at the first error, and may fail where others do not: step by step it names all that is wrong.
            return restoreInto(freshDatabase(), options);
        }
    }

    /** A table is filled by several sessions, which must see it: it is made in a transaction of its own. */
    private String restoreInParts(DrillTarget.Scratch scratch, PgRestore.Options options) throws InterruptedException {
        OwnDatabase fresh = freshDatabase();
        PgRestore.Options strict = options.with(Flag.EXIT_ON_ERROR);
        restoreInto(fresh, strict.only(Section.PRE_DATA));
        try (UnloggedTables tables = scratch.unlogged(fresh)) {
            LOG.atDebug().log("tables are filled by {} sessions, {}", jobs, tables);
            restoreInto(fresh, options.onlyDataThrough(jobs));
        }
        return restoreInto(fresh, strict.only(Section.POST_DATA));
    }

    /**
     * What is filled in the transaction that made it needs no WAL (PostgreSQL manual, "Populating a Database"); with several
     * workers pg_restore sees to that by itself.
     */
    private String restoreAtOnce(PgRestore.Options options) throws InterruptedException {
        return restoreInto(freshDatabase(), options.with(Flag.SINGLE_TRANSACTION));
    }

    /** Policies name roles, and so does SQL text; without globals they have to come from somewhere. */
    private String restoreWithMadeUpRoles(PgRestore.Options options) throws InterruptedException {
        Set<String> made = new HashSet<>();
        for (int attempt = 1; ; attempt++) {
            try {
                String notes = restoreInto(freshDatabase(), options);
                return made.isEmpty() ? notes : notes + "; roles made up for it: " + String.join(", ", made);
            } catch (RestoreFailure e) {
                if (attempt == MOST_ATTEMPTS || !makeMissing(e.missingRoles(), made)) {
                    throw e;
                }
            }
        }
    }

    private boolean makeMissing(Set<String> missing, Set<String> made) throws InterruptedException {
        if (missing.isEmpty() || !made.addAll(missing)) {
            return false;
        }
        // An event trigger may belong to superusers only; here nobody logs in as one of them.
        String sql = missing.stream()
                .map(role -> "CREATE ROLE \"" + role.replace("\"", "\"\"") + "\" SUPERUSER;\n")
                .collect(Collectors.joining());
        return target.makeRoles(sql.getBytes(StandardCharsets.UTF_8), Duration.ofMinutes(1));
    }

    /** Whether those are there that own what the dump holds. */
    private boolean makeRoles() throws InterruptedException {
        Optional<Path> file = dump.globals();
        if (target instanceof DrillTarget.Database) {
            proceedings.add(Proof.reported("roles", "not restored: the server's roles are not the drill's"));
            return false;
        }
        if (file.isEmpty()) {
            proceedings.add(Proof.missing("roles", "no globals beside the dump; owners and privileges are left out"));
            return false;
        }
        Globals globals = Globals.of(read(file.get())).withoutTablespaces();
        try {
            boolean made = target.makeRoles(globals.sql(), settings.get(Keys.DRILL_TIMEOUT));
            List<String> missing = new ArrayList<>(globals.roles());
            missing.removeAll(DatabaseFacts.read(target.server(), "postgres").roles());
            proceedings.add(Proof.of(
                    "roles",
                    Amounts.count(globals.roles().size(), "role") + " from the globals",
                    missing.stream().map(role -> "role " + role + " is missing").toList()));
            return made;
        } catch (RestoreFailure e) {
            proceedings.add(Proof.of("roles", "", e.errors()));
            return true;
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
