package bmm.restore;

import bmm.base.Amounts;
import bmm.catalog.Manifest;
import bmm.dump.RecordedHash;
import bmm.postgres.ContentHash;
import bmm.postgres.Fingerprint;
import bmm.postgres.Fingerprinter;
import bmm.postgres.SequenceState;
import bmm.postgres.Server;
import bmm.postgres.Snapshot;
import bmm.postgres.TableContent;
import bmm.postgres.TableName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A restored database compared with the manifest of its backup.
 *
 * @param content whether rows were hashed, and not only counted
 * @param differences in words; empty if it is equal
 */
public record ComparedContent(int tables, long rows, boolean content, List<String> differences) {
    private static final Duration LOCK_WAIT = Duration.ofMinutes(1);

    /** Reads every table, sequence and large object. */
    static ComparedContent compare(
            Server server, String database, Manifest manifest, int jobs, Consumer<String> progress)
            throws InterruptedException {
        ContentHash hash = RecordedHash.inDatabase(manifest);
        try (Snapshot snapshot = Snapshot.open(server, database, LOCK_WAIT)) {
            Fingerprint found = new Fingerprinter(snapshot, hash, jobs, progress).compute();
            List<String> differences = new ArrayList<>();
            compareTables(found, manifest.fingerprint(), differences);
            compareSequences(snapshot.sequences(), manifest.fingerprint(), differences);
            return new ComparedContent(found.tables().size(), found.rows(), hash != null, List.copyOf(differences));
        }
    }

    private static void compareTables(Fingerprint found, Manifest.Fingerprint recorded, List<String> differences) {
        Map<TableName, TableContent> more = new TreeMap<>(found.tables());
        for (Manifest.Table table : recorded.tables()) {
            TableName name = new TableName(table.schema(), table.name());
            TableContent there = more.remove(name);
            if (there == null) {
                differences.add("table " + name + " is missing");
            } else {
                compare("table " + name, "row", there, new TableContent(table.rows(), table.hash()), differences);
            }
        }
        more.keySet().forEach(name -> differences.add("table " + name + " is not in the backup"));
        Manifest.LargeObjects objects = recorded.largeObjects();
        compare(
                "large objects",
                "object",
                found.largeObjects(),
                new TableContent(objects.count(), objects.hash()),
                differences);
    }

    private static void compare(
            String what, String noun, TableContent there, TableContent expected, List<String> differences) {
        if (there.rows() != expected.rows()) {
            differences.add(
                    what + ": " + Amounts.count(there.rows(), noun) + " instead of " + Amounts.count(expected.rows()));
        } else if (!there.matches(expected)) {
            differences.add(what + ": other content in " + Amounts.count(there.rows(), noun));
        }
    }

    private static void compareSequences(
            SortedMap<TableName, SequenceState> found, Manifest.Fingerprint recorded, List<String> differences) {
        for (Manifest.Sequence sequence : recorded.sequences()) {
            TableName name = new TableName(sequence.schema(), sequence.name());
            SequenceState expected = new SequenceState(sequence.lastValue(), sequence.called());
            SequenceState there = found.get(name);
            if (there == null) {
                differences.add("sequence " + name + " is missing");
            } else if (!there.equals(expected)) {
                differences.add(
                        "sequence " + name + " stands at " + there.lastValue() + " instead of " + expected.lastValue());
            }
        }
    }

    /** For people. */
    public String inWords() {
        return Amounts.count(tables, "table") + ", " + Amounts.count(rows, "row")
                + (content ? " = backup" : " counted = backup");
    }
}
