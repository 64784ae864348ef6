package bmm.process;

import bmm.base.Exposure;
import bmm.base.SystemAccounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directories of PATH in which programs are looked for, and which children look in: absolute ones, and as root only
 * those where nobody else can put a program.
 */
public final class ProgramPath {
    /** Where the variable is not set (confstr(3), _CS_PATH, and what administrators use). */
    private static final String DEFAULT = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static final Logger LOG = LoggerFactory.getLogger(ProgramPath.class);
    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    private ProgramPath() {}

    /** The directories of a PATH that may be used, in its order. */
    public static List<Path> directories(String searchPath) {
        List<Path> safe = new ArrayList<>();
        for (String entry : (searchPath.isEmpty() ? DEFAULT : searchPath).split(":", -1)) {
            // An empty or relative one is the current directory, which is anybody's.
            if (entry.startsWith("/") && isSafe(entry)) {
                safe.add(Path.of(entry));
            }
        }
        return safe;
    }

    /** Whether a program of that directory may be run; root says so if not, once. */
    public static boolean isSafe(String directory) {
        if (!SystemAccounts.isRoot()) {
            return true;
        }
        try {
            Optional<Exposure> exposed = Exposure.of(Path.of(directory));
            if (exposed.isPresent() && TOLD.add(directory)) {
                LOG.atWarn()
                        .addKeyValue("directory", directory)
                        .log(
                                "no program in it is run by root: {}",
                                exposed.get().inWords());
            }
            return exposed.isEmpty();
        } catch (IOException | InvalidPathException e) {
            return false;
        }
    }

    /**
     * A program by its name in those directories; a name with a slash is a path already.
     *
     * @throws IOException if there is none
     */
    static String find(String program, String searchPath) throws IOException {
        if (program.indexOf('/') >= 0) {
            return program;
        }
        for (Path directory : directories(searchPath)) {
            Path file = directory.resolve(program);
            if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                return file.toString();
            }
        }
        throw new IOException("there is no program " + program + " in PATH");
    }
}
