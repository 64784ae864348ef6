package bmm.postgres;

import bmm.postgres.sql.SqlScript;
import bmm.postgres.sql.SqlStatement;
import bmm.postgres.sql.SqlTokens;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Roles that a dump names and that nothing else brings: a server that is thrown away afterwards gets them by their bare names.
 * They are superusers while objects are made, as event triggers and foreign data wrappers can belong to nobody else.
 */
public final class MadeUpRoles {
    private static final Set<String> NAMING_ROLES = Set.of("POLICY", "USER MAPPING");

    private static final Logger LOG = LoggerFactory.getLogger(MadeUpRoles.class);

    private MadeUpRoles() {}

    /**
     * Those that an archive names: owners, and who else is in the definition of what is restored.
     *
     * @param in an archive in custom format, or the {@code toc.dat} of one in directory format
     * @throws IOException if it is none, or one that bmm cannot read
     */
    public static Set<String> namedIn(InputStream in) throws IOException {
        Set<String> roles = new TreeSet<>();
        for (TableOfContents.Entry entry : TableOfContents.read(new Buffered(in)).entries) {
            if (!entry.owner().isEmpty()) {
                roles.add(entry.owner());
            }
            if (NAMING_ROLES.contains(entry.kind())) {
                SqlScript script = new SqlScript(
                        new ByteArrayInputStream(entry.definition().getBytes(StandardCharsets.UTF_8)));
                for (SqlStatement statement = script.next(); statement != null; statement = script.next()) {
                    roles.addAll(namedIn(statement));
                }
            }
        }
        return roles;
    }

    /** What stands where a statement names roles; it may name other things there, too. */
    static Set<String> namedIn(SqlStatement statement) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        SqlTokens tokens = statement.tokens();
        while (!tokens.atEnd()) {
            if (!tokens.acceptAny("to", "for", "from", "authorization")) {
                tokens.skip();
                continue;
            }
            tokens.accept("role");
            do {
                if (!tokens.isName() && !tokens.isString()) {
                    break;
                }
                names.add(tokens.nameOrString());
            } while (tokens.accept(','));
        }
        return names;
    }

    /** Makes them, but for those that are there, or that no role may be called. */
    public static void make(Server server, Set<String> roles) {
        try (RestoreSession session = OwnDatabases.restoreSession(server)) {
            int made = make(session, roles);
            LOG.atDebug().log("{} of {} roles made up", made, roles.size());
        }
    }

    /** The same; returns how many are new. */
    static int make(RestoreSession session, Set<String> roles) {
        int made = 0;
        for (String role : roles) {
            try {
                session.execute("CREATE ROLE " + TableName.quote(role) + " SUPERUSER");
                made++;
            } catch (SQLException e) {
                LOG.atTrace().log("not made, it is there or none at all: {}", SqlFailure.message(e));
            }
        }
        return made;
    }
}
