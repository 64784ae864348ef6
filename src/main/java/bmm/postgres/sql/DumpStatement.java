package bmm.postgres.sql;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What a statement of a dump does, for those that fill tables, sequences and large objects, and those that frame them.
 * Verifying and restoring both read a dump through this, so that they cannot see two different things in it.
 */
public sealed interface DumpStatement {
    /**
     * {@code COPY … FROM stdin}; its rows follow.
     *
     * @param columns in the order of the rows; empty where none are named
     * @param listsColumns whether there is a list, even an empty one
     */
    record Copy(QualifiedName table, List<String> columns, boolean listsColumns) implements DumpStatement {}

    /** A row or several, as pg_dump --inserts writes them. */
    record Insert(QualifiedName table) implements DumpStatement {}

    /** Where a sequence stands. */
    record SetSequence(QualifiedName sequence, long value, boolean called) implements DumpStatement {}

    /** What follows is written into a large object. */
    record OpenLargeObject(long oid) implements DumpStatement {}

    /** A piece of it. */
    final class WriteLargeObject implements DumpStatement {
        private final byte[] content;

        WriteLargeObject(byte[] content) {
            this.content = content;
        }

        public byte[] content() {
            return content;
        }
    }

    /** That was all of it. */
    record CloseLargeObject() implements DumpStatement {}

    /** BEGIN, COMMIT and their kin. */
    record Transaction(boolean undoes) implements DumpStatement {}

    /**
     * SET, or a call of set_config.
     *
     * @param name in lower case
     */
    record Setting(String name) implements DumpStatement {}

    /** The planner's statistics of a table. */
    record Statistics(QualifiedName table) implements DumpStatement {}

    /** Anything else. */
    record Other() implements DumpStatement {}

    /**
     * What makes a large object or says something of it: its owner, its privileges, a comment. From 17 on it stands among the
     * data (pg_dump's entries {@code BLOB METADATA}).
     */
    record LargeObjectProperty() implements DumpStatement {}

    /**
     * Reads a statement in UTF-8.
     *
     * @throws SqlRefused if it begins as one of these and is not what pg_dump writes then
     */
    static DumpStatement of(SqlStatement statement) throws IOException {
        SqlTokens tokens = statement.tokens();
        return switch (tokens.word()) {
            case "copy" -> copy(tokens);
            case "insert" -> insert(tokens);
            case "select" -> call(tokens);
            case "set", "reset" -> setting(tokens);
            case "begin", "commit", "start", "end" -> new Transaction(false);
            case "rollback", "abort", "savepoint", "release", "prepare" -> new Transaction(true);
            case "alter", "comment", "grant", "revoke", "security" ->
                isOfLargeObject(tokens) ? new LargeObjectProperty() : new Other();
            default -> new Other();
        };
    }

    private static boolean isOfLargeObject(SqlTokens tokens) throws IOException {
        if (!tokens.accept("alter")) {
            while (!tokens.atEnd() && !tokens.accept("on")) {
                tokens.skip();
            }
        }
        return tokens.accept("large") && tokens.accept("object");
    }

    private static DumpStatement copy(SqlTokens tokens) throws IOException {
        tokens.expect("copy");
        if (!tokens.isName()) {
            throw tokens.refused("a COPY that no dump has");
        }
        QualifiedName table = relation(tokens);
        boolean listsColumns = tokens.accept('(');
        List<String> columns = new ArrayList<>();
        if (listsColumns && !tokens.accept(')')) {
            do {
                columns.add(tokens.name());
            } while (tokens.accept(','));
            tokens.expect(")");
        }
        if (!tokens.accept("from") || !tokens.accept("stdin") || !tokens.atEnd()) {
            throw tokens.refused("a COPY that no dump has");
        }
        return new Copy(table, List.copyOf(columns), listsColumns);
    }

    private static QualifiedName relation(SqlTokens tokens) throws IOException {
        String first = tokens.name();
        return tokens.accept('.') ? new QualifiedName(first, tokens.name()) : new QualifiedName("", first);
    }

    private static DumpStatement insert(SqlTokens tokens) throws IOException {
        tokens.expect("insert", "into");
        return tokens.isName() ? new Insert(relation(tokens)) : new Other();
    }

    private static DumpStatement setting(SqlTokens tokens) throws IOException {
        tokens.skip();
        if (!tokens.acceptAny("session", "local")) {
            return new Setting(tokens.word());
        }
        // SET SESSION AUTHORIZATION and CHARACTERISTICS
        return tokens.accept("authorization") ? new Setting("session_authorization") : new Setting(tokens.word());
    }

    private static DumpStatement call(SqlTokens tokens) throws IOException {
        tokens.expect("select");
        if (tokens.accept('*')) {
            return statistics(tokens);
        }
        if (!tokens.accept("pg_catalog") || !tokens.accept('.')) {
            return new Other();
        }
        try {
            return switch (tokens.word()) {
                case "setval" -> setSequence(tokens);
                case "set_config" -> configured(tokens);
                case "lo_create" -> createLargeObject(tokens);
                case "lo_open" -> openLargeObject(tokens);
                case "lowrite" -> writeLargeObject(tokens);
                case "lo_close" -> closeLargeObject(tokens);
                default -> new Other();
            };
        } catch (SqlRefused e) {
            return new Other(); // the same function, in a way of somebody else's
        }
    }

    private static DumpStatement setSequence(SqlTokens tokens) throws IOException {
        tokens.expect("setval", "(");
        String sequence = tokens.string();
        tokens.expect(",");
        long value = tokens.number();
        tokens.expect(",");
        boolean called = tokens.accept("true");
        if (!called) {
            tokens.expect("false");
        }
        tokens.expect(")");
        tokens.end();
        SqlTokens name = SqlScript.inside(sequence, tokens).tokens();
        QualifiedName relation = relation(name);
        name.end();
        return new SetSequence(relation, value, called);
    }

    private static DumpStatement configured(SqlTokens tokens) throws IOException {
        tokens.expect("set_config", "(");
        return new Setting(tokens.string().toLowerCase(java.util.Locale.ROOT));
    }

    private static DumpStatement createLargeObject(SqlTokens tokens) throws IOException {
        tokens.expect("lo_create", "(");
        String oid = tokens.nameOrString();
        tokens.expect(")");
        tokens.end();
        return oid.chars().allMatch(c -> c >= '0' && c <= '9') ? new LargeObjectProperty() : new Other();
    }

    private static DumpStatement openLargeObject(SqlTokens tokens) throws IOException {
        tokens.expect("lo_open", "(");
        String oid = tokens.nameOrString();
        tokens.expect(",");
        tokens.number();
        tokens.expect(")");
        tokens.end();
        try {
            return new OpenLargeObject(Integer.toUnsignedLong(Integer.parseUnsignedInt(oid)));
        } catch (NumberFormatException e) {
            throw tokens.refused("not the number of a large object");
        }
    }

    private static DumpStatement writeLargeObject(SqlTokens tokens) throws IOException {
        tokens.expect("lowrite", "(");
        tokens.number();
        tokens.expect(",");
        String content = tokens.string();
        tokens.expect(")");
        tokens.end();
        if (!content.startsWith("\\x")) {
            throw tokens.refused("not the content of a large object");
        }
        try {
            return new WriteLargeObject(HexFormat.of().parseHex(content, 2, content.length()));
        } catch (IllegalArgumentException e) {
            throw tokens.refused("not the content of a large object");
        }
    }

    private static DumpStatement closeLargeObject(SqlTokens tokens) throws IOException {
        tokens.expect("lo_close", "(");
        tokens.number();
        tokens.expect(")");
        tokens.end();
        return new CloseLargeObject();
    }

    /** {@code SELECT * FROM pg_catalog.pg_restore_relation_stats('version', …, 'schemaname', 's', 'relname', 't', …)}, from 18 on. */
    private static DumpStatement statistics(SqlTokens tokens) throws IOException {
        if (!tokens.accept("from") || !tokens.accept("pg_catalog") || !tokens.accept('.')) {
            return new Other();
        }
        if (!tokens.acceptAny("pg_restore_relation_stats", "pg_restore_attribute_stats")) {
            return new Other();
        }
        String schema = "";
        String name = "";
        while (!tokens.atEnd()) {
            if (!tokens.isString()) {
                tokens.skip();
                continue;
            }
            String argument = tokens.string();
            if ((argument.equals("schemaname") || argument.equals("relname")) && tokens.accept(',')) {
                String value = tokens.string();
                schema = argument.equals("schemaname") && schema.isEmpty() ? value : schema;
                name = argument.equals("relname") && name.isEmpty() ? value : name;
            }
        }
        return new Statistics(new QualifiedName(schema, name));
    }
}
