package bmm.restore;

import bmm.base.Amounts;
import bmm.postgres.SequenceState;
import bmm.postgres.TableContent;
import bmm.postgres.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What must be there against what is there, object by object. */
final class Comparison {
    private final Expected expected;
    private final RestoredContent restored;

    Comparison(Expected expected, RestoredContent restored) {
        this.expected = expected;
        this.restored = restored;
    }

    /** All that differs, in words; empty if it is equal. */
    List<String> differences() {
        return Stream.of(counts(), content(), sequences(), largeObjects())
                .flatMap(proof -> proof.differences().stream())
                .toList();
    }

    Proof counts() {
        List<String> differences = new ArrayList<>();
        expected.tables().forEach((name, table) -> {
            TableContent found = restored.fingerprint().tables().get(name);
            if (found == null) {
                differences.add("table " + name + " is missing");
            } else if (found.rows() != table.rows()) {
                differences.add("table " + name + ": " + Amounts.count(table.rows(), "row") + " expected, "
                        + Amounts.count(found.rows()) + " found");
            }
        });
        for (TableName name : restored.fingerprint().tables().keySet()) {
            if (!expected.tables().containsKey(name)) {
                differences.add("table " + name + " was restored, but is not in the " + expected.source());
            }
        }
        return Proof.of(
                "counts",
                Amounts.count(expected.tables().size(), "table") + ", " + Amounts.count(expected.rows(), "row") + " = "
                        + expected.source(),
                differences);
    }

    Proof content() {
        if (!expected.hasContent()) {
            return Proof.missing("content", "the " + expected.source() + " holds numbers of rows only");
        }
        List<String> differences = new ArrayList<>();
        int onlyCounted = 0;
        for (var entry : expected.tables().entrySet()) {
            TableContent table = entry.getValue();
            TableContent found = restored.fingerprint().tables().get(entry.getKey());
            if (found == null || found.rows() != table.rows()) {
                continue; // the counts say so
            }
            if (table.hash() == null || found.hash() == null) {
                onlyCounted++;
            } else if (!table.hash().equals(found.hash())) {
                differences.add("table " + entry.getKey() + ": as many rows as expected (" + Amounts.count(table.rows())
                        + "), but their content differs");
            }
        }
        int compared = expected.tables().size() - onlyCounted;
        return Proof.of(
                "content",
                "every value of " + Amounts.count(compared, "table") + " = " + expected.source()
                        + (onlyCounted == 0 ? "" : "; " + onlyCounted + " only counted"),
                differences);
    }

    /** An extension's sequence is made by it, and its state is its own. */
    Proof sequences() {
        Set<TableName> relations = restored.facts().relations();
        List<String> differences = new ArrayList<>();
        expected.sequences().forEach((name, sequence) -> {
            SequenceState found = restored.sequences().get(name);
            if (found == null && !relations.contains(name)) {
                differences.add("sequence " + name + " is missing");
            } else if (found != null && !found.equals(sequence)) {
                differences.add("sequence " + name + ": at " + inWords(sequence) + " expected, at " + inWords(found)
                        + " found");
            }
        });
        return Proof.of(
                "sequences",
                Amounts.count(expected.sequences().size(), "sequence") + " = " + expected.source(),
                differences);
    }

    private static String inWords(SequenceState state) {
        return state.lastValue() + (state.called() ? "" : " (not yet used)");
    }

    Proof largeObjects() {
        TableContent found = restored.fingerprint().largeObjects();
        TableContent wanted = expected.largeObjects();
        List<String> differences = new ArrayList<>();
        if (found.rows() != wanted.rows()) {
            differences.add("large objects: " + Amounts.count(wanted.rows()) + " expected, "
                    + Amounts.count(found.rows()) + " found");
        } else if (!found.matches(wanted)) {
            differences.add("large objects: as many as expected (" + Amounts.count(wanted.rows())
                    + "), but their content differs");
        }
        return Proof.of(
                "large objects",
                wanted.rows() == 0
                        ? "none, as in the " + expected.source()
                        : Amounts.count(wanted.rows()) + " = " + expected.source(),
                differences);
    }
}
