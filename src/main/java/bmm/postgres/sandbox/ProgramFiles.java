package bmm.postgres.sandbox;

import bmm.base.DurableFile;
import bmm.base.Failure;
import bmm.process.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The programs of a server and the directories that they need beside the system's own, however they were installed: below
 * /usr, under a prefix of their own, or unpacked anywhere with libraries beside them.
 *
 * @param bin real path of the directory that holds the programs
 * @param directories real paths
 */
record ProgramFiles(Path bin, List<Path> directories) {
    private static final Logger LOG = LoggerFactory.getLogger(ProgramFiles.class);
    private static final Pattern LIBRARY = Pattern.compile("(?m)=> (/.+) \\(0x[0-9a-f]+\\)$");
    private static final List<String> OF_AN_INSTALLATION = List.of("bin", "lib", "lib64", "libexec", "share");
    private static final Path CONFIGURED = Path.of("/etc/ld.so.conf.d");

    ProgramFiles {
        directories = List.copyOf(directories);
    }

    /**
     * Looks for them.
     *
     * @param programs a directory with the program or a link to it
     * @param program one that all the others lie beside
     */
    static ProgramFiles of(Path programs, String program) throws IOException {
        Path bin = DurableFile.directoryOf(programs.resolve(program).toRealPath());
        Set<Path> directories = new LinkedHashSet<>();
        directories.add(bin);
        Path prefix = bin.getParent();
        if (prefix != null && bin.endsWith("bin")) {
            OF_AN_INSTALLATION.stream()
                    .map(prefix::resolve)
                    .filter(Files::isDirectory)
                    .forEach(directories::add);
        }
        directories.addAll(configured());
        if (!bin.startsWith("/usr/lib") && !bin.startsWith("/usr/bin")) {
            directories.addAll(libraries(directories, bin.resolve(program)));
        }
        return new ProgramFiles(bin, List.copyOf(directories));
    }

    /** Directories that the administrator has told the dynamic linker of (ldconfig(8)). */
    private static List<Path> configured() {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(CONFIGURED)) {
            for (Path file : files.toList()) {
                Files.readAllLines(file).stream()
                        .map(String::strip)
                        .filter(line -> line.startsWith("/"))
                        .map(Path::of)
                        .filter(Files::isDirectory)
                        .forEach(found::add);
            }
        } catch (IOException e) {
            LOG.atTrace().log("no {}: {}", CONFIGURED, Failure.reason(e));
        }
        return found;
    }

    /** Where the dynamic linker finds the libraries of the program, and of the libraries beside it. */
    private static Set<Path> libraries(Set<Path> beside, Path program) throws IOException {
        List<String> words = new ArrayList<>(List.of("ldd", program.toString()));
        for (Path directory : beside) {
            if (String.valueOf(directory.getFileName()).startsWith("lib")) {
                try (Stream<Path> files = Files.list(directory)) {
                    files.filter(Files::isRegularFile)
                            .map(Path::toString)
                            .filter(file -> file.contains(".so"))
                            .forEach(words::add);
                }
            }
        }
        Set<Path> found = new LinkedHashSet<>();
        try {
            String said =
                    Command.of(words).timeout(Duration.ofSeconds(20)).run().output();
            for (String library :
                    LIBRARY.matcher(said).results().map(ProgramFiles::file).toList()) {
                found.add(DurableFile.directoryOf(Path.of(library).toRealPath()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return found;
    }

    private static String file(MatchResult line) {
        return line.group(1);
    }
}
