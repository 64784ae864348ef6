package bmm.restore;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.catalog.Manifest;
import bmm.dump.Found;
import bmm.dump.RecordedHash;
import bmm.postgres.ArchiveContent;
import bmm.postgres.ContentHash;
import bmm.postgres.DatabaseFacts;
import bmm.postgres.OwnDatabase;
import bmm.postgres.TableName;
import bmm.postgres.UserCheck;
import bmm.stream.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The part of a drill that looks at what was restored, each proof a line of the report. */
record DrillProofs(
        OwnDatabase restored,
        @Nullable Manifest manifest,
        Optional<ArchiveContent> archive,
        Settings settings,
        Progress progress,
        Proceedings proceedings) {
    /** Compares what was restored with the manifest, or with the archive where there is none. */
    void compare(int jobs) throws InterruptedException {
        if (wasDecoded(manifest)) {
            proceedings.add(Proof.proven("decode", "when it was made; its SHA-256 is still the same"));
        }
        archive.ifPresent(found -> proceedings.add(decode(found)));
        RestoredContent found = RestoredContent.read(restored, hash(), jobs, progress::detail);
        proceedings.add(schema(found.facts()));
        Expected expected = expected();
        if (expected == null) {
            List.of("counts", "content", "sequences", "large objects")
                    .forEach(name -> proceedings.add(Proof.missing(name, "nothing to compare with")));
        } else {
            Comparison comparison = new Comparison(expected, found);
            proceedings.add(counts(comparison, found));
            proceedings.add(comparison.content());
            proceedings.add(comparison.sequences());
            proceedings.add(comparison.largeObjects());
        }
        proceedings.add(
                manifest == null
                        ? Proof.missing("extensions", "no manifest: nobody recorded their versions")
                        : Extensions.compare(manifest.database().extensions(), found.extensions()));
        notCompared(found.facts());
        proceedings.totals(
                found.fingerprint().tables().size(),
                found.fingerprint().rows(),
                manifest != null
                        ? manifest.dump().dataBytes()
                        : archive.map(ArchiveContent::bytes).orElse(0L));
    }

    /**
     * Whether the archive need not be decoded: its hash was compared before anything else, so that it is, byte for byte, the
     * file that was decoded when the backup was made, and what is in it is compared once it is restored.
     */
    static boolean wasDecoded(@Nullable Manifest manifest) {
        return hasContent(manifest) && manifest != null && manifest.verified().contains("archive");
    }

    /** With a manifest that has content hashes the archive need only be read; else it is what the rest is compared with. */
    static @Nullable ContentHash hashInArchive(@Nullable Manifest manifest) {
        return hasContent(manifest) ? null : ContentHash.OF_UNKNOWN_TABLES;
    }

    private static boolean hasContent(@Nullable Manifest manifest) {
        return manifest != null && manifest.fingerprint().hash() != null;
    }

    private @Nullable ContentHash hash() {
        return manifest != null && hasContent(manifest)
                ? RecordedHash.of(manifest)
                : archive.isPresent() ? ContentHash.OF_UNKNOWN_TABLES : null;
    }

    private @Nullable Expected expected() {
        if (manifest != null && (hasContent(manifest) || archive.isEmpty())) {
            return Expected.of(manifest);
        }
        return archive.map(Expected::of).orElse(null);
    }

    /** Where the archive had to stand in for the manifest, the manifest's own counts still count. */
    private Proof counts(Comparison comparison, RestoredContent found) {
        return manifest == null || hasContent(manifest)
                ? comparison.counts()
                : new Comparison(Expected.of(manifest), found).counts();
    }

    private static Proof decode(ArchiveContent archive) {
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
        List<String> wrong = new ArrayList<>();
        for (SqlChecks.Check check : checks) {
            progress.detail(check.name());
            UserCheck.run(restored.server(), restored.name(), check.sql(), settings.get(Keys.DRILL_SQL_TIMEOUT))
                    .ifPresent(why -> wrong.add(check.name() + ": " + why));
        }
        proceedings.add(Proof.of("sql", Amounts.count(checks.size(), "statement") + " of BMM_DRILL_SQL", wrong));
    }

    static Failure damaged(Found found, IOException e) {
        return new Failure(
                ExitCode.VERIFICATION,
                found.file() + ": damaged: " + Failure.reason(e),
                "take another copy of this backup, and check the disk or store that damaged this one",
                e);
    }
}
