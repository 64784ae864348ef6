package bmm.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL server for the tests of one JVM: made at first use, stopped and deleted when the JVM ends. Through its
 * Unix socket everyone is trusted; over loopback TCP passwords are asked for. The system user of the tests is a
 * superuser of it. PostgreSQL's programs are those of BMM_TEST_PG_BIN, else the newest installed ones; without any the
 * tests fail.
 */
public final class ScratchServer {
    private static final Path SAMPLE = Path.of("ops/sample/types.sql");
    private static final String USER = System.getProperty("user.name");
    /** The majors that there may be programs of. */
    public static final int OLDEST = 12;

    public static final int NEWEST = 18;

    private static final boolean ROOT = USER.equals("root");

    private static final Map<Path, ScratchServer> RUNNING = new HashMap<>();

    private final Path serverBin;
    private final Path bin;
    private final Path directory;
    private final int port;

    private ScratchServer(Path serverBin, Path bin, Path directory, int port) {
        this.serverBin = serverBin;
        this.bin = bin;
        this.directory = directory;
        this.port = port;
    }

    /** The server, started if it is not running yet. */
    public static ScratchServer get() {
        try {
            Path bin = findBin();
            return start(bin, bin);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A server of a major version, of the programs in BMM_TEST_PG_15 (and so on); absent where there are none. Where they lack
     * the client's, those of the newest version at hand are used.
     */
    public static Optional<ScratchServer> ofMajor(int major) {
        return binOf(major).map(bin -> {
            try {
                return start(bin, Files.isExecutable(bin.resolve("pg_dump")) ? bin : newestClient());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static Optional<Path> binOf(int major) {
        return Optional.ofNullable(System.getenv("BMM_TEST_PG_" + major))
                .or(() -> Optional.of("/usr/lib/postgresql/" + major + "/bin"))
                .map(Path::of)
                .filter(bin -> Files.isExecutable(bin.resolve("postgres")));
    }

    private static Path newestClient() throws IOException {
        for (int major = NEWEST; major >= OLDEST; major--) {
            Optional<Path> bin = binOf(major).filter(one -> Files.isExecutable(one.resolve("pg_dump")));
            if (bin.isPresent()) {
                return bin.get();
            }
        }
        return findBin();
    }

    private static synchronized ScratchServer start(Path serverBin, Path bin) throws IOException {
        ScratchServer server = RUNNING.get(serverBin);
        if (server == null) {
            // The path of a socket is at most 107 bytes long, so not below the build directory.
            server = new ScratchServer(serverBin, bin, Files.createTempDirectory("bmm-pg"), freePort());
            Runtime.getRuntime().addShutdownHook(new Thread(server::stop, "stop-postgres"));
            server.start();
            RUNNING.put(serverBin, server);
        }
        return server;
    }

    private static Path findBin() throws IOException {
        String given = System.getenv("BMM_TEST_PG_BIN");
        if (given != null) {
            return Path.of(given);
        }
        Path installed = Path.of("/usr/lib/postgresql");
        try (Stream<Path> versions = Files.isDirectory(installed) ? Files.list(installed) : Stream.empty()) {
            Optional<Path> newest = versions.filter(version -> Files.isExecutable(version.resolve("bin/initdb")))
                    .max(Comparator.comparingInt(
                            version -> Integer.parseInt(version.getFileName().toString())));
            return newest.orElseThrow(() -> new AssertionError(
                            "PostgreSQL is not installed: install it, or set BMM_TEST_PG_BIN (ops/test does)"))
                    .resolve("bin");
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void start() {
        if (ROOT) {
            var unused = run(List.of("chown", "postgres:postgres", directory.toString()));
        }
        asPostgres(
                "initdb",
                "--pgdata=" + data(),
                "--username=postgres",
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
                "--no-sync",
                "--encoding=UTF8",
                "--locale=C.UTF-8");
        String options = "-c unix_socket_directories=" + directory + " -c port=" + port
                + " -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c max_connections=60"
                + " -c autovacuum=off -c log_min_messages=log";
        asPostgres("pg_ctl", "-D", data(), "-w", "-l", directory + "/log", "-o", options, "start");
        if (!USER.equals("postgres")) {
            sql("postgres", "CREATE ROLE " + TableName.quote(USER) + " SUPERUSER LOGIN");
        }
    }

    private String data() {
        return directory + "/data";
    }

    private void stop() {
        try {
            asPostgres("pg_ctl", "-D", data(), "-m", "immediate", "-w", "stop");
        } catch (IllegalStateException e) {
            System.err.println(e.getMessage());
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.err.println("not removed: " + directory + ": " + e);
        }
    }

    private void asPostgres(String tool, String... arguments) {
        List<String> words = new ArrayList<>();
        if (ROOT) {
            words.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"));
        }
        words.add(serverBin.resolve(tool).toString());
        words.addAll(List.of(arguments));
        var unused = run(words);
    }

    /** What the server has written into its log so far. */
    public String log() {
        try {
            return Files.readString(directory.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The client's programs. */
    public Path bin() {
        return bin;
    }

    /** For PGHOST: the directory of the socket. */
    public String socketDirectory() {
        return directory.toString();
    }

    public int port() {
        return port;
    }

    /** The statement as psql runs it, for a test that needs a session of its own. */
    public ProcessBuilder session(String database, String statements) {
        List<String> words = psql(database);
        words.addAll(List.of("-c", statements));
        return new ProcessBuilder(words);
    }

    /** Runs SQL in a database, each statement by itself; what it prints has bars between columns. */
    public String query(String database, String... statements) {
        List<String> words = psql(database);
        for (String statement : statements) {
            words.addAll(List.of("-c", statement));
        }
        return run(words).strip();
    }

    /** Runs SQL in a database, each statement by itself. */
    public void sql(String database, String... statements) {
        var unused = query(database, statements);
    }

    /** Runs a file of SQL in a database. */
    public void file(String database, Path file) {
        List<String> words = psql(database);
        words.addAll(List.of("-f", file.toString()));
        var unused = run(words);
    }

    private List<String> psql(String database) {
        // A connection string, so that no name is taken for one.
        String connection = "dbname='" + database.replace("\\", "\\\\").replace("'", "\\'") + "' user=postgres host="
                + directory + " port=" + port;
        String tool = bin.resolve("psql").toString();
        return new ArrayList<>(List.of(tool, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", connection));
    }

    /** Makes an empty database; one of that name from an earlier test is dropped. */
    public void createDatabase(String name) {
        copyDatabase(name, "template0");
    }

    /** Makes a database from another one. */
    public void copyDatabase(String name, String from) {
        dropDatabase(name);
        sql("postgres", "CREATE DATABASE " + TableName.quote(name) + " TEMPLATE " + TableName.quote(from));
    }

    public void dropDatabase(String name) {
        boolean withForce = Integer.parseInt(query("postgres", "SHOW server_version_num")) >= 130_000;
        sql("postgres", "DROP DATABASE IF EXISTS " + TableName.quote(name) + (withForce ? " WITH (FORCE)" : ""));
    }

    /** The name of a database with one of everything in it. It is shared: read it, or copy it. */
    public synchronized String sample() {
        if (query("postgres", "SELECT 1 FROM pg_database WHERE datname = 'types'")
                .isEmpty()) {
            createDatabase("types");
            file("types", SAMPLE);
        }
        return "types";
    }

    /** How the code of this JVM reaches the server. */
    public Server server() {
        return new Server(new ConnectionSettings(directory.toString(), port, "postgres", null, null, null, null, null));
    }

    private static String run(List<String> words) {
        try {
            // Into a file, as a server that was started would keep a pipe open.
            Path output = Files.createTempFile("bmm-test", ".out");
            try {
                Process process = new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(output.toFile())
                        .start();
                boolean ended = process.waitFor(2, TimeUnit.MINUTES);
                String text = Files.readString(output, StandardCharsets.UTF_8);
                if (!ended || process.exitValue() != 0) {
                    process.destroyForcibly();
                    throw new IllegalStateException(words + (ended ? " failed: " : " hangs: ") + text);
                }
                return text;
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
