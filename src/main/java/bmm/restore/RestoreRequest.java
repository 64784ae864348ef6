package bmm.restore;

import bmm.dump.Moment;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the user wants to have back, and where.
 *
 * @param database whose backup; null if there is only one anyway
 * @param into the database to restore into; null for the name that it had
 * @param from the place to look at; null for all
 * @param dump a file or directory to restore instead
 * @param tables only these, each a name or {@code schema.name}; empty for all
 * @param schemas only these; empty for all
 * @param jobs parallel workers, where the dump allows
 */
public record RestoreRequest(
        @Nullable String database,
        @Nullable String into,
        @Nullable String from,
        Moment moment,
        @Nullable Path dump,
        List<String> tables,
        List<String> schemas,
        int jobs,
        Set<Choice> choices) {
    /** What can be switched on. */
    public enum Choice {
        /** An existing database gives way: it stays under another name. */
        REPLACE,
        /** Objects that are there are dropped and made again, in the database as it is. */
        CLEAN,
        /** Roles and tablespaces first. */
        GLOBALS,
        /** Everything belongs to the role that restores. */
        NO_OWNER,
        /** No GRANT and no REVOKE. */
        NO_PRIVILEGES,
        /** The server may be older than the one that was dumped. */
        OLDER_SERVER,
        /** The tables are not compared with the manifest afterwards. */
        NO_CHECK,
        /** A backup that no key of a known host signed is taken all the same. */
        ALLOW_UNSIGNED,
        /** A plain backup is taken where backups are to be encrypted. */
        ALLOW_PLAIN,
        /** Each table is filled by a session that logs in as its owner. */
        AS_OWNERS
    }

    public boolean has(Choice choice) {
        return choices.contains(choice);
    }

    Selection selection() {
        return new Selection(tables, schemas);
    }

    /** Whether only a part is wanted. */
    public boolean isSelective() {
        return !tables.isEmpty() || !schemas.isEmpty();
    }
}
