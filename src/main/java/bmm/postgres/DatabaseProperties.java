package bmm.postgres;

import bmm.postgres.sql.CheckedStatement;
import bmm.postgres.sql.SqlScript;
import bmm.postgres.sql.SqlStatement;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What an archive holds of the database itself: its settings, comment and privileges, which pg_restore passes over unless
 * it makes the database under its old name. Its owner wrote what stands there in strings; each statement is read word by
 * word and written anew, for the database of another name.
 */
public final class DatabaseProperties {
    private static final Set<String> KINDS = Set.of("COMMENT", "ACL", "SECURITY LABEL");
    private static final Set<String> PRIVILEGES = Set.of("create", "connect", "temporary", "temp");

    private final List<SqlStatement> found;

    private DatabaseProperties(List<SqlStatement> found) {
        this.found = found;
    }

    /** Nothing at all. */
    public static final DatabaseProperties NONE = new DatabaseProperties(List.of());

    /**
     * Reads an archive in custom format, or the {@code toc.dat} of one in directory format.
     *
     * @throws IOException if it is none, or one that bmm cannot read
     */
    public static DatabaseProperties read(InputStream in) throws IOException {
        List<SqlStatement> found = new ArrayList<>();
        for (TableOfContents.Entry entry : TableOfContents.read(new Buffered(in)).entries) {
            boolean own = entry.tag().startsWith("DATABASE ") && KINDS.contains(entry.kind());
            if (own || entry.kind().equals("DATABASE PROPERTIES")) {
                found.addAll(statements(entry.definition()));
            }
        }
        DatabaseProperties properties = new DatabaseProperties(List.copyOf(found));
        properties.forDatabase("postgres"); // refuses what it would refuse later
        return properties;
    }

    /** What stands in the text of one entry. */
    static DatabaseProperties of(String text) throws IOException {
        return new DatabaseProperties(statements(text));
    }

    private static List<SqlStatement> statements(String text) throws IOException {
        List<SqlStatement> statements = new ArrayList<>();
        SqlScript script = new SqlScript(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        for (SqlStatement statement = script.next(); statement != null; statement = script.next()) {
            statements.add(statement);
        }
        return statements;
    }

    /**
     * The statements, for a database of another name.
     *
     * @throws IOException if there is one that does not belong there
     */
    public List<String> forDatabase(String name) throws IOException {
        List<String> statements = new ArrayList<>();
        for (SqlStatement statement : found) {
            CheckedStatement checked = new CheckedStatement(statement);
            switch (checked.word()) {
                case "alter" -> alter(checked, name);
                case "comment" -> {
                    checked.keywords("comment", "on", "database").nameWrittenAs(name);
                    checked.keywords("is").stringOrNull();
                }
                case "security" -> {
                    checked.keywords("security", "label");
                    if (checked.accept("for")) {
                        checked.name();
                    }
                    checked.keywords("on", "database").nameWrittenAs(name);
                    checked.keywords("is").stringOrNull();
                }
                case "grant", "revoke" -> privilege(checked, name);
                case "set", "reset" -> {
                    // Who granted what follows: here it is the role that restores.
                    authorization(checked);
                    continue;
                }
                default -> throw unknown(checked);
            }
            statements.add(checked.done());
        }
        return List.copyOf(statements);
    }

    private static IOException unknown(CheckedStatement checked) {
        return checked.refused("not a statement about the database");
    }

    private static void alter(CheckedStatement checked, String name) throws IOException {
        checked.keywords("alter");
        if (checked.accept("role")) {
            checked.name();
            checked.keywords("in", "database").nameWrittenAs(name);
            checked.keywords("set").setting();
            return;
        }
        checked.keywords("database").nameWrittenAs(name);
        switch (checked.word()) {
            case "owner" -> checked.keywords("owner", "to").name();
            case "connection" -> {
                checked.keywords("connection", "limit");
                checked.accept('=');
                checked.number();
            }
            case "is_template" -> {
                checked.keywords("is_template");
                checked.accept('=');
                if (!checked.accept("true")) {
                    checked.keywords("false");
                }
            }
            case "reset" -> checked.keywords("reset").settingName();
            default -> {
                checked.keywords("set");
                if (checked.accept("tablespace")) {
                    checked.name();
                } else {
                    checked.setting();
                }
            }
        }
    }

    private static void privilege(CheckedStatement checked, String name) throws IOException {
        boolean grants = checked.accept("grant");
        if (!grants) {
            checked.keywords("revoke");
            checked.accept("grant", "option", "for");
        }
        do {
            if (checked.accept("all")) {
                checked.accept("privileges");
            } else if (PRIVILEGES.contains(checked.word())) {
                checked.keywords(checked.word());
            } else {
                throw unknown(checked);
            }
        } while (checked.accept(','));
        checked.keywords("on", "database").nameWrittenAs(name);
        checked.keywords(grants ? "to" : "from").grantee();
        while (checked.accept(',')) {
            checked.grantee();
        }
        if (grants) {
            checked.accept("with", "grant", "option");
        }
    }

    private static void authorization(CheckedStatement checked) throws IOException {
        if (checked.accept("reset", "session", "authorization")) {
            checked.done();
            return;
        }
        checked.keywords("set", "session", "authorization").nameOrString();
        checked.done();
    }
}
