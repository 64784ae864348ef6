package bmm.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Another user of this machine, who may do what {@code nobody} may. Only root can become her. */
public final class Mallory {
    private Mallory() {}

    /** Skips a test where this process cannot become somebody else. */
    public static void arrives() {
        assumeTrue(SystemAccounts.isRoot(), "only root can become another user");
    }

    /** Runs a shell script of hers to its end. */
    public static void does(String script, Object... arguments) throws IOException {
        try {
            assertThat(starts(script, arguments).waitFor()).as(script).isZero();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Begins a shell script of hers; the arguments are {@code $1} and so on. */
    public static Process starts(String script, Object... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(
                "setpriv", "--reuid=nobody", "--regid=65534", "--clear-groups", "--", "sh", "-ec", script, "sh"));
        for (Object argument : arguments) {
            words.add(argument.toString());
        }
        return new ProcessBuilder(words).inheritIO().start();
    }

    /** Makes a directory hers. */
    public static Path owns(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.setOwner(
                directory,
                FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
        // She must get there: JUnit's own directories are for this user only.
        for (Path above = directory.getParent(); above != null; above = above.getParent()) {
            if (Files.isWritable(above)
                    && !Files.getPosixFilePermissions(above)
                            .contains(java.nio.file.attribute.PosixFilePermission.OTHERS_EXECUTE)) {
                Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        return directory;
    }
}
