package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.postgres.sql.CheckedStatement;
import bmm.postgres.sql.SqlScript;
import bmm.postgres.sql.SqlStatement;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Roles and tablespaces as {@code pg_dumpall --globals-only} writes them. Whoever could change that text must not gain by it
 * more than such roles: each statement is read word by word and written anew, and text with any other statement in it is
 * refused as a whole.
 */
public final class Globals {
    /** What a statement is about. */
    enum Kind {
        ROLE,
        ATTRIBUTES,
        ROLE_SETTING,
        ROLE_REMARK,
        MEMBERSHIP,
        TABLESPACE,
        TABLESPACE_DETAIL,
        PARAMETER
    }

    /**
     * One statement.
     *
     * @param about the role or tablespace
     * @param member who becomes a member; else empty
     * @param shorter the same without a password and without who granted it
     */
    record Part(Kind kind, String about, String member, String sql, String shorter) {
        Part(Kind kind, String about, String member, String sql) {
            this(kind, about, member, sql, sql);
        }

        Part shortened() {
            return new Part(kind, about, member, shorter);
        }

        /** Whether it can be done all the same where the one who granted it may not: it is then the restoring role that does. */
        boolean hasGrantor() {
            return kind == Kind.MEMBERSHIP && !shorter.equals(sql);
        }
    }

    /** Predefined roles whose members can do nothing outside of databases. */
    private static final Set<String> CONFINED = Set.of(
            "pg_read_all_data",
            "pg_write_all_data",
            "pg_monitor",
            "pg_read_all_settings",
            "pg_read_all_stats",
            "pg_stat_scan_tables",
            "pg_maintain");

    private final List<Part> parts;

    private Globals(List<Part> parts) {
        this.parts = parts;
    }

    /**
     * Reads the text.
     *
     * @throws Failure {@link ExitCode#VERIFICATION} if it holds anything else
     */
    public static Globals of(byte[] sql) {
        List<Part> parts = new ArrayList<>();
        try {
            SqlScript script = new SqlScript(new ByteArrayInputStream(sql));
            for (SqlStatement statement = script.next(); statement != null; statement = script.next()) {
                parts.addAll(parts(statement.inUtf8(ServerEncoding::decode)));
            }
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.VERIFICATION,
                    "the globals are not run, " + Failure.reason(e),
                    "they are not what pg_dumpall --globals-only writes: take another copy, or leave --globals out",
                    e);
        }
        return new Globals(List.copyOf(parts));
    }

    private static List<Part> parts(SqlStatement statement) throws IOException {
        CheckedStatement checked = new CheckedStatement(statement);
        return switch (checked.word()) {
            case "create" -> List.of(create(checked));
            case "alter" -> alter(checked);
            case "grant", "revoke" -> List.of(privilege(checked));
            case "comment" -> List.of(remark(checked, "comment", "on"));
            case "security" -> List.of(remark(checked, "security", "label"));
            case "set", "reset", "select" -> {
                frame(checked);
                yield List.of();
            }
            default -> throw unknown(checked);
        };
    }

    private static IOException unknown(CheckedStatement checked) {
        return checked.refused("not a statement about a role or a tablespace");
    }

    private static Part create(CheckedStatement checked) throws IOException {
        checked.keywords("create");
        if (checked.accept("tablespace")) {
            String name = checked.name();
            if (checked.accept("owner")) {
                checked.name();
            }
            checked.keywords("location").string();
            return new Part(Kind.TABLESPACE, name, "", checked.done());
        }
        String role = checked.keywords("role").name();
        return new Part(Kind.ROLE, role, "", checked.done());
    }

    private static List<Part> alter(CheckedStatement checked) throws IOException {
        checked.keywords("alter");
        if (checked.accept("role")) {
            return List.of(alterRole(checked));
        }
        if (checked.accept("tablespace")) {
            String name = checked.name();
            if (checked.accept("owner", "to")) {
                checked.name();
            } else {
                tablespaceSettings(checked);
            }
            return List.of(new Part(Kind.TABLESPACE_DETAIL, name, "", checked.done()));
        }
        // Up to PostgreSQL 10 what belongs to a database stood here; the database may not be there yet, or be another
        // one.
        checked.keywords("database").name();
        checked.keywords("set").setting();
        checked.done();
        return List.of();
    }

    private static Part alterRole(CheckedStatement checked) throws IOException {
        String role = checked.name();
        if (checked.word().equals("set")
                || checked.word().equals("reset")
                || checked.word().equals("in")) {
            if (checked.accept("in", "database")) {
                checked.name();
            }
            if (checked.accept("reset")) {
                checked.settingName();
            } else {
                checked.keywords("set").setting();
            }
            return new Part(Kind.ROLE_SETTING, role, "", checked.done());
        }
        checked.accept("with");
        while (!checked.atEnd()) {
            attribute(checked);
        }
        return new Part(Kind.ATTRIBUTES, role, "", checked.done(), checked.doneShorter());
    }

    private static final Set<String> ATTRIBUTES = Set.of(
            "superuser",
            "nosuperuser",
            "inherit",
            "noinherit",
            "createrole",
            "nocreaterole",
            "createdb",
            "nocreatedb",
            "login",
            "nologin",
            "replication",
            "noreplication",
            "bypassrls",
            "nobypassrls");

    private static void attribute(CheckedStatement checked) throws IOException {
        if (ATTRIBUTES.contains(checked.word())) {
            checked.keywords(checked.word());
        } else if (checked.accept("connection", "limit")) {
            checked.number();
        } else if (!checked.acceptPassword()) {
            checked.keywords("valid", "until").string();
        }
    }

    private static void tablespaceSettings(CheckedStatement checked) throws IOException {
        checked.keywords("set", "(");
        do {
            checked.settingName();
            checked.keywords("=");
            if (!checked.acceptConstant()) {
                throw unknown(checked);
            }
        } while (checked.accept(','));
        checked.keywords(")");
    }

    private static Part privilege(CheckedStatement checked) throws IOException {
        boolean grants = checked.accept("grant");
        if (!grants) {
            checked.keywords("revoke");
            if (checked.accept("grant", "option", "for")) {
                return privilegeOn(checked, false);
            }
        }
        String word = checked.word();
        boolean onObject = Set.of("all", "create", "set", "alter").contains(word);
        if (onObject || !grants) {
            return privilegeOn(checked, grants);
        }
        String role = checked.name();
        String member = checked.keywords("to").name();
        if (checked.accept("with")) {
            do {
                if (!checked.accept("admin") && !checked.accept("inherit")) {
                    checked.keywords("set");
                }
                if (!checked.accept("option") && !checked.accept("true")) {
                    checked.keywords("false");
                }
            } while (checked.accept(','));
        }
        checked.grantor();
        return new Part(Kind.MEMBERSHIP, role, member, checked.done(), checked.doneShorter());
    }

    private static Part privilegeOn(CheckedStatement checked, boolean grants) throws IOException {
        do {
            if (checked.accept("all")) {
                checked.accept("privileges");
            } else if (!checked.accept("alter", "system") && !checked.accept("set")) {
                checked.keywords("create");
            }
        } while (checked.accept(','));
        checked.keywords("on");
        Kind kind = checked.accept("parameter") ? Kind.PARAMETER : Kind.TABLESPACE_DETAIL;
        String name = "";
        if (kind == Kind.PARAMETER) {
            checked.settingName();
        } else {
            name = checked.keywords("tablespace").name();
        }
        checked.keywords(grants ? "to" : "from").grantee();
        while (checked.accept(',')) {
            checked.grantee();
        }
        if (checked.accept("with", "grant", "option") && !grants) {
            throw unknown(checked);
        }
        return new Part(kind, name, "", checked.done());
    }

    private static Part remark(CheckedStatement checked, String... beginning) throws IOException {
        checked.keywords(beginning);
        if (beginning[0].equals("security")) {
            if (checked.accept("for")) {
                checked.name();
            }
            checked.keywords("on");
        }
        boolean tablespace = checked.accept("tablespace");
        if (!tablespace) {
            checked.keywords("role");
        }
        String name = checked.name();
        checked.keywords("is").stringOrNull();
        return new Part(tablespace ? Kind.TABLESPACE_DETAIL : Kind.ROLE_REMARK, name, "", checked.done());
    }

    private static final Set<String> FRAME = Set.of(
            "default_transaction_read_only", "client_encoding", "standard_conforming_strings", "escape_string_warning");

    /** Settings of the session that would run it; none runs it as it is. */
    private static void frame(CheckedStatement checked) throws IOException {
        if (checked.accept("reset", "session", "authorization")) {
            checked.done();
        } else if (checked.accept("select")) {
            // search_path is empty anyway
            checked.keywords("pg_catalog", ".", "set_config", "(").string();
            checked.keywords(",").string();
            checked.keywords(",", "false", ")");
            checked.done();
        } else {
            checked.keywords("set");
            if (checked.accept("session", "authorization")) {
                // Whoever granted something: here it is the role that restores.
                checked.nameOrString();
            } else if (FRAME.contains(checked.word())) {
                checked.setting();
            } else {
                throw unknown(checked);
            }
            checked.done();
        }
    }

    /** The statements, one by one. */
    List<Part> parts() {
        return parts;
    }

    private List<String> named(Kind kind) {
        return parts.stream()
                .filter(part -> part.kind() == kind)
                .map(Part::about)
                .toList();
    }

    /** The roles that it makes. */
    public List<String> roles() {
        return named(Kind.ROLE);
    }

    /** The tablespaces that it makes. */
    public List<String> tablespaces() {
        return named(Kind.TABLESPACE);
    }

    private Globals only(Predicate<Part> wanted) {
        return new Globals(parts.stream().filter(wanted).toList());
    }

    /** Leaves out what is about roles and tablespaces that exist: they stay as they are, password and all. */
    public Globals without(Set<String> roles, Set<String> tablespaces) {
        return only(part -> switch (part.kind()) {
            case ROLE, ATTRIBUTES, ROLE_SETTING, ROLE_REMARK -> !roles.contains(part.about());
            case MEMBERSHIP -> !roles.contains(part.about()) || !roles.contains(part.member());
            case TABLESPACE, TABLESPACE_DETAIL -> !tablespaces.contains(part.about());
            case PARAMETER -> true;
        });
    }

    /** A tablespace and what is about it. */
    Globals tablespace(String name) {
        return only(part -> (part.kind() == Kind.TABLESPACE || part.kind() == Kind.TABLESPACE_DETAIL)
                && part.about().equals(name));
    }

    /** Everything but tablespaces. */
    Globals withoutTablespaces() {
        return only(part -> part.kind() != Kind.TABLESPACE && part.kind() != Kind.TABLESPACE_DETAIL);
    }

    /**
     * What a server that is thrown away needs of it: roles with their attributes. On the same machine the directory of a
     * tablespace is the production server's own; passwords and settings are for sessions that nobody will have, and what leads
     * from a role to the host leads to the machine of the drill.
     */
    public Globals forThrowawayServer() {
        Globals confined = only(part -> switch (part.kind()) {
            case ROLE, ROLE_REMARK, ATTRIBUTES -> true;
            case MEMBERSHIP -> !part.about().startsWith("pg_") || CONFINED.contains(part.about());
            case ROLE_SETTING, PARAMETER, TABLESPACE, TABLESPACE_DETAIL -> false;
        });
        return new Globals(confined.parts.stream().map(Part::shortened).toList());
    }
}
