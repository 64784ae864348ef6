package bmm.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an archive holds of the database itself: its settings, comment and privileges, which pg_restore passes over unless
 * it makes the database under its old name.
 *
 * @param statements each for itself
 */
public record DatabaseProperties(List<String> statements) {
    private static final Pattern NAMED =
            Pattern.compile("\\bDATABASE (\"(?:[^\"]|\"\")*\"|[A-Za-z_\\x80-\\uffff][^\\s;]*)");
    private static final Pattern BEGIN = Pattern.compile("(?m)^(?=(?:ALTER|COMMENT|GRANT|REVOKE|SECURITY) )");

    /**
     * Reads an archive in custom format, or the {@code toc.dat} of one in directory format.
     *
     * @throws IOException if it is none, or one that bmm cannot read
     */
    public static DatabaseProperties read(InputStream in) throws IOException {
        TableOfContents contents = TableOfContents.read(new Buffered(in));
        List<String> statements = new ArrayList<>();
        for (TableOfContents.Entry entry : contents.entries) {
            boolean own = entry.tag().startsWith("DATABASE ")
                    && List.of("COMMENT", "ACL", "SECURITY LABEL").contains(entry.kind());
            if (own || entry.kind().equals("DATABASE PROPERTIES")) {
                for (String statement : BEGIN.split(entry.definition(), -1)) {
                    if (!statement.isBlank()) {
                        statements.add(statement.strip());
                    }
                }
            }
        }
        return new DatabaseProperties(List.copyOf(statements));
    }

    /** The statements, for a database of another name. */
    public List<String> forDatabase(String name) {
        return statements.stream()
                .map(statement -> {
                    Matcher named = NAMED.matcher(statement);
                    return named.find()
                            ? statement.substring(0, named.start(1))
                                    + TableName.quote(name)
                                    + statement.substring(named.end(1))
                            : statement;
                })
                .toList();
    }
}
