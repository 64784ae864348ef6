package bmm.restore;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.catalog.Manifest;
import bmm.dump.ArchiveBeginning;
import bmm.dump.FetchedDump;
import bmm.dump.Found;
import bmm.dump.Room;
import bmm.postgres.ArchivePart;
import bmm.postgres.OwnerLogins;
import bmm.postgres.PgTools;
import bmm.postgres.RestoreTarget;
import bmm.restore.RestorePlan.Way;
import bmm.restore.RestoreRequest.Choice;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From a found backup and what is wanted of it to a plan; refuses what cannot go well, and changes nothing. */
record Planning(RestoreRequest request, Found found, RestoreServer at, Room room, Instant now) {
    private static final DateTimeFormatter SUFFIX =
            DateTimeFormatter.ofPattern("'_before_'yyyyMMdd't'HHmmss'z'").withZone(ZoneOffset.UTC);

    /** NAMEDATALEN - 1 of PostgreSQL, in bytes. */
    private static final int LONGEST_NAME = 63;

    RestorePlan plan() {
        Manifest manifest = found.manifest();
        RestorePreflight.checkOptions(request, found);
        RestoreTarget target = new RestoreTarget(at.server());
        RestoreTarget.Seen server = target.look();
        String into = into();
        Way way = way(into, server);
        int dumpedBy = RestorePreflight.pgDumpMajor(manifest);
        PgTools tools = at.tools(Math.max(server.major(), dumpedBy));
        int dumpedFrom = manifest == null ? 0 : manifest.database().serverMajor();
        RestorePreflight.checkVersions(request, server, tools, dumpedBy, dumpedFrom);
        if (request.has(Choice.AS_OWNERS)) {
            RestorePreflight.checkLogins(at.server(), owners());
        }
        if (manifest != null && way != Way.SELECT) {
            RestorePreflight.checkExtensions(manifest, server);
        }
        RestorePreflight.checkRoom(found, room, server, at.isLocal());
        Optional<ArchivePart> part = Optional.empty();
        if (way == Way.SELECT) {
            RestorePreflight.checkSelected(manifest, request.selection());
            RestorePreflight.checkAbsent(target, into, request.selection(), request.has(Choice.CLEAN));
            part = part(request.selection());
        }
        String previous = way == Way.REPLACE ? previousName(into, server) : null;
        int sessions = way == Way.REPLACE ? target.sessions(into) : 0;
        return new RestorePlan(
                found,
                way,
                into,
                at.connection().address(),
                server,
                tools,
                steps(way, into, previous, sessions),
                notes(way, into, server, part),
                FetchedDump.roomToFetch(found),
                RestorePlan.estimate(manifest),
                previous);
    }

    private String into() {
        String into = request.into() != null ? request.into() : found.database();
        if (into == null) {
            throw new Failure(
                    ExitCode.USAGE,
                    found.file() + " does not say which database it is of",
                    "say where it should go with --into NAME");
        }
        return into;
    }

    private Way way(String into, RestoreTarget.Seen server) {
        boolean exists = server.databases().contains(into);
        if (request.isSelective() || request.has(Choice.CLEAN)) {
            if (!exists) {
                throw new Failure(
                        ExitCode.PREFLIGHT,
                        "there is no database " + into + " to restore into",
                        "--clean, --table and --schema are for a database that exists; without them one is made");
            }
            return request.isSelective() ? Way.SELECT : Way.CLEAN;
        }
        if (exists && !request.has(Choice.REPLACE)) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "database " + into + " exists already",
                    "--into OTHER restores beside it; --replace puts the backup in its place and keeps it under another name");
        }
        return exists ? Way.REPLACE : Way.CREATE;
    }

    private String previousName(String into, RestoreTarget.Seen server) {
        String suffix = SUFFIX.format(now);
        String base = into;
        while ((base + suffix).getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
            base = base.substring(0, base.offsetByCodePoints(base.length(), -1));
        }
        String name = base + suffix;
        if (server.databases().contains(name)) {
            throw new Failure(ExitCode.PREFLIGHT, "database " + name + " exists already", "run it again in a second");
        }
        return name;
    }

    /** Empty if what the archive holds is only known once it is fetched and unpacked. */
    private Optional<ArchivePart> part(Selection selection) {
        try (InputStream in = ArchiveBeginning.open(found)) {
            return in == null ? Optional.empty() : Optional.of(selection.of(in));
        } catch (IOException e) {
            return Optional.empty(); // fetching it says what is wrong with it
        }
    }

    private List<String> steps(Way way, String into, @Nullable String previous, int sessions) {
        List<String> steps = new ArrayList<>();
        boolean fetch = FetchedDump.roomToFetch(found) > 0;
        if (found.manifest() != null) {
            steps.add(
                    (fetch ? "fetch it to " + room.directory() + " and " : "") + "compare its hash with the manifest");
        }
        if (request.has(Choice.GLOBALS)) {
            steps.add("make the roles and tablespaces that are missing");
        }
        String compare =
                found.manifest() == null || request.has(Choice.NO_CHECK) ? "" : " and compare it with the manifest";
        String jobs = request.jobs() > 1 ? " with " + request.jobs() + " jobs where the format allows" : "";
        switch (way) {
            case CREATE -> steps.add("restore it into the new database " + into + jobs + compare);
            case REPLACE -> {
                steps.add("restore it beside " + into + jobs + compare);
                steps.add("end the sessions in " + into + " (now " + Amounts.count(sessions) + "), rename it to "
                        + previous + ", and give its name to the new one");
            }
            case CLEAN ->
                steps.add("drop what the backup holds in " + into
                        + " and restore it there, in one transaction; what else is there stays");
            case SELECT ->
                steps.add((request.has(Choice.CLEAN) ? "drop and restore " : "restore ")
                        + request.selection().inWords() + " in " + into
                        + ", with all that belongs to it, in one transaction");
        }
        return List.copyOf(steps);
    }

    /** A restore runs what owners wrote: the user should know with which rights. */
    private String rights(RestoreTarget.Seen server) {
        String role = at.connection().user() + (server.superuser() ? ", a superuser" : "");
        Set<String> owners = owners();
        String tables = owners.isEmpty() ? "tables" : "the tables of " + Amounts.count(owners.size(), "owner");
        return request.has(Choice.AS_OWNERS)
                ? tables + " are filled in sessions of their owners; their indexes, foreign keys and views are made by "
                        + role
                : tables + " bring code of their owners (checks, domains, generated columns, triggers): it runs as "
                        + role + (request.isSelective() ? "" : "; --as-owners fills them in sessions of their owners");
    }

    /** Empty where that is only known once the dump is fetched and unpacked. */
    private Set<String> owners() {
        try (InputStream in = ArchiveBeginning.open(found)) {
            return in == null ? Set.of() : OwnerLogins.owners(in);
        } catch (IOException e) {
            return Set.of(); // fetching it says what is wrong with it
        }
    }

    private List<String> notes(Way way, String into, RestoreTarget.Seen server, Optional<ArchivePart> part) {
        List<String> notes = new ArrayList<>(found.alarms());
        Manifest manifest = found.manifest();
        if (found.signature() != null) {
            notes.add(found.signature());
        }
        if (found.age() != null) {
            notes.add(found.age());
        }
        if (manifest == null) {
            notes.add("no manifest: that the dump is whole and its content right cannot be proven");
        } else if (!manifest.database().name().equals(into)) {
            notes.add("the backup is of database " + manifest.database().name());
        }
        if (manifest != null
                && (way == Way.CREATE || way == Way.REPLACE)
                && !server.roles().contains(manifest.database().owner())
                && !request.has(Choice.NO_OWNER)
                && !request.has(Choice.GLOBALS)) {
            notes.add("role " + manifest.database().owner()
                    + ", the owner, is missing here: --globals makes it, --no-owner does without");
        }
        notes.add(rights(server));
        if (request.has(Choice.REPLACE) && way == Way.CREATE) {
            notes.add("there is no database " + into + " to replace");
        }
        if (way == Way.SELECT && part.isEmpty()) {
            notes.add("left out: foreign keys from and to tables that are not restored with it");
        }
        part.ifPresent(some -> notes.addAll(Selection.notes(some)));
        return List.copyOf(notes);
    }
}
