package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.OwnPlace;
import bmm.base.Secret;
import bmm.base.Stopping;
import bmm.process.Command;
import bmm.process.Inheritance;
import bmm.process.ProgramPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL's own programs, of one version: installed here, or inside the server's container. Everything they need to
 * connect goes through their environment (PostgreSQL manual, "Environment Variables"), never through arguments, which
 * other users can read.
 */
public final class PgTools {
    /** Names a run of a tool, to the server and to whoever looks at the environment of processes. */
    static final String APPLICATION_NAME = "PGAPPNAME";

    private static final Logger LOG = LoggerFactory.getLogger(PgTools.class);
    private static final int FIRST_WITH_ZSTD = 16;
    private static final String OPTIONS = "PGOPTIONS";
    private static final String PINNED = Pins.STARTUP_OPTIONS + " -c TimeZone=UTC -c bytea_output=hex";
    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) ((\\d+)\\S*)");
    private static final List<Path> INSTALLED =
            List.of(Path.of("/usr/lib/postgresql"), Path.of("/usr"), Path.of("/opt"));

    private final @Nullable Path directory;
    private final @Nullable Container container;
    private final ConnectionSettings connection;
    private final String version;
    private final int major;
    private @Nullable Boolean zstd;

    private PgTools(
            @Nullable Path directory,
            @Nullable Container container,
            ConnectionSettings connection,
            String versionLine) {
        this.directory = directory;
        this.container = container;
        this.connection = connection;
        Matcher matcher = VERSION.matcher(versionLine);
        if (!matcher.find()) {
            throw new Failure(
                    ExitCode.PREFLIGHT, "pg_dump does not say its version: " + versionLine.strip(), "check BMM_PG_BIN");
        }
        this.version = matcher.group(1);
        this.major = Integer.parseInt(matcher.group(2));
    }

    /** The tools inside the server's container. */
    public static PgTools in(Container container, ConnectionSettings connection) {
        Command command = Command.of("docker", "exec", container.name(), "pg_dump", "--version")
                .inheriting(Inheritance.DOCKER);
        return new PgTools(
                null,
                container,
                connection,
                versionLine(command, "pg_dump in container " + container.name())
                        .orElseThrow(() -> new Failure(
                                ExitCode.PREFLIGHT,
                                "there is no pg_dump in container " + container.name(),
                                "BMM_PG_CONTAINER must name the container of the PostgreSQL server itself")));
    }

    /** The tools in a directory that the user names. */
    public static PgTools in(Path directory, ConnectionSettings connection) {
        OwnPlace.othersIn(directory)
                .ifPresent(others -> LOG.atWarn()
                        .addKeyValue("BMM_PG_BIN", directory)
                        .log("whoever can change its programs can do what bmm can: {}", others));
        Path tool = directory.resolve("pg_dump");
        return new PgTools(
                directory,
                null,
                connection,
                versionLine(Command.of(tool.toString(), "--version"), "pg_dump")
                        .orElseThrow(() -> new Failure(
                                ExitCode.PREFLIGHT,
                                "pg_dump is not in " + directory,
                                "set BMM_PG_BIN to the directory that holds it, such as /usr/lib/postgresql/17/bin")));
    }

    /**
     * The installed tools that fit a server best: the same major version, else the next newer one.
     *
     * @throws Failure {@link ExitCode#PREFLIGHT} if there are none, or only older ones
     */
    public static PgTools find(ConnectionSettings connection, int serverMajor, @Nullable String searchPath) {
        List<PgTools> found = new ArrayList<>();
        for (Path directory : candidates(searchPath)) {
            versionLine(Command.of(directory.resolve("pg_dump").toString(), "--version"), "pg_dump")
                    .map(line -> new PgTools(directory, null, connection, line))
                    .ifPresent(found::add);
        }
        return found.stream()
                .filter(tools -> tools.major >= serverMajor)
                .min(Comparator.comparingInt(PgTools::major))
                .orElseThrow(() -> found.stream()
                        .max(Comparator.comparingInt(PgTools::major))
                        .map(newest -> tooOld(newest, serverMajor))
                        .orElseGet(() ->
                                new Failure(ExitCode.PREFLIGHT, "pg_dump is not installed", install(serverMajor))));
    }

    /** Why these tools cannot dump a server of that version. */
    public static Failure tooOld(PgTools tools, int serverMajor) {
        return new Failure(
                ExitCode.PREFLIGHT,
                "pg_dump " + tools.version + " is older than the server, which is " + serverMajor,
                install(serverMajor));
    }

    /** How to get the client programs of a major version. */
    public static Hint install(int major) {
        return Hint.of("apt-get install postgresql-client-")
                .and(major)
                .and(" (from apt.postgresql.org where the distribution has an older one), or set BMM_PG_BIN");
    }

    private static List<Path> candidates(@Nullable String searchPath) {
        return directories(searchPath).stream()
                .filter(PgTools::holdsRealPgDump)
                .filter(directory -> ProgramPath.isSafe(directory.toString()))
                .toList();
    }

    /** Where PostgreSQL's programs may be on this machine. */
    static List<Path> directories(@Nullable String searchPath) {
        List<Path> directories = new ArrayList<>();
        for (Path root : INSTALLED) {
            try (Stream<Path> children = Files.list(root)) {
                children.filter(child -> root.endsWith("postgresql") || isVersioned(child))
                        .map(child -> child.resolve("bin"))
                        .forEach(directories::add);
            } catch (IOException e) {
                LOG.atTrace().addKeyValue("directory", root).log("not on this kind of system");
            }
        }
        if (searchPath != null) {
            directories.addAll(ProgramPath.directories(searchPath));
        }
        return directories;
    }

    /** The version that a program tells, such as 15.18, if it can be run. */
    static Optional<String> version(Path program) {
        return versionLine(Command.of(program.toString(), "--version"), String.valueOf(program.getFileName()))
                .map(VERSION::matcher)
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1));
    }

    private static boolean isVersioned(Path child) {
        return String.valueOf(child.getFileName()).matches("pgsql-\\d+|postgresql-?\\d*");
    }

    /** Debian's /usr/bin/pg_dump is a script that chooses by cluster; the real ones are looked at instead. */
    private static boolean holdsRealPgDump(Path directory) {
        Path tool = directory.resolve("pg_dump");
        try {
            return Files.isExecutable(tool) && !tool.toRealPath().endsWith("pg_wrapper");
        } catch (IOException e) {
            return false;
        }
    }

    private static Optional<String> versionLine(Command command, String name) {
        try {
            Command.Result result = command.timeout(Duration.ofSeconds(30)).run();
            if (Stopping.requested()) {
                throw new Failure(ExitCode.DUMP, name + ": stopped", "run it again");
            }
            return result.ok() ? Optional.of(result.output()) : Optional.empty();
        } catch (IOException e) {
            if (Stopping.requested()) {
                throw new Failure(ExitCode.DUMP, name + ": stopped", "run it again", e);
            }
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.DUMP, name + ": stopped", e);
        }
    }

    /** The full version, such as 15.18. */
    public String version() {
        return version;
    }

    /** The major version, such as 15. */
    public int major() {
        return major;
    }

    /**
     * Whether pg_dump can compress with zstd by itself: from 16 on, if it was built with it. Asked where it is known before it
     * looks for a server.
     */
    public boolean hasZstd() {
        if (zstd == null) {
            zstd = major >= FIRST_WITH_ZSTD && wasBuiltWithZstd();
        }
        return zstd;
    }

    private boolean wasBuiltWithZstd() {
        Command probe = command(
                "pg_dump",
                "postgres",
                "bmm-probe",
                List.of("--format=custom", "--compress=zstd:1", "--host=/nonexistent", "--no-password"));
        try {
            return !probe.environment("LC_ALL", "C")
                    .timeout(Duration.ofSeconds(30))
                    .run()
                    .errors()
                    .contains("does not support compression");
        } catch (IOException e) {
            LOG.atDebug().log("pg_dump cannot be asked for zstd: {}", Failure.reason(e));
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.DUMP, "stopped", "run it again", e);
        }
    }

    /** Where the tools run, if not on this machine: paths of this machine mean nothing there. */
    public Optional<Container> container() {
        return Optional.ofNullable(container);
    }

    /** The role that the tools connect as. */
    public String user() {
        return connection.user();
    }

    /** A tool, ready to connect to a database; its output is bytes on standard output. */
    Command command(String tool, String database, String applicationName, List<String> arguments) {
        return program(
                List.of(directory == null ? tool : directory.resolve(tool).toString()),
                database,
                applicationName,
                arguments);
    }

    /** The same for a shell script inside the container, which sees the same variables. */
    Command script(String script, String database, String applicationName, List<String> arguments) {
        return program(List.of("sh", "-c", script, "sh"), database, applicationName, arguments);
    }

    /** Settings of the server, {@code name=value}, for the sessions of a tool. */
    void serverSettings(Command command, List<String> settings) {
        StringBuilder words = new StringBuilder(PINNED);
        // libpq's options are words with backslashes before blanks (PostgreSQL manual, "Parameter Key Words").
        settings.forEach(setting ->
                words.append(" -c ").append(setting.replace("\\", "\\\\").replace(" ", "\\ ")));
        command.environment(OPTIONS, words.toString());
        // What the tools say is read.
        command.environment("LC_ALL", "C");
    }

    /** The server that the tools connect to, seen from here. */
    Server server() {
        return new Server(connection);
    }

    private Command program(List<String> program, String database, String applicationName, List<String> arguments) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PGDATABASE", database);
        variables.put("PGUSER", connection.user());
        variables.put(APPLICATION_NAME, applicationName);
        variables.put("PGCONNECT_TIMEOUT", "20");
        variables.put(OPTIONS, PINNED);
        if (container == null) {
            addAddress(variables);
        }
        List<String> words = new ArrayList<>();
        if (container != null) {
            words.addAll(List.of("docker", "exec", "-i"));
            // A name without a value takes the value from docker's own environment.
            Stream.concat(variables.keySet().stream(), Stream.of("PGPASSWORD")).forEach(name -> {
                words.add("-e");
                words.add(name);
            });
            words.add(container.name());
        }
        words.addAll(program);
        words.addAll(arguments);
        Command command = Command.of(words).inheriting(container == null ? Inheritance.POSTGRES : Inheritance.DOCKER);
        variables.forEach(command::environment);
        Secret password = connection.password();
        if (password != null) {
            command.environment("PGPASSWORD", password);
        }
        return command;
    }

    private void addAddress(Map<String, String> variables) {
        variables.put("PGHOST", connection.host());
        variables.put("PGPORT", String.valueOf(connection.port()));
        putIfPresent(variables, "PGPASSFILE", connection.passFile());
        putIfPresent(variables, "PGSSLMODE", connection.sslMode());
        putIfPresent(variables, "PGSSLROOTCERT", connection.sslRootCert());
    }

    private static void putIfPresent(Map<String, String> variables, String name, @Nullable Object value) {
        if (value != null) {
            variables.put(name, value.toString());
        }
    }
}
