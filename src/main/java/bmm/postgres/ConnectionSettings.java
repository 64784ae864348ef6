package bmm.postgres;

import bmm.base.Keys;
import bmm.base.Secret;
import bmm.base.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How to reach the server, by libpq's rules: PG* settings, then the parts of DATABASE_URL, then the local server's Unix
 * socket.
 *
 * @param host name, address or, with a leading slash, directory of the Unix socket
 * @param database the database that DATABASE_URL names
 */
public record ConnectionSettings(
        String host,
        int port,
        String user,
        @Nullable Secret password,
        @Nullable Path passFile,
        @Nullable String sslMode,
        @Nullable Path sslRootCert,
        @Nullable String database) {
    /** Where distributions put the socket: Debian and Red Hat, then PostgreSQL's own default. */
    private static final List<String> SOCKET_DIRECTORIES = List.of("/var/run/postgresql", "/tmp");

    /** Reads the settings; {@code systemUser} is libpq's default for the role. */
    public static ConnectionSettings of(Settings settings, String systemUser) {
        Optional<DatabaseUrl> url = settings.find(Keys.DATABASE_URL).map(DatabaseUrl::parse);
        int port = settings.isGiven(Keys.PGPORT)
                ? settings.get(Keys.PGPORT)
                : url.map(DatabaseUrl::port).orElseGet(() -> settings.get(Keys.PGPORT));
        Map<String, String> service = settings.find(Keys.PGSERVICE)
                .map(name ->
                        ServiceFile.read(name, settings.find(Keys.PGSERVICEFILE).orElse(null)))
                .orElse(Map.of());
        // As in libpq, what the service file names wins.
        int servicePort = first(service, List.of("port")).map(ServiceFile::port).orElse(port);
        return new ConnectionSettings(
                first(service, List.of("host", "hostaddr"))
                        .or(() -> settings.find(Keys.PGHOST))
                        .or(() -> url.map(DatabaseUrl::host))
                        .orElseGet(() -> defaultHost(servicePort)),
                servicePort,
                first(service, List.of("user"))
                        .or(() -> settings.find(Keys.PGUSER))
                        .or(() -> url.map(DatabaseUrl::user))
                        .orElse(systemUser),
                first(service, List.of("password"))
                        .map(Secret::new)
                        .or(() -> settings.find(Keys.PGPASSWORD))
                        .or(() -> url.map(DatabaseUrl::password))
                        .orElse(null),
                first(service, List.of("passfile"))
                        .map(Path::of)
                        .or(() -> settings.find(Keys.PGPASSFILE))
                        .orElse(null),
                first(service, List.of("sslmode"))
                        .or(() -> settings.find(Keys.PGSSLMODE))
                        .or(() -> url.map(found -> found.parameters().get("sslmode")))
                        .orElse(null),
                first(service, List.of("sslrootcert"))
                        .map(Path::of)
                        .or(() -> settings.find(Keys.PGSSLROOTCERT))
                        .or(() -> url.map(found -> found.parameters().get("sslrootcert"))
                                .map(Path::of))
                        .orElse(null),
                first(service, List.of("dbname"))
                        .or(() -> url.map(DatabaseUrl::database))
                        .orElse(null));
    }

    /**
     * A server by its URL alone; what it does not name is as libpq has it.
     *
     * @param password wins over one in the URL
     * @throws bmm.base.Failure if it is no such URL
     */
    public static ConnectionSettings ofUrl(String url, String systemUser, @Nullable Secret password) {
        DatabaseUrl parts = DatabaseUrl.parse(new Secret(url));
        int port = Objects.requireNonNullElse(parts.port(), 5432);
        String rootCert = parts.parameters().get("sslrootcert");
        return new ConnectionSettings(
                parts.host() == null ? defaultHost(port) : parts.host(),
                port,
                Objects.requireNonNullElse(parts.user(), systemUser),
                password == null ? parts.password() : password,
                null,
                parts.parameters().get("sslmode"),
                rootCert == null ? null : Path.of(rootCert),
                parts.database());
    }

    private static Optional<String> first(Map<String, String> service, List<String> keywords) {
        return keywords.stream()
                .map(service::get)
                .filter(Objects::nonNull)
                .filter(Predicate.not(String::isEmpty))
                .findFirst();
    }

    private static String defaultHost(int port) {
        return SOCKET_DIRECTORIES.stream()
                .filter(directory -> Files.exists(Path.of(directory, socketName(port))))
                .findFirst()
                .orElse("localhost");
    }

    private static String socketName(int port) {
        return ".s.PGSQL." + port;
    }

    /** The Unix socket's path, or null where the connection is over TCP. */
    @Nullable
    String socket() {
        return host.startsWith("/") ? host + "/" + socketName(port) : null;
    }

    /** The same server under another address and with another password: a container's. */
    ConnectionSettings at(String otherHost, int otherPort, String otherUser, @Nullable Secret otherPassword) {
        return new ConnectionSettings(
                otherHost, otherPort, otherUser, otherPassword, passFile, sslMode, sslRootCert, database);
    }

    /** For messages: {@code db.example:5432} or the socket. */
    public String address() {
        String socket = socket();
        if (socket != null) {
            return "socket " + socket;
        }
        return host + ":" + port;
    }
}
