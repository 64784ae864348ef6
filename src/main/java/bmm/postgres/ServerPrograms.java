package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The programs that make and run a server, of one version. Where only the client is installed there are none.
 *
 * @param directory holds initdb and postgres, and the client's tools as well
 * @param version such as 15.18
 */
public record ServerPrograms(Path directory, int major, String version) {
    private static final List<String> NEEDED = List.of("initdb", "postgres");

    /**
     * The programs of a major version that are installed here.
     *
     * @param chosen a directory that the user named; a newer major than the wanted one is then meant so
     * @param searchPath {@code $PATH}
     * @throws Failure {@link ExitCode#PREFLIGHT} if there are none, or only of other versions, with the package's name
     */
    public static ServerPrograms find(int major, @Nullable Path chosen, @Nullable String searchPath) {
        Optional<ServerPrograms> named = chosen == null ? Optional.empty() : in(chosen);
        if (named.isPresent()) {
            if (named.get().major < major) {
                throw missing(
                        "the PostgreSQL " + named.get().version + " in " + chosen
                                + " is older than the dump, which is of " + major,
                        major);
            }
            return named.get();
        }
        List<ServerPrograms> installed = new ArrayList<>();
        for (Path directory : PgTools.directories(searchPath)) {
            in(directory).ifPresent(installed::add);
        }
        return installed.stream()
                .filter(programs -> programs.major == major)
                .findFirst()
                .orElseThrow(() -> missing(
                        "the server programs of PostgreSQL " + major + " are not installed"
                                + (installed.isEmpty() ? "" : ", only those of " + majors(installed)),
                        major));
    }

    /** The newest programs that are installed here, for a dump that does not say what it is from. */
    public static Optional<ServerPrograms> newest(@Nullable Path chosen, @Nullable String searchPath) {
        Optional<ServerPrograms> named = chosen == null ? Optional.empty() : in(chosen);
        return named.or(() -> PgTools.directories(searchPath).stream()
                .flatMap(directory -> in(directory).stream())
                .max(Comparator.comparingInt(ServerPrograms::major)));
    }

    private static String majors(List<ServerPrograms> installed) {
        return installed.stream()
                .map(ServerPrograms::major)
                .distinct()
                .sorted()
                .map(String::valueOf)
                .collect(Collectors.joining(", "));
    }

    private static Failure missing(String message, int major) {
        return new Failure(
                ExitCode.PREFLIGHT,
                message,
                Hint.of("apt-get install postgresql-")
                        .and(major)
                        .and(" (its server need not run), set BMM_PG_BIN to a newer one,"
                                + " or set BMM_DRILL_TARGET=database or docker:IMAGE"));
    }

    private static Optional<ServerPrograms> in(Path directory) {
        if (!NEEDED.stream().allMatch(name -> Files.isExecutable(directory.resolve(name)))) {
            return Optional.empty();
        }
        return PgTools.version(directory.resolve("postgres"))
                .map(version -> new ServerPrograms(
                        directory,
                        Integer.parseInt(
                                Stream.of(version.split("\\D", 2)).findFirst().orElse("0")),
                        version));
    }

    /** The client's tools beside them, for a server. */
    public PgTools tools(ConnectionSettings connection) {
        return PgTools.in(directory, connection);
    }
}
