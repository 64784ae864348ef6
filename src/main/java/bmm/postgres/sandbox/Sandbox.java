package bmm.postgres.sandbox;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.Keys;
import bmm.base.SafeText;
import bmm.process.Command;
import bmm.process.RunningCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs the programs of a server that executes other people's code: as a user who owns nothing, in an empty environment,
 * with limits, and, where the machine has the means, with nothing in sight but the programs and one directory, and without
 * a network. The means are tried, not guessed: whatever forbids them here, the first that can run the server's program is
 * taken.
 */
public final class Sandbox {
    /** The best first. */
    static final List<Means> ALL_MEANS =
            List.of(new Bubblewrap(true), new Bubblewrap(false), new Namespaces(true), new Namespaces(false));

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MOST_SHOWN = 300;
    private static final int PROCESSES = 512;

    /** A user who is somebody has processes elsewhere, and before Linux 5.14 those count as well. */
    private static final int CALLERS_PROCESSES = 4096;

    /** Inside, before the program; its argument is the number of processes. 8 GiB for each file, in blocks of 512 bytes. */
    private static final String LIMITS = """
            ulimit -c 0
            ulimit -f 16777216
            ulimit -n 4096 2>/dev/null
            ulimit -u "$1" 2>/dev/null || ulimit -p "$1" 2>/dev/null
            shift
            cd "$HOME" || exit
            exec "$@"
            """;

    private final Means means;
    private final Means.Surroundings surroundings;
    private final ProgramFiles programs;
    private final Path home;
    private final Isolation isolation;

    private Sandbox(
            Means means, Means.Surroundings surroundings, ProgramFiles programs, Path home, Isolation isolation) {
        this.means = means;
        this.surroundings = surroundings;
        this.programs = programs;
        this.home = home;
        this.isolation = isolation;
    }

    /**
     * Opens the best one that works here.
     *
     * @param programs directory with the server's programs or links to them
     * @param program the one to try it with, beside which the others lie
     * @param directory bmm's own, where {@code home} lies and files of the sandbox are put
     * @param home an existing empty directory to work in, which becomes the user's
     * @throws Failure {@link ExitCode#PREFLIGHT} if one is required and none works, or nobody is there to run the programs
     */
    public static Sandbox open(Keys.Sandboxing wanted, Path programs, String program, Path directory, Path home)
            throws IOException {
        return open(wanted, ALL_MEANS, programs, program, directory, home);
    }

    static Sandbox open(
            Keys.Sandboxing wanted, List<Means> candidates, Path programs, String program, Path directory, Path home)
            throws IOException {
        ProgramFiles files = ProgramFiles.of(programs, program);
        makeDirectory(home.resolve(View.TEMPORARY_AT_HOME), "rwx------");
        List<String> obstacles = new ArrayList<>();
        if (wanted == Keys.Sandboxing.OFF) {
            obstacles.add("BMM_DRILL_SANDBOX=off");
        } else {
            DrillUser user = DrillUser.inSandbox(home);
            Path own = makeDirectory(directory.resolve("etc"), "rwxr-xr-x");
            Path mountPoint = makeDirectory(directory.resolve("root"), "rwx------");
            View view = View.of(files, home, own, user);
            for (Means means : candidates) {
                Sandbox sandbox = new Sandbox(
                        means, new Means.Surroundings(view, user, mountPoint), files, home, isolation(means, user));
                Optional<String> obstacle = sandbox.obstacle(program, directory);
                if (obstacle.isEmpty()) {
                    return sandbox;
                }
                obstacles.add(means.title() + ": " + obstacle.get());
            }
        }
        String why = String.join(
                "; ", Stream.of(obstacles).flatMap(List::stream).distinct().toList());
        if (wanted == Keys.Sandboxing.REQUIRED) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "BMM_DRILL_SANDBOX=required, but no sandbox works here: " + why,
                    "apt-get install bubblewrap, run the drill as root, or allow user namespaces (sysctl -a | grep userns)");
        }
        return bare(files, directory, home, why);
    }

    private static Sandbox bare(ProgramFiles files, Path directory, Path home, String why) throws IOException {
        DrillUser user = DrillUser.bare(home);
        if (!user.isCaller()) {
            if (Bare.missingSetpriv()) {
                throw new Failure(
                        ExitCode.PREFLIGHT,
                        "there is no setpriv to become the user " + user.name(),
                        "install util-linux, or run the drill as another user than root");
            }
            // Nothing in it is secret, and the server's user must get to its own part.
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        }
        Means means = new Bare();
        Means.Surroundings surroundings = new Means.Surroundings(new View(List.of()), user, directory.resolve("root"));
        return new Sandbox(means, surroundings, files, home, bareIsolation(user, why));
    }

    private static Path makeDirectory(Path directory, String permissions) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(directory);
        }
        // Whatever the umask is.
        return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));
    }

    private static Isolation isolation(Means means, DrillUser user) {
        String who = user.isCaller() ? "user " + user.name() + " in a user namespace" : "user " + user.name();
        return new Isolation(who, means.title() + ": no network, no files but its own", null);
    }

    private static Isolation bareIsolation(DrillUser user, String why) {
        String left = user.isCaller()
                ? "code of table owners that gets out of the server can do what " + user.name()
                        + " can: read and change backups and settings"
                : "code of table owners that gets out of the server can read what user " + user.name()
                        + " can, and use the network";
        Hint hint = user.kind() == DrillUser.Kind.NOBODY
                ? DrillUser.MAKE_DEDICATED
                : Hint.of("apt-get install bubblewrap")
                        .and(Hint.of(user.isCaller() ? ", or run the drill as root" : ""));
        return new Isolation("user " + user.name(), "no sandbox (" + why + "): " + left, hint);
    }

    /** Why it cannot run the program; empty if it can. */
    private Optional<String> obstacle(String program, Path directory) throws IOException {
        List<String> missing = means.missing();
        if (!missing.isEmpty()) {
            return Optional.of(String.join(", ", missing) + " not installed");
        }
        Path log = directory.resolve("trial");
        try (RunningCommand trial = start(program, List.of("--version"), log, PATIENCE)) {
            int exit = trial.waitFor();
            return exit == 0 ? Optional.empty() : Optional.of(lastLine(log, exit));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.DRILL, "stopped", "run it again", e);
        } finally {
            Files.deleteIfExists(log);
        }
    }

    private static String lastLine(Path log, int exit) throws IOException {
        String said = Files.exists(log) ? Files.readString(log).strip() : "";
        return SafeText.line(said.lines().reduce((first, second) -> second).orElse("exit status " + exit), MOST_SHOWN);
    }

    private List<String> environment() {
        return List.of(
                "PATH=" + SystemProgram.SEARCH_PATH,
                "LC_ALL=C",
                "TZ=UTC",
                "HOME=" + inside(home),
                "TMPDIR=" + temporary());
    }

    private Path temporary() {
        return inside(home.resolve(View.TEMPORARY_AT_HOME));
    }

    private List<String> confined(List<String> command) {
        int processes = surroundings.user().isCaller() ? CALLERS_PROCESSES : PROCESSES;
        List<String> words = new ArrayList<>(means.words(surroundings));
        words.addAll(List.of("/bin/sh", "-c", LIMITS, "sh", String.valueOf(processes)));
        words.addAll(command);
        return words;
    }

    /**
     * Starts one of the programs. It lives until it ends, until its standard input is closed, which only bmm has, or until
     * the kernel ends it because bmm was killed; but see {@link #keep}.
     *
     * @param log what it prints is added to this file, which lies outside of its sight
     * @param limit how long it may take
     */
    public RunningCommand start(String program, List<String> arguments, Path log, Duration limit) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(programs.bin().resolve(program).toString()));
        command.addAll(arguments);
        // A sandbox goes with the first of its processes; without one, a server cleans up on SIGQUIT.
        String signal = means instanceof Bare ? "QUIT" : "KILL";
        return Command.of(Supervisor.words(signal, log, environment(), confined(command)))
                .directory(Path.of("/"))
                .fedUnlessFile()
                .silent()
                .forCleaningUp()
                .timeout(limit)
                .start();
    }

    /** Lets a program that was started live on, without bmm. */
    public static void keep(RunningCommand started) throws IOException {
        started.input().write(Supervisor.KEEP.getBytes(StandardCharsets.US_ASCII));
        started.input().flush();
    }

    /** A path at or below the directory to work in, as the programs see it. */
    public Path inside(Path outside) {
        return means instanceof Bare ? outside : View.HOME.resolve(home.relativize(outside));
    }

    /** How it keeps programs away from the rest, in words. */
    public Isolation isolation() {
        return isolation;
    }
}
