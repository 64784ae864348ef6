package bmm.postgres;

import bmm.base.Keys;
import bmm.base.Secret;
import bmm.base.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How to reach the server, by libpq's rules: PG* settings, then the parts of DATABASE_URL, then the local server's Unix
 * socket.
 *
 * @param host name, address or, with a leading slash, directory of the Unix socket
 * @param database the database that DATABASE_URL names
 */
public record ConnectionSettings(
        @Nullable String host,
        int port,
        String user,
        @Nullable Secret password,
        @Nullable Path passFile,
        @Nullable String service,
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
        String service = settings.find(Keys.PGSERVICE).orElse(null);
        String host =
                settings.find(Keys.PGHOST).or(() -> url.map(DatabaseUrl::host)).orElse(null);
        return new ConnectionSettings(
                host == null && service == null ? defaultHost(port) : host,
                port,
                settings.find(Keys.PGUSER).or(() -> url.map(DatabaseUrl::user)).orElse(systemUser),
                settings.find(Keys.PGPASSWORD)
                        .or(() -> url.map(DatabaseUrl::password))
                        .orElse(null),
                settings.find(Keys.PGPASSFILE).orElse(null),
                service,
                settings.find(Keys.PGSSLMODE)
                        .or(() -> url.map(found -> found.parameters().get("sslmode")))
                        .orElse(null),
                settings.find(Keys.PGSSLROOTCERT)
                        .or(() -> url.map(found -> found.parameters().get("sslrootcert"))
                                .map(Path::of))
                        .orElse(null),
                url.map(DatabaseUrl::database).orElse(null));
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
        return host != null && host.startsWith("/") ? host + "/" + socketName(port) : null;
    }

    /** The same server under another address and with another password: a container's. */
    ConnectionSettings at(String otherHost, int otherPort, String otherUser, @Nullable Secret otherPassword) {
        return new ConnectionSettings(
                otherHost, otherPort, otherUser, otherPassword, passFile, null, sslMode, sslRootCert, database);
    }

    /** For messages: {@code db.example:5432} or the socket. */
    public String address() {
        String socket = socket();
        if (socket != null) {
            return "socket " + socket;
        }
        return host == null ? "service " + service : host + ":" + port;
    }
}
