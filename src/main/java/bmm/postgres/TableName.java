package bmm.postgres;

import java.util.Comparator;
import java.util.regex.Pattern;

/** A table, sequence or other relation: schema and name as they are in the catalog, not quoted. */
public record TableName(String schema, String name) implements Comparable<TableName> {
    private static final Comparator<TableName> ORDER =
            Comparator.comparing(TableName::schema).thenComparing(TableName::name);

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    /** As it is written in SQL, always quoted. */
    public String quoted() {
        return quote(schema) + "." + quote(name);
    }

    /** An identifier as it is written in SQL, always quoted. */
    static String quote(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    @Override
    public int compareTo(TableName other) {
        return ORDER.compare(this, other);
    }

    /** {@code schema.name}, for people, on one line whatever is in it. */
    @Override
    public String toString() {
        return CONTROL.matcher(schema + "." + name)
                .replaceAll(
                        found -> String.format("\\\\u%04x", (int) found.group().charAt(0)));
    }
}
