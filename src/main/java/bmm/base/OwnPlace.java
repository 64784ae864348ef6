package bmm.base;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Directories that bmm writes to, where root does. Whoever owns a directory on the way to one can put a link in its place,
 * and have root write where they cannot.
 */
public final class OwnPlace {
    private OwnPlace() {}

    /**
     * Refuses a directory that somebody else decides about, if this is root.
     *
     * @param what for the message: {@code the state directory}
     * @param setting that names it
     * @throws Failure {@link ExitCode#CONFIGURATION}
     */
    public static void check(Path directory, String what, Setting<Path> setting) {
        if (SystemAccounts.isRoot()) {
            exposure(directory).ifPresent(exposed -> {
                throw refused(directory, what, setting, exposed);
            });
        }
    }

    /**
     * The same for a directory that may itself belong to another user: there bmm only makes new files, and renames and
     * removes them, which leads nowhere else.
     */
    public static void checkWayTo(Path directory, String what, Setting<Path> setting) {
        if (SystemAccounts.isRoot()) {
            exposure(DurableFile.directoryOf(directory)).ifPresent(exposed -> {
                throw refused(directory, what, setting, exposed);
            });
        }
    }

    /** Who else than root and this user can change what is in a directory, in words. */
    public static Optional<String> othersIn(Path directory) {
        return exposure(directory).map(Exposure::inWords);
    }

    /** Whether others than root and this user decide what is at a path; also if it cannot be seen. */
    public static boolean isOthers(String path) {
        try {
            return Exposure.of(Path.of(path)).isPresent();
        } catch (IOException | InvalidPathException e) {
            return true;
        }
    }

    private static Optional<Exposure> exposure(Path directory) {
        try {
            return Exposure.of(directory);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "cannot see whom " + directory + " belongs to: " + Failure.reason(e),
                    "check the directories above it",
                    e);
        }
    }

    private static Failure refused(Path directory, String what, Setting<Path> setting, Exposure exposed) {
        Hint otherwise =
                exposed.owned() ? Hint.of("run bmm as ").name(exposed.who()).and(", or ") : Hint.of("");
        return new Failure(
                ExitCode.CONFIGURATION,
                what + " " + directory + " is not root's: " + exposed.inWords() + " and could lead root elsewhere",
                otherwise.and(exposed.remedy()).and(", or set ").name(setting.key()));
    }
}
