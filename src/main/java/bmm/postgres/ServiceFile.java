package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libpq's connection service file (PostgreSQL manual, "The Connection Service File"). bmm reads it itself: libpq lets the
 * file win over the database that a tool is told in its environment, and JDBC does not, so the two could meet at
 * different databases.
 */
final class ServiceFile {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceFile.class);
    private static final Set<String> KNOWN =
            Set.of("host", "hostaddr", "port", "dbname", "user", "password", "passfile", "sslmode", "sslrootcert");
    /** The user's own, then those of Debian and of PostgreSQL's own builds. */
    private static final List<Path> USUAL = List.of(
            Path.of(System.getProperty("user.home"), ".pg_service.conf"),
            Path.of("/etc/postgresql-common/pg_service.conf"),
            Path.of("/etc/sysconfig/pgsql/pg_service.conf"),
            Path.of("/etc/pg_service.conf"));

    private ServiceFile() {}

    /**
     * What the file says of a service, by libpq's keywords.
     *
     * @param given the file, or null for the usual places
     * @throws Failure {@link ExitCode#CONFIGURATION} if no file names the service
     */
    static Map<String, String> read(String service, @Nullable Path given) {
        List<Path> files = given == null ? USUAL : List.of(given);
        for (Path file : files.stream().filter(Files::exists).toList()) {
            Optional<Map<String, String>> found = section(file, service);
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw new Failure(
                ExitCode.CONFIGURATION,
                "there is no service [" + service + "] in "
                        + String.join(", ", files.stream().map(Path::toString).toList()),
                "check PGSERVICE and PGSERVICEFILE");
    }

    private static Optional<Map<String, String>> section(Path file, String service) {
        try (Stream<String> lines = Files.lines(file)) {
            Map<String, String> values = new LinkedHashMap<>();
            boolean inside = false;
            boolean found = false;
            for (String line : lines.map(String::strip).toList()) {
                int equals = line.indexOf('=');
                if (line.startsWith("[")) {
                    inside = line.equals("[" + service + "]");
                    found |= inside;
                } else if (inside && equals > 0 && !line.startsWith("#")) {
                    put(
                            values,
                            line.substring(0, equals).strip(),
                            line.substring(equals + 1).strip(),
                            file);
                }
            }
            return found ? Optional.of(values) : Optional.empty();
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "cannot read the service file " + file + ": " + Failure.reason(e),
                    "check PGSERVICEFILE and the file's owner",
                    e);
        }
    }

    static int port(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new Failure(ExitCode.CONFIGURATION, "the service file says port=" + text, "write a number there", e);
        }
    }

    private static void put(Map<String, String> values, String key, String value, Path file) {
        if (KNOWN.contains(key)) {
            values.put(key, value);
        } else {
            LOG.atWarn().addKeyValue("file", file).log("{} in the service file is not used by bmm", key);
        }
    }
}
