package bmm.backup;

import bmm.base.Shell;
import bmm.catalog.BackupName;
import bmm.dump.DumpKind;
import bmm.postgres.Container;
import bmm.postgres.PgTools;
import java.nio.file.Path;

/**
 * The shell command that a person on this machine pastes to get a backup back into a new database without bmm. The
 * manifest keeps {@link DumpKind#restoreCommand}, which does not depend on the machine.
 */
final class RestoreCommand {
    private static final String UNPACK_AND_RESTORE =
            "'d=$(mktemp -d) && tar -xf - -C \"$d\" && pg_restore -j 4 \"$@\" \"$d\"; e=$?; rm -rf \"$d\"; exit $e' sh ";

    private RestoreCommand() {}

    /** Where the server is in a container, its own tools are used: there may be none outside. */
    static String here(DumpKind kind, Path dump, String database, PgTools tools) {
        return tools.container()
                .map(container -> inside(container, kind, dump, database, tools.user()))
                .orElseGet(() -> create("", "", database) + kind.restoreCommand(dump.toString(), database));
    }

    private static String inside(Container container, DumpKind kind, Path dump, String database, String user) {
        // A PGPASSWORD that is not set here stays unset there; the official image asks for none on this way in.
        String exec = "docker exec -i -e PGPASSWORD " + Shell.quote(container.name()) + " ";
        String into = "-U " + Shell.quote(user) + " -d " + Shell.database(database);
        String file = Shell.file(dump.toString());
        boolean encrypted = BackupName.isEncrypted(dump.toString());
        String first = encrypted ? DumpKind.decrypt(file) : "";
        String given = encrypted ? "" : " < " + file;
        String named = encrypted ? "" : " " + file;
        String restore = first
                + switch (kind) {
                    case CUSTOM -> exec + "pg_restore " + into + given;
                    case CUSTOM_ZSTD -> "zstd -dc" + named + " | " + exec + "pg_restore " + into;
                    case PLAIN_GZIP -> "gzip -dc" + named + " | " + exec + "psql -q -v ON_ERROR_STOP=1 " + into;
                    case DIRECTORY -> exec + "sh -c " + UNPACK_AND_RESTORE + into + given;
                };
        return create(exec, "-U " + Shell.quote(user) + " ", database) + restore;
    }

    /**
     * Makes the database that the dump is restored into; every cluster has one called postgres. From template0, as a
     * template of the site's own may hold what the dump holds too.
     */
    private static String create(String exec, String as, String database) {
        return database.equals("postgres")
                ? ""
                : exec + "createdb " + as + "-T template0 -- " + Shell.quote(database) + " && ";
    }
}
