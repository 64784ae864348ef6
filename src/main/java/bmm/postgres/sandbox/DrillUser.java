package bmm.postgres.sandbox;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.SystemAccounts;
import bmm.process.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The system user that a scratch server runs as. Where bmm runs as root that is one who owns nothing: never root, never
 * postgres, who owns the production cluster. Everybody else cannot become another one.
 *
 * @param name for messages
 */
record DrillUser(String name, int uid, int gid, Kind kind) {
    /** Why it is this one. */
    enum Kind {
        /** The one that bmm runs as. */
        CALLER,
        /** The one that was made for drills. */
        DEDICATED,
        /** A number that belongs to nobody. */
        UNUSED_ID,
        /** The one that others use as well, for want of a better one. */
        NOBODY
    }

    static final String DEDICATED = "bmm-drill";

    /** The command that makes the user that drills look for first. */
    static final Hint MAKE_DEDICATED = Hint.of("useradd --system --no-create-home --shell /usr/sbin/nologin bmm-drill");

    private static final String NOBODY = "nobody";
    private static final int NOBODYS_ID = 65534;

    /** Numbers that systemd's list of users keeps free (systemd.io/UIDS-GIDS), small enough for any container. */
    private static final int FIRST_UNUSED = 60578;

    private static final int LAST_UNUSED = 61183;
    private static final int ATTEMPTS = 50;
    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * The user for a server in a sandbox, where no file has to be readable to a particular user.
     *
     * @param home becomes that user's, with what {@link View} wants in it
     */
    static DrillUser inSandbox(Path home) throws IOException {
        if (!SystemAccounts.isRoot()) {
            return caller();
        }
        Optional<DrillUser> dedicated = dedicated();
        return dedicated.isPresent() ? dedicated.get().owning(home) : unusedId(home);
    }

    /**
     * The user for a server without a sandbox; PostgreSQL wants it to have a name.
     *
     * @param home becomes that user's, with what {@link View} wants in it
     */
    static DrillUser bare(Path home) throws IOException {
        if (!SystemAccounts.isRoot()) {
            return caller();
        }
        int nobody = id("-u", NOBODY).orElse(NOBODYS_ID);
        return dedicated()
                .orElseGet(() -> new DrillUser(NOBODY, nobody, id("-g", NOBODY).orElse(NOBODYS_ID), Kind.NOBODY))
                .owning(home);
    }

    private static DrillUser caller() throws IOException {
        Path self = Path.of("/proc/self");
        int uid = (Integer) Files.getAttribute(self, "unix:uid");
        int gid = (Integer) Files.getAttribute(self, "unix:gid");
        return new DrillUser(System.getProperty("user.name", "?"), uid, gid, Kind.CALLER);
    }

    private static Optional<DrillUser> dedicated() {
        OptionalInt uid = id("-u", DEDICATED);
        if (uid.isEmpty()) {
            return Optional.empty();
        }
        if (uid.getAsInt() == 0) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "the user " + DEDICATED + " is another name of root",
                    Hint.of("userdel bmm-drill, then ").and(MAKE_DEDICATED));
        }
        return Optional.of(
                new DrillUser(DEDICATED, uid.getAsInt(), id("-g", DEDICATED).orElse(uid.getAsInt()), Kind.DEDICATED));
    }

    private static OptionalInt id(String option, String name) {
        try {
            Command.Result result = Command.of("id", option, name)
                    .timeout(Duration.ofSeconds(20))
                    .run();
            return result.ok() ? OptionalInt.of(Integer.parseInt(result.output().strip())) : OptionalInt.empty();
        } catch (IOException | NumberFormatException e) {
            return OptionalInt.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalInt.empty();
        }
    }

    /** Two drills at once take two numbers, so that neither can touch the other. */
    private static DrillUser unusedId(Path home) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int id = RANDOM.nextInt(FIRST_UNUSED, LAST_UNUSED + 1);
            DrillUser user = new DrillUser("id " + id, id, id, Kind.UNUSED_ID).owning(home);
            // The user database has a name for every number that is somebody's.
            if (Files.getOwner(home, LinkOption.NOFOLLOW_LINKS).getName().equals(String.valueOf(id))) {
                return user;
            }
        }
        throw new Failure(
                ExitCode.PREFLIGHT,
                "every user id between " + FIRST_UNUSED + " and " + LAST_UNUSED + " belongs to somebody here",
                MAKE_DEDICATED);
    }

    private DrillUser owning(Path home) throws IOException {
        for (Path directory : List.of(home.resolve(View.TEMPORARY_AT_HOME), home)) {
            Files.setAttribute(directory, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(directory, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
        }
        return this;
    }

    /** Whether bmm itself runs as this user. */
    boolean isCaller() {
        return kind == Kind.CALLER;
    }
}
