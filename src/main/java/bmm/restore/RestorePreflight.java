package bmm.restore;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.FileSystemSpace;
import bmm.base.Hint;
import bmm.catalog.Manifest;
import bmm.dump.DumpForm;
import bmm.dump.DumpForm.Archive;
import bmm.dump.FetchedDump;
import bmm.dump.Found;
import bmm.dump.Origin.OnDisk;
import bmm.dump.Room;
import bmm.postgres.ArchiveHeader;
import bmm.postgres.ExtensionPackage;
import bmm.postgres.OwnerLogins;
import bmm.postgres.PgTools;
import bmm.postgres.RestoreTarget;
import bmm.postgres.Server;
import bmm.postgres.TableName;
import bmm.restore.RestoreRequest.Choice;
import com.google.errorprone.annotations.CompileTimeConstant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
        if (request.has(Choice.AS_OWNERS)
                && (request.has(Choice.CLEAN) || request.isSelective() || request.has(Choice.NO_OWNER))) {
            throw usage(
                    "--as-owners is for a whole database with its owners",
                    "leave out --clean, --table, --schema and --no-owner");
        }
        boolean forArchives = request.isSelective()
                || request.has(Choice.AS_OWNERS)
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

    /** Everybody who owns a table of the dump can log in. */
    static void checkLogins(Server server, Set<String> owners) {
        Map<String, String> refused = OwnerLogins.refused(server, owners);
        if (!refused.isEmpty()) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "not restored: " + Amounts.count(refused.size(), "owner") + " of tables cannot log in: "
                            + refused.values().iterator().next(),
                    Hint.of("pg_hba.conf and the password file (PGPASSFILE) decide on ")
                            .names(refused.keySet())
                            .and(
                                    "; roles that are missing are made by a restore with --globals; without --as-owners the"
                                            + " role that restores fills all tables"));
        }
    }

    private static boolean isPlain(Found found) {
        Manifest manifest = found.manifest();
        if (manifest != null) {
            return manifest.dump().kind().equals("plain");
        }
        try {
            return found.dump() instanceof OnDisk file
                    && DumpForm.of(file.path(), found.identities()).archive() == Archive.PLAIN;
        } catch (IOException e) {
            return false; // fetching it says what is wrong with it
        }
    }

    private static Failure usage(String message, @CompileTimeConstant final String hint) {
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
                    PgTools.install(dumpedBy));
        }
        if (server.major() < dumpedFrom && !request.has(Choice.OLDER_SERVER)) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "the server is PostgreSQL " + server.version() + ", older than the " + dumpedFrom
                            + " that was dumped",
                    Hint.of("restore into a server of ")
                            .and(dumpedFrom)
                            .and(" or later; --older-server tries all the same"));
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
    static void checkRoom(Found found, Room room, RestoreTarget.Seen server, boolean local) {
        room.require(FetchedDump.roomToFetch(found), "for what is fetched");
        Path data = server.dataDirectory();
        Manifest manifest = found.manifest();
        if (manifest != null && data != null && local && Files.exists(data)) {
            checkData(data, manifest.database().sizeBytes());
        }
    }

    private static void checkData(Path directory, long needed) {
        long free;
        try {
            free = FileSystemSpace.usable(directory);
        } catch (IOException e) {
            return; // the server's own business
        }
        if (free < needed) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "not enough room in " + directory + ": " + Amounts.bytes(free) + " free, about "
                            + Amounts.bytes(needed) + " needed",
                    "the server keeps its data there: free some space");
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

    /** The dump holds what is wanted, as far as its manifest knows, which lists neither views nor sequences. */
    static void checkSelected(@Nullable Manifest manifest, Selection selection) {
        if (manifest != null && !selection.ofTables()) {
            selection.checkHeld(manifest.fingerprint().tables().stream()
                    .map(table -> new TableName(table.schema(), table.name()))
                    .toList());
        }
    }

    /** Version numbers of a dump whose manifest says them. */
    static int pgDumpMajor(@Nullable Manifest manifest) {
        return manifest == null ? 0 : new ArchiveHeader("", manifest.dump().pgDump(), null).toolMajor();
    }
}
