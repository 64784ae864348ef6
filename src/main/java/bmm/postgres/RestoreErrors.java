package bmm.postgres;

import bmm.base.Amounts;
import bmm.base.Hint;
import bmm.base.Stopping;
import bmm.process.RunningCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what pg_restore says on standard error, hears what the server refused, and judges by both whether a restore went well. */
final class RestoreErrors implements Consumer<String> {
    static final Hint FREE_SPACE = Hint.of("free some space where the server keeps its data");

    private static final int MOST = 100;
    private static final Pattern ENTRY = Pattern.compile("from TOC entry \\d+; \\d+ \\d+ (.+)");
    private static final Pattern ERROR = Pattern.compile("pg_restore: (?:error|fatal): (.+)");
    private static final Pattern COPYING = Pattern.compile("CONTEXT:  COPY ([^,]+),.*");
    private static final Pattern IGNORED = Pattern.compile("pg_restore: warning: errors ignored on restore: (\\d+)");
    private static final Pattern DOING = Pattern.compile("pg_restore: (?:creating|processing|executing) (.+)");
    private static final Pattern NOISE = Pattern.compile(
            "^(?:could not execute query: )?(?:error returned by PQputCopyData: |COPY failed for table \"[^\"]*\": )?(?:ERROR:\\s+)?");
    private static final Pattern ROLE = Pattern.compile("role \"(.+)\" does not exist");

    private final String database;
    private final int major;
    private final Consumer<String> progress;
    private final List<String> errors = new ArrayList<>();
    private final Set<String> missingRoles = new LinkedHashSet<>();
    private @Nullable String entry;
    private long count;
    private long ignored;

    RestoreErrors(String database, int major, Consumer<String> progress) {
        this.database = database;
        this.major = major;
        this.progress = progress;
    }

    @Override
    public synchronized void accept(String line) {
        Matcher doing = DOING.matcher(line);
        Matcher about = ENTRY.matcher(line);
        Matcher error = ERROR.matcher(line);
        Matcher copying = COPYING.matcher(line);
        Matcher rest = IGNORED.matcher(line);
        if (doing.matches()) {
            progress.accept(doing.group(1));
        } else if (about.find()) {
            entry = about.group(1);
        } else if (error.matches()) {
            add(NOISE.matcher(error.group(1)).replaceFirst(""));
        } else if (copying.matches() && !errors.isEmpty()) {
            errors.set(errors.size() - 1, errors.getLast() + " (table " + copying.group(1) + ")");
        } else if (rest.matches()) {
            ignored = Long.parseLong(rest.group(1));
        }
    }

    private void add(String message) {
        count++;
        Matcher role = ROLE.matcher(message);
        if (role.find()) {
            missingRoles.add(role.group(1));
        }
        if (errors.size() < MOST) {
            errors.add(message + (entry == null ? "" : " (" + entry + ")"));
        }
    }

    /** Throws unless the tool ended well, having passed over nothing. */
    synchronized void check(RunningCommand running, int exit, Duration timeout) {
        boolean well = exit == 0 && !running.wasStopped();
        if (well && count == 0 && ignored == 0) {
            return;
        }
        String subject = "database " + database + ": ";
        if (running.timedOut()) {
            throw tooSlow(timeout);
        }
        if (Stopping.requested()) {
            throw stopped();
        }
        String first = errors.isEmpty() ? running.lastError() : errors.getFirst();
        throw failure(
                subject + (first.isBlank() ? "the restore failed with exit status " + exit : first) + more(),
                hint(first, exit));
    }

    /** What the server said to what bmm sent it, if that ends the restore. */
    synchronized RestoreFailure refused(String message) {
        if (Stopping.requested()) {
            return stopped();
        }
        note(message);
        return allRefused();
    }

    /** The same, if the restore goes on, to find what else there is. */
    synchronized void note(String message) {
        entry = null;
        add(message);
    }

    /** Throws if something was refused. */
    synchronized void checkRefused() {
        if (count > 0) {
            throw allRefused();
        }
    }

    private RestoreFailure allRefused() {
        String first = errors.getFirst();
        return failure("database " + database + ": " + first + more(), hint(first, 1));
    }

    private String more() {
        return count > 1 ? ", and " + Amounts.count(count - 1, "more error") : "";
    }

    /** Throws if the tool ended badly by itself, whether it was told to end or not. */
    synchronized void checkSaid(RunningCommand running, int exit) {
        if (count > 0) {
            String first = errors.getFirst();
            throw failure("database " + database + ": " + first + more(), hint(first, exit));
        }
    }

    /** It did not end in time. */
    RestoreFailure tooSlow(Duration timeout) {
        return new RestoreFailure(
                "database " + database + ": the restore took longer than " + Amounts.duration(timeout)
                        + " and was stopped",
                Hint.of("give it more time"),
                List.of(),
                Set.of());
    }

    RestoreFailure stopped() {
        return failure("database " + database + ": the restore was stopped", Hint.of("run it again"));
    }

    private RestoreFailure failure(String message, Hint hint) {
        return new RestoreFailure(message, hint, errors, missingRoles);
    }

    /** Whether the server says so; a page of which half was written comes without the system's own words. */
    static boolean isDiskFull(String said) {
        return said.contains("No space left") || said.contains("could not extend file");
    }

    private Hint hint(String said, int exit) {
        Matcher extension = ExtensionPackage.MISSING.matcher(said);
        if (extension.find()) {
            String name = extension.group(1) == null ? extension.group(2) : extension.group(1);
            return ExtensionPackage.hint(String.valueOf(name), major);
        }
        if (ROLE.matcher(said).find()) {
            return Hint.of("restore the globals first, which hold the roles, or leave owners and privileges out");
        }
        if (isDiskFull(said)) {
            return FREE_SPACE;
        }
        if (said.contains("unsupported version") || said.contains("unrecognized configuration parameter")) {
            return Hint.of(
                    "a newer PostgreSQL wrote this dump: install its client, and restore into a server not older than it");
        }
        if (said.contains("permission denied")
                || said.contains("must be owner")
                || said.contains("must be superuser")
                || said.contains("must be able to SET ROLE")) {
            return Hint.of(
                    "restore as a superuser, or as the owner of everything in it, without owners and privileges");
        }
        if (said.contains("already exists")) {
            return Hint.of("restore into an empty database");
        }
        if (said.contains("server closed the connection")
                || said.contains("could not connect")
                || said.contains("connection to server")) {
            return Hint.of("see the server's log");
        }
        return exit > 128
                ? Hint.of("it was killed by signal ").and(exit - 128).and("; see the system's log")
                : Hint.of("see the server's log");
    }
}
