package bmm.postgres;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How {@link RowHash#COLUMNS} hashes each column of a table, in the order in which a dump has them. It is fixed when the
 * backup is made and kept in the manifest, because neither an archive nor a restored database is asked for it again.
 *
 * @param kinds empty if the types of the columns are not known: then all of them are {@link ColumnKind#REST}
 */
public record ColumnPlan(List<ColumnKind> kinds) {
    /** For a table whose columns are not known. */
    public static final ColumnPlan UNKNOWN = new ColumnPlan(List.of());

    public ColumnPlan {
        kinds = List.copyOf(kinds);
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException if it names a kind that this build does not know
     */
    public static ColumnPlan parse(String text) {
        return text.isEmpty()
                ? UNKNOWN
                : new ColumnPlan(
                        Arrays.stream(text.split(" ", -1)).map(ColumnKind::of).toList());
    }

    /** The kinds by their labels, with blanks between them. */
    @Override
    public String toString() {
        return kinds.stream().map(ColumnKind::label).collect(Collectors.joining(" "));
    }

    /** Whether some columns are hashed together, as the text of a row; so is a row without any. */
    boolean hasRest() {
        return kinds.isEmpty() || kinds.contains(ColumnKind.REST);
    }

    /** The kind of the column at a position, 0 for the first. */
    ColumnKind kind(int position) {
        return position < kinds.size() ? kinds.get(position) : ColumnKind.REST;
    }
}
