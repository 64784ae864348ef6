package bmm.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the beginning of an archive says of the whole: who wrote it, and what belongs to the database itself (its settings,
 * comment and privileges), which pg_restore passes over unless it makes the database under its old name.
 *
 * @param toolVersion of the pg_dump that wrote it, such as 15.18
 * @param database the name of the database, or empty
 * @param statements about the database itself, each for itself
 */
public record ArchiveHead(String serverVersion, String toolVersion, String database, List<String> statements) {
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern NAMED =
            Pattern.compile("\\bDATABASE (\"(?:[^\"]|\"\")*\"|[A-Za-z_\\x80-\\uffff][^\\s;]*)");
    private static final Pattern BEGIN = Pattern.compile("(?m)^(?=(?:ALTER|COMMENT|GRANT|REVOKE|SECURITY) )");

    /**
     * Reads an archive in custom format, or the {@code toc.dat} of one in directory format.
     *
     * @throws IOException if it is none, or one that bmm cannot read
     */
    public static ArchiveHead read(InputStream in) throws IOException {
        TableOfContents contents = TableOfContents.read(in);
        String database = "";
        List<String> statements = new ArrayList<>();
        for (TableOfContents.Entry entry : contents.entries) {
            boolean own = entry.tag().startsWith("DATABASE ")
                    && List.of("COMMENT", "ACL", "SECURITY LABEL").contains(entry.kind());
            if (entry.kind().equals("DATABASE")) {
                database = entry.tag();
            } else if (own || entry.kind().equals("DATABASE PROPERTIES")) {
                for (String statement : BEGIN.split(entry.definition(), -1)) {
                    if (!statement.isBlank()) {
                        statements.add(statement.strip());
                    }
                }
            }
        }
        return new ArchiveHead(contents.serverVersion, contents.toolVersion, database, List.copyOf(statements));
    }

    /** The major version of the pg_dump that wrote it, or 0 if it does not say. */
    public int toolMajor() {
        return major(toolVersion);
    }

    /** The major version of the server that was dumped, or 0 if it does not say. */
    public int serverMajor() {
        return major(serverVersion);
    }

    /** The major version in a version, or 0. */
    public static int major(String version) {
        Matcher number = NUMBER.matcher(version);
        return number.lookingAt() ? Integer.parseInt(number.group()) : 0;
    }

    /** The statements about the database itself, for a database of another name. */
    public List<String> statementsFor(String name) {
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
