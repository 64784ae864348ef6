package bmm.restore;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Shown;
import bmm.postgres.ArchivePart;
import bmm.postgres.TableName;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The part of a dump that is wanted: tables, or whole schemas.
 *
 * @param tables as they were asked for: {@code NAME}, which is meant in each of the schemas if there are any, else in all,
 *     or {@code SCHEMA.NAME}
 * @param schemas whole ones, if no table was asked for
 */
record Selection(List<String> tables, List<String> schemas) {
    boolean ofTables() {
        return !tables.isEmpty();
    }

    /** Whether a table is wanted. */
    boolean takes(TableName name) {
        return tables.isEmpty()
                ? schemas.contains(name.schema())
                : tables.stream().anyMatch(table -> means(table, name));
    }

    private boolean means(String table, TableName name) {
        return table.equals(name.schema() + "." + name.name())
                || (table.equals(name.name()) && (schemas.isEmpty() || schemas.contains(name.schema())));
    }

    /**
     * Looks for it in an archive in custom format, or in the {@code toc.dat} of one in directory format.
     *
     * @throws Failure {@link ExitCode#USAGE} if the archive does not hold all of it
     */
    ArchivePart of(InputStream archive) throws IOException {
        ArchivePart part = ofTables()
                ? ArchivePart.read(archive, this::takes, Set.of())
                : ArchivePart.read(archive, name -> false, Set.copyOf(schemas));
        checkHeld(List.copyOf(part.tables()));
        return part;
    }

    /** What of it needs to be said. */
    static List<String> notes(ArchivePart part) {
        List<String> notes = new ArrayList<>();
        if (!part.leftOut().isEmpty()) {
            notes.add("left out, as they reach outside: " + Shown.list(part.leftOut()));
        }
        if (!part.needed().isEmpty()) {
            notes.add("must be there already: " + Shown.list(part.needed()));
        }
        return notes;
    }

    /** @throws Failure {@link ExitCode#USAGE} if one of what was asked for is not among these */
    void checkHeld(List<TableName> held) {
        List<String> missing = missing(held);
        if (!missing.isEmpty()) {
            throw new Failure(
                    ExitCode.USAGE,
                    "the backup has no " + String.join(", no ", missing),
                    "names are case-sensitive here; bmm restore --to-file FILE and pg_restore --list FILE show what is in it");
        }
    }

    /** What was asked for that is not among these, in words. */
    private List<String> missing(List<TableName> held) {
        List<String> missing = new ArrayList<>();
        for (String table : tables) {
            if (held.stream().noneMatch(name -> means(table, name))) {
                boolean everywhere = schemas.isEmpty() || table.contains(".");
                missing.add("table " + table + (everywhere ? "" : " in " + String.join(", ", schemas)));
            }
        }
        if (tables.isEmpty()) {
            schemas.stream()
                    .filter(schema ->
                            held.stream().noneMatch(name -> name.schema().equals(schema)))
                    .forEach(schema -> missing.add("table in schema " + schema));
        }
        return missing;
    }

    String inWords() {
        String names = tables.stream()
                .map(table -> schemas.isEmpty() || table.contains(".")
                        ? table
                        : schemas.stream().map(schema -> schema + "." + table).collect(Collectors.joining(", ")))
                .collect(Collectors.joining(", "));
        return ofTables() ? "table " + names : "schema " + String.join(", ", schemas);
    }
}
