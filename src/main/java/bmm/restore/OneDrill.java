package bmm.restore;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.catalog.Manifest;
import bmm.dump.DumpDecoder;
import bmm.dump.DumpOrigin;
import bmm.dump.FetchedDump;
import bmm.dump.RecordedHash;
import bmm.postgres.ArchiveContent;
import bmm.postgres.ArchiveHeader;
import bmm.postgres.ContentHash;
import bmm.postgres.DatabaseFacts;
import bmm.postgres.OwnDatabase;
import bmm.postgres.PgRestore;
import bmm.postgres.RestoreFailure;
import bmm.postgres.TableName;
import bmm.postgres.UserCheck;
import bmm.stream.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The drill of one dump: its target, the database made there, and what is proven of it. Closing it removes both. */
final class OneDrill implements AutoCloseable {
    private static final int MOST_ATTEMPTS = 20;

    private final FetchedDump dump;
    private final @Nullable Manifest manifest;
    private final FetchedDump.Content content;
    private final ArchiveHeader header;
    private final DrillTarget target;
    private final Settings settings;
    private final int jobs;
    private final Instant now;
    private final Progress progress;
    private final Proceedings proceedings;
    private final FutureTask<ArchiveContent> decoding;
    private @Nullable OwnDatabase database;

    private OneDrill(
            FetchedDump dump,
            FetchedDump.Content content,
            ArchiveHeader header,
            DrillTarget target,
            int jobs,
            Settings settings,
            Instant now,
            Progress progress,
            Proceedings proceedings) {
        this.dump = dump;
        this.manifest = dump.found().manifest();
        this.content = content;
        this.header = header;
        this.target = target;
        this.jobs = jobs;
        this.settings = settings;
        this.now = now;
        this.progress = progress;
        this.proceedings = proceedings;
        this.decoding = new FutureTask<>(() -> DumpDecoder.decode(content, hashInArchive()));
    }

    /** Opens the target. */
    static OneDrill open(
            FetchedDump dump,
            DrillTargets targets,
            Settings settings,
            Instant now,
            Progress progress,
            Proceedings proceedings) {
        FetchedDump.Content content = dump.content(targets.jobs() > 1);
        ArchiveHeader header = DumpOrigin.of(content);
        DrillTarget target = targets.open(header, now);
        return new OneDrill(dump, content, header, target, targets.jobs(), settings, now, progress, proceedings);
    }

    /** With a manifest that has content hashes the archive need only be read; else it is what the rest is compared with. */
    private @Nullable ContentHash hashInArchive() {
        return hasRecordedContent() ? null : ContentHash.OF_UNKNOWN_TABLES;
    }

    private boolean hasRecordedContent() {
        return manifest != null && manifest.fingerprint().hash() != null;
    }

    /** Restores, while the archive is decoded beside it. */
    void restore() throws InterruptedException {
        Thread decoder = Thread.ofVirtual().name("decode").start(decoding);
        try {
            boolean withOwners = makeRoles();
            String mode = restoreAll(withOwners);
            proceedings.add(Proof.proven("restore", "without errors" + mode));
        } catch (RestoreFailure e) {
            decoder.join();
            decoded(); // damage explains more than what it did to pg_restore
            proceedings.add(Proof.of(
                    "restore", "", e.errors().isEmpty() ? List.of(String.valueOf(e.getMessage())) : e.errors()));
            throw e;
        }
    }

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
        Globals globals = new Globals(read(file.get()));
        try {
            boolean made = target.makeRoles(globals.withoutTablespaces(), settings.get(Keys.DRILL_TIMEOUT));
            List<String> missing = new ArrayList<>(globals.roles());
            missing.removeAll(facts("postgres").roles());
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

    /** Returns what is to be said of how it was restored. */
    private String restoreAll(boolean withOwners) throws InterruptedException {
        PgRestore.Options options = PgRestore.Options.DEFAULTS
                .withJobs(jobs)
                .within(settings.get(Keys.DRILL_TIMEOUT))
                .with(PgRestore.Flag.NO_TABLESPACES)
                .telling(progress::detail);
        if (!withOwners) {
            options = options.with(PgRestore.Flag.NO_OWNER, PgRestore.Flag.NO_PRIVILEGES);
        }
        Set<String> made = new HashSet<>();
        for (int attempt = 1; ; attempt++) {
            OwnDatabase fresh = freshDatabase();
            try {
                restoreInto(fresh, options);
                return notes(fresh, made);
            } catch (RestoreFailure e) {
                // Policies name roles, and so does SQL text; without globals they have to come from somewhere.
                if (withOwners || attempt == MOST_ATTEMPTS || !makeMissing(e.missingRoles(), made)) {
                    throw e;
                }
            }
        }
    }

    private boolean makeMissing(Set<String> missing, Set<String> made) throws InterruptedException {
        if (missing.isEmpty() || !made.addAll(missing)) {
            return false;
        }
        String sql = missing.stream()
                .map(role -> "CREATE ROLE \"" + role.replace("\"", "\"\"") + "\";\n")
                .collect(Collectors.joining());
        return target.makeRoles(sql.getBytes(StandardCharsets.UTF_8), Duration.ofMinutes(1));
    }

    private static String notes(OwnDatabase database, Set<String> made) {
        List<String> notes = new ArrayList<>(database.notes());
        if (!made.isEmpty()) {
            notes.add("roles made up for it: " + String.join(", ", made));
        }
        return notes.isEmpty() ? "" : "; " + String.join("; ", notes);
    }

    private OwnDatabase freshDatabase() {
        if (database != null) {
            database.close();
            database = null;
        }
        String name = dump.found().database();
        OwnDatabase fresh = target.create(name == null ? "dump" : name, recipe(), now);
        database = fresh;
        proceedings.target(target.kind(), facts(fresh.name()).serverVersion());
        return fresh;
    }

    private OwnDatabase.Recipe recipe() {
        if (manifest == null) {
            return header.encoding() == null
                    ? new OwnDatabase.Recipe(null, null, null, null)
                    : new OwnDatabase.Recipe(header.encoding(), "C", "C", null);
        }
        Manifest.Database source = manifest.database();
        return new OwnDatabase.Recipe(source.encoding(), source.collate(), source.ctype(), source.lcMonetary());
    }

    private void restoreInto(OwnDatabase fresh, PgRestore.Options options) throws InterruptedException {
        switch (content) {
            case FetchedDump.CustomFile custom -> fresh.restore(new PgRestore.Input.CustomFile(custom.path()), options);
            case FetchedDump.Directory directory ->
                fresh.restore(new PgRestore.Input.Directory(directory.path()), options);
            case FetchedDump.CustomStream custom -> {
                try (InputStream in = open(custom.source())) {
                    fresh.restore(new PgRestore.Input.CustomStream(in), options);
                } catch (IOException e) {
                    throw damaged(e);
                }
            }
            case FetchedDump.Sql sql -> {
                try (InputStream in = open(sql.source())) {
                    fresh.restore(new PgRestore.Input.Plain(in), options);
                } catch (IOException e) {
                    throw damaged(e);
                }
            }
        }
    }

    private InputStream open(FetchedDump.Source source) throws IOException {
        return source.open();
    }

    private Failure damaged(IOException e) {
        return new Failure(
                ExitCode.VERIFICATION,
                dump.found().file() + ": damaged: " + Failure.reason(e),
                "take another copy of this backup, and check the disk or store that damaged this one",
                e);
    }

    /** Empty if this bmm cannot decode it although it may be whole. */
    private Optional<ArchiveContent> decoded() throws InterruptedException {
        try {
            return Optional.of(decoding.get());
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
                throw damaged(io);
            }
            throw damaged(new IOException(Failure.reason(cause), cause));
        }
    }

    /** Compares what was restored with the manifest, or with the archive where there is none. */
    void compare() throws InterruptedException {
        OwnDatabase restored = restored();
        Optional<ArchiveContent> archive = decoded();
        archive.ifPresent(found -> proceedings.add(decode(found)));
        DatabaseFacts facts = facts(restored.name());
        proceedings.add(schema(facts));
        Expected expected = hasRecordedContent() || archive.isEmpty() ? null : Expected.of(archive.get());
        if (manifest != null && (expected == null || hasRecordedContent())) {
            expected = Expected.of(manifest);
        }
        ContentHash hash = manifest != null && hasRecordedContent()
                ? RecordedHash.inDatabase(manifest)
                : archive.isPresent() ? ContentHash.OF_UNKNOWN_TABLES : null;
        RestoredContent found = RestoredContent.read(restored, hash, jobs, progress::detail);
        if (expected == null) {
            List.of("counts", "content", "sequences", "large objects")
                    .forEach(name -> proceedings.add(Proof.missing(name, "nothing to compare with")));
        } else {
            Comparison comparison = new Comparison(expected, found);
            proceedings.add(counts(comparison, found));
            proceedings.add(comparison.content());
            proceedings.add(comparison.sequences(facts.relations()));
            proceedings.add(comparison.largeObjects());
        }
        proceedings.add(
                manifest == null
                        ? Proof.missing("extensions", "no manifest: nobody recorded their versions")
                        : Extensions.compare(manifest.database().extensions(), found.extensions()));
        notCompared(facts);
        proceedings.totals(
                found.fingerprint().tables().size(),
                found.fingerprint().rows(),
                manifest != null
                        ? manifest.dump().dataBytes()
                        : archive.map(ArchiveContent::bytes).orElse(0L));
    }

    /** Where the archive had to stand in for the manifest, the manifest's own counts still count. */
    private Proof counts(Comparison comparison, RestoredContent found) {
        return manifest == null || hasRecordedContent()
                ? comparison.counts()
                : new Comparison(Expected.of(manifest), found).counts();
    }

    private Proof decode(ArchiveContent archive) {
        String whole = Amounts.count(archive.tables().size(), "table") + ", " + Amounts.count(archive.rows(), "row")
                + ", " + Amounts.bytes(archive.bytes());
        return Proof.proven("decode", whole);
    }

    private Proof schema(DatabaseFacts facts) {
        List<String> wanted = settings.find(Keys.DRILL_TABLES).orElse(List.of());
        if (wanted.isEmpty()) {
            return Proof.reported("schema", "no table asked for (BMM_DRILL_TABLES)");
        }
        Set<String> known =
                facts.relations().stream().map(TableName::name).collect(Collectors.toCollection(HashSet::new));
        facts.relations().forEach(name -> known.add(name.schema() + "." + name.name()));
        return Proof.of(
                "schema",
                Amounts.count(wanted.size(), "table") + " of BMM_DRILL_TABLES",
                wanted.stream()
                        .filter(name -> !known.contains(name))
                        .map(name -> "table " + name + " of BMM_DRILL_TABLES is missing")
                        .toList());
    }

    private void notCompared(DatabaseFacts facts) {
        List<String> kinds = new ArrayList<>();
        addIfAny(facts.materializedViews(), "materialized view", kinds);
        addIfAny(facts.generatedColumns(), "generated column", kinds);
        addIfAny(facts.foreignTables(), "foreign table", kinds);
        if (!kinds.isEmpty()) {
            proceedings.add(Proof.reported("not compared", String.join(", ", kinds) + ": made anew, or elsewhere"));
        }
    }

    private static void addIfAny(int count, String noun, List<String> kinds) {
        if (count > 0) {
            kinds.add(Amounts.count(count, noun));
        }
    }

    /** Runs the user's statements. */
    void check(List<SqlChecks.Check> checks) {
        if (checks.isEmpty()) {
            proceedings.add(Proof.reported("sql", "no statements of yours (BMM_DRILL_SQL)"));
            return;
        }
        OwnDatabase restored = restored();
        List<String> wrong = new ArrayList<>();
        for (SqlChecks.Check check : checks) {
            progress.detail(check.name());
            UserCheck.run(restored.server(), restored.name(), check.sql(), settings.get(Keys.DRILL_SQL_TIMEOUT))
                    .ifPresent(why -> wrong.add(check.name() + ": " + why));
        }
        proceedings.add(Proof.of("sql", Amounts.count(checks.size(), "statement") + " of BMM_DRILL_SQL", wrong));
    }

    private DatabaseFacts facts(String name) {
        return DatabaseFacts.read(target.server(), name);
    }

    private OwnDatabase restored() {
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
            if (database != null) {
                database.close();
            }
        }
    }
}
