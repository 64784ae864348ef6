package bmm.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Some tables of an archive with all that belongs to them, for {@code pg_restore --use-list}; its own {@code --table} brings
 * rows without indexes, constraints, triggers and privileges. Foreign keys stay only if they lead to a table that is
 * restored, too.
 *
 * @param ids of the entries, in the archive's order
 * @param tables what is restored: tables, views, and sequences that were asked for by name
 * @param leftOut what reaches outside, in words
 * @param needed what is not restored but must be there, such as types and functions of triggers, in words
 */
public record ArchivePart(List<Integer> ids, Set<TableName> tables, List<String> leftOut, List<String> needed) {
    private static final Set<String> RELATIONS =
            Set.of("TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE", "SEQUENCE");

    /** What comes with the object that it depends on. */
    private static final Set<String> BELONGING = Set.of(
            "TABLE DATA",
            "MATERIALIZED VIEW DATA",
            "STATISTICS DATA",
            "DEFAULT",
            "SEQUENCE",
            "SEQUENCE OWNED BY",
            "SEQUENCE SET",
            "CONSTRAINT",
            "CHECK CONSTRAINT",
            "FK CONSTRAINT",
            "INDEX",
            "INDEX ATTACH",
            "TABLE ATTACH",
            "STATISTICS",
            "TRIGGER",
            "RULE",
            "POLICY",
            "ROW SECURITY",
            "COMMENT",
            "ACL",
            "SECURITY LABEL");

    /** These join two tables, and come with both or not at all. */
    private static final Set<String> JOINING = Set.of("FK CONSTRAINT", "TABLE ATTACH", "INDEX ATTACH");

    private static final Set<String> PLACES = Set.of("TABLE", "CONSTRAINT", "INDEX");
    private static final Set<String> NEEDED =
            Set.of("TABLE", "TYPE", "DOMAIN", "FUNCTION", "PROCEDURE", "COLLATION", "SEQUENCE", "EXTENSION");

    /**
     * Reads an archive in custom format, or the {@code toc.dat} of one in directory format.
     *
     * @param wanted which tables; partitions come with the table that they are of
     * @param schemas of which everything is wanted
     * @throws IOException if it is none, or one that bmm cannot read
     */
    public static ArchivePart read(InputStream in, Predicate<TableName> wanted, Set<String> schemas)
            throws IOException {
        return new Choosing(TableOfContents.read(new Buffered(in)).entries, wanted, schemas).choose();
    }

    /** In the form that pg_restore reads. */
    public byte[] useList() {
        StringBuilder list = new StringBuilder();
        ids.forEach(id -> list.append(id).append(";\n"));
        return list.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static final class Choosing {
        private final List<TableOfContents.Entry> entries;
        private final Predicate<TableName> wanted;
        private final Set<String> schemas;
        private final Map<Integer, TableOfContents.Entry> byId = new HashMap<>();
        private final Set<Integer> chosen = new HashSet<>();

        Choosing(List<TableOfContents.Entry> entries, Predicate<TableName> wanted, Set<String> schemas) {
            this.entries = entries;
            this.wanted = wanted;
            this.schemas = schemas;
            entries.forEach(entry -> byId.put(entry.id(), entry));
        }

        ArchivePart choose() {
            for (TableOfContents.Entry entry : entries) {
                boolean ofSchema = schemas.contains(entry.namespace())
                        && !JOINING.contains(entry.kind())
                        && !entry.kind().startsWith("PUBLICATION");
                if (ofSchema || (RELATIONS.contains(entry.kind()) && wanted.test(entry.table()))) {
                    chosen.add(entry.id());
                }
            }
            int before = -1;
            while (chosen.size() != before) {
                before = chosen.size();
                entries.stream().filter(this::belongs).forEach(entry -> chosen.add(entry.id()));
            }
            return new ArchivePart(
                    entries.stream()
                            .map(TableOfContents.Entry::id)
                            .filter(chosen::contains)
                            .toList(),
                    tables(),
                    leftOut(),
                    needed());
        }

        private boolean belongs(TableOfContents.Entry entry) {
            List<Integer> dependencies = entry.dependencies();
            if (isPartition(entry)) {
                return dependencies.stream().anyMatch(this::isChosenTable);
            }
            return BELONGING.contains(entry.kind())
                    && dependencies.stream().anyMatch(chosen::contains)
                    && (!JOINING.contains(entry.kind()) || outside(entry).isEmpty());
        }

        private boolean isPartition(TableOfContents.Entry entry) {
            return entry.kind().equals("TABLE")
                    && (entry.definition().contains(" ATTACH PARTITION ")
                            || entries.stream()
                                    .anyMatch(other -> other.kind().equals("TABLE ATTACH")
                                            && other.table().equals(entry.table())
                                            && other.dependencies().stream()
                                                    .anyMatch(id -> id != entry.id() && isChosenTable(id))));
        }

        private boolean isChosenTable(int id) {
            TableOfContents.Entry entry = byId.get(id);
            return entry != null && entry.kind().equals("TABLE") && chosen.contains(id);
        }

        private List<TableOfContents.Entry> outside(TableOfContents.Entry entry) {
            return entry.dependencies().stream()
                    .map(byId::get)
                    .filter(other -> other != null && PLACES.contains(other.kind()) && !chosen.contains(other.id()))
                    .toList();
        }

        private Set<TableName> tables() {
            Set<TableName> tables = new TreeSet<>();
            entries.stream()
                    .filter(entry -> chosen.contains(entry.id()) && RELATIONS.contains(entry.kind()))
                    .forEach(entry -> tables.add(entry.table()));
            return tables;
        }

        private List<String> leftOut() {
            return entries.stream()
                    .filter(entry -> JOINING.contains(entry.kind()) && !chosen.contains(entry.id()))
                    .filter(entry -> entry.dependencies().stream().anyMatch(chosen::contains))
                    .map(entry -> words(entry.kind()) + " " + entry.namespace() + "." + entry.tag())
                    .toList();
        }

        private static String words(String kind) {
            return switch (kind) {
                case "FK CONSTRAINT" -> "foreign key";
                case "TABLE ATTACH" -> "being a partition:";
                default -> "being a part of an index:";
            };
        }

        private List<String> needed() {
            Set<String> needed = new TreeSet<>();
            for (TableOfContents.Entry entry : entries) {
                if (chosen.contains(entry.id())) {
                    entry.dependencies().stream()
                            .map(byId::get)
                            .filter(other ->
                                    other != null && NEEDED.contains(other.kind()) && !chosen.contains(other.id()))
                            .forEach(other -> needed.add(other.kind().toLowerCase(java.util.Locale.ROOT) + " "
                                    + (other.namespace().isEmpty() ? "" : other.namespace() + ".") + other.tag()));
                }
            }
            return List.copyOf(needed);
        }
    }
}
