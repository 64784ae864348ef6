package bmm.restore;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.catalog.Manifest;
import bmm.dump.Backups.Found;
import bmm.dump.Backups.OnDisk;
import bmm.dump.DumpForm;
import bmm.dump.DumpForm.Archive;
import bmm.dump.FetchedDump;
import bmm.postgres.ArchiveHeader;
import bmm.postgres.ExtensionPackage;
import bmm.postgres.PgTools;
import bmm.postgres.RestoreTarget;
import bmm.postgres.TableName;
import bmm.restore.RestoreRequest.Choice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What must be true before anything is changed. */
final class RestorePreflight {
    private static final int MOST_SHOWN = 8;

    private RestorePreflight() {}

    /** The options go together, and with the dump. */
    static void checkOptions(RestoreRequest request, Found found) {
        if (request.has(Choice.REPLACE) && request.has(Choice.CLEAN)) {
            throw usage(
                    "--replace and --clean do not go together", "--replace keeps the old database, --clean changes it");
        }
        if (request.has(Choice.REPLACE) && request.isSelective()) {
            throw usage("--replace is for a whole database", "--clean replaces single tables");
        }
        if (request.has(Choice.REPLACE) && request.has(Choice.NO_CHECK) && found.manifest() != null) {
            throw usage("--replace always compares before it swaps", "leave --no-check out");
        }
        boolean forArchives = request.isSelective()
                || request.has(Choice.CLEAN)
                || request.has(Choice.NO_OWNER)
                || request.has(Choice.NO_PRIVILEGES);
        if (forArchives && isPlain(found)) {
            throw usage(
                    found.file() + " is SQL text, which can only be restored as a whole",
                    "restore it into a database of its own with --into, and take from there what is needed");
        }
        if (request.has(Choice.GLOBALS) && found.globals() == null) {
            throw usage(
                    found.file() + ": no globals were saved with it", "leave --globals out; make the roles by hand");
        }
    }

    private static boolean isPlain(Found found) {
        Manifest manifest = found.manifest();
        if (manifest != null) {
            return manifest.dump().kind().equals("plain");
        }
        try {
            return found.dump() instanceof OnDisk file
                    && DumpForm.of(file.path()).archive() == Archive.PLAIN;
        } catch (IOException e) {
            return false; // fetching it says what is wrong with it
        }
    }

    private static Failure usage(String message, String hint) {
        return new Failure(ExitCode.USAGE, message, hint);
    }

    /** The tools can read the dump, and the server can take it. */
    static void checkVersions(
            RestoreRequest request, RestoreTarget.Seen server, PgTools tools, int dumpedBy, int dumpedFrom) {
        if (tools.major() < dumpedBy) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "pg_restore " + tools.version() + " is older than the pg_dump " + dumpedBy
                            + " that wrote this dump",
                    "apt-get install postgresql-client-" + dumpedBy
                            + " (from apt.postgresql.org where the distribution has an older one), or set BMM_PG_BIN");
        }
        if (server.major() < dumpedFrom && !request.has(Choice.OLDER_SERVER)) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "the server is PostgreSQL " + server.version() + ", older than the " + dumpedFrom
                            + " that was dumped",
                    "restore into a server of " + dumpedFrom + " or later; --older-server tries all the same");
        }
    }

    /** The server has the extensions. */
    static void checkExtensions(Manifest manifest, RestoreTarget.Seen server) {
        List<String> missing = manifest.database().extensions().keySet().stream()
                .filter(extension -> !server.extensions().contains(extension))
                .toList();
        if (!missing.isEmpty()) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "the server does not have " + Amounts.count(missing.size(), "extension") + " of this backup: "
                            + String.join(", ", missing),
                    ExtensionPackage.hint(missing.getFirst(), server.major()));
        }
    }

    /** There is room for what is fetched, and on this machine for the database itself. */
    static void checkRoom(Found found, FetchedDump.Room room, RestoreTarget.Seen server, boolean local) {
        check(room.directory(), FetchedDump.roomToFetch(found), room.keepFree(), "BMM_TEMP_DIR");
        Path data = server.dataDirectory();
        Manifest manifest = found.manifest();
        if (manifest != null && data != null && local && Files.exists(data)) {
            check(data, manifest.database().sizeBytes(), 0, "");
        }
    }

    private static void check(Path directory, long needed, long keepFree, String setting) {
        long free;
        try {
            free = Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            if (setting.isEmpty()) {
                return; // the server's own business
            }
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "cannot see how much room is left in " + directory + ": " + Failure.reason(e),
                    "set " + setting + " to an existing directory",
                    e);
        }
        if (free < needed + keepFree) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "not enough room in " + directory + ": " + Amounts.bytes(free) + " free, about "
                            + Amounts.bytes(needed) + " needed"
                            + (keepFree == 0 ? "" : " and " + Amounts.bytes(keepFree) + " that must stay free"),
                    setting.isEmpty()
                            ? "the server keeps its data there: free some space"
                            : "free some space, lower BMM_MIN_FREE, or set " + setting
                                    + " to a directory with more room");
        }
    }

    /** What a selection would make is not there yet. */
    static void checkAbsent(RestoreTarget target, String database, Selection selection, boolean clean) {
        List<TableName> there =
                target.relations(database).stream().filter(selection::takes).toList();
        if (!there.isEmpty() && !clean) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "database " + database + " has " + shown(there) + " already",
                    "--clean drops and restores what is selected; or restore into another database with --into");
        }
    }

    private static String shown(List<TableName> names) {
        String some = String.join(
                ", ", names.stream().limit(MOST_SHOWN).map(TableName::toString).toList());
        return names.size() > MOST_SHOWN ? some + " and " + (names.size() - MOST_SHOWN) + " more" : some;
    }

    /** The dump holds what is wanted, as far as its manifest knows. */
    static void checkSelected(@Nullable Manifest manifest, Selection selection) {
        if (manifest == null) {
            return;
        }
        List<TableName> held = manifest.fingerprint().tables().stream()
                .map(table -> new TableName(table.schema(), table.name()))
                .toList();
        for (String table : selection.tables()) {
            if (held.stream().noneMatch(name -> name.name().equals(table) && selection.takes(name))) {
                throw usage(
                        "the backup has no table " + table
                                + (selection.schemas().isEmpty()
                                        ? ""
                                        : " in " + String.join(", ", selection.schemas())),
                        "bmm restore --to-file FILE and pg_restore --list FILE show what is in it");
            }
        }
        for (String schema : selection.schemas()) {
            if (held.stream().noneMatch(name -> name.schema().equals(schema))) {
                throw usage("the backup has no table in schema " + schema, "names are case-sensitive here");
            }
        }
    }

    /** Version numbers of a dump whose manifest says them. */
    static int pgDumpMajor(@Nullable Manifest manifest) {
        return manifest == null ? 0 : new ArchiveHeader("", manifest.dump().pgDump(), null).toolMajor();
    }
}
