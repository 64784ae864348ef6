package bmm.postgres;

import bmm.base.ExitCode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Makes roles and tablespaces in a server. */
public final class GlobalsRestore {
    /** What is there already is no error (PostgreSQL manual, "Error Codes": duplicate_object). */
    private static final String DUPLICATE = "42710";

    /** From 16 on a role that granted something must still be allowed to; before, pg_dumpall named the first superuser. */
    private static final String NOT_ALLOWED = "42501";

    private GlobalsRestore() {}

    /**
     * What could not be made although everything else was.
     *
     * @param tablespace its name
     * @param why in the server's words
     */
    public record MissingTablespace(String tablespace, String why) {}

    /**
     * Runs them one by one. A tablespace needs a directory that nobody but the machine's owner can make; where that is
     * missing, the others are made, and its objects can lie elsewhere.
     *
     * @return the tablespaces that were not made
     * @throws RestoreFailure naming the first of all other errors, or a role that is missing after all
     */
    public static List<MissingTablespace> run(Server server, Globals globals) {
        RestoreErrors errors = new RestoreErrors("postgres", 0, line -> {});
        List<MissingTablespace> missing = new ArrayList<>();
        try (RestoreSession session = OwnDatabases.restoreSession(server)) {
            for (Globals.Part part : globals.withoutTablespaces().parts()) {
                run(session, part, errors);
            }
            for (String name : new TreeSet<>(globals.tablespaces())) {
                make(session, name, globals.tablespace(name).parts(), errors, missing);
            }
            // Whatever was said, and in which language: what counts is what there is.
            Set<String> there =
                    new TreeSet<>(session.query("SELECT rolname FROM pg_catalog.pg_roles", row -> row.getString(1)));
            globals.roles().stream()
                    .filter(role -> !there.contains(role))
                    .forEach(role -> errors.note("role \"" + role + "\" was not made"));
        } catch (SQLException e) {
            throw SqlFailure.running(e, "making the roles").as(ExitCode.RESTORE);
        }
        errors.checkRefused();
        return missing;
    }

    private static void run(RestoreSession session, Globals.Part part, RestoreErrors errors) {
        try {
            session.run(part.sql());
        } catch (SQLException e) {
            if (NOT_ALLOWED.equals(e.getSQLState()) && part.hasGrantor()) {
                run(session, part.shortened(), errors);
            } else if (!DUPLICATE.equals(e.getSQLState())) {
                errors.note(SqlFailure.message(e));
            }
        }
    }

    private static void make(
            RestoreSession session,
            String name,
            List<Globals.Part> parts,
            RestoreErrors errors,
            List<MissingTablespace> missing) {
        try {
            session.run(parts.getFirst().sql());
        } catch (SQLException e) {
            missing.add(new MissingTablespace(name, SqlFailure.message(e)));
            return;
        }
        parts.stream().skip(1).forEach(part -> run(session, part, errors));
    }
}
