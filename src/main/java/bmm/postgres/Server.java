package bmm.postgres;

import bmm.base.Failure;
import bmm.base.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A PostgreSQL server: who is there, what it holds. */
public final class Server {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    /** From it on, pg_terminate_backend waits when it is told how long. */
    private static final int FIRST_TO_WAIT = 14;

    private static final int MOST_MILLIS = 5000;

    /** In seconds. */
    private static final Map<String, String> LIMITS = Map.of("connectTimeout", "10", "loginTimeout", "20");

    /** pg_dump's archives and the functions that fingerprints use are the same from this major version on. */
    public static final int OLDEST_MAJOR = 12;

    private final ConnectionSettings connection;

    public Server(ConnectionSettings connection) {
        this.connection = connection;
    }

    /** How it is reached. */
    public ConnectionSettings connection() {
        return connection;
    }

    /**
     * A database as the server sees it.
     *
     * @param sizeBytes on disk, indexes included
     * @param encoding the server's name for it, such as UTF8
     * @param monetary lc_monetary, which decides how money is written
     */
    public record Database(
            String name,
            int serverVersion,
            String serverVersionText,
            long sizeBytes,
            String encoding,
            String collate,
            String ctype,
            String monetary,
            String owner) {
        /** The major version, such as 15. */
        public int serverMajor() {
            return serverVersion / 10_000;
        }
    }

    /**
     * The names of all databases that can be connected to, templates left out.
     *
     * @throws Failure {@link bmm.base.ExitCode#DUMP} if the server cannot be reached
     */
    public List<String> databases() {
        try (Session session = connect(home())) {
            return session.query(
                    "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate AND datconnlimit <> -2"
                            + " AND pg_catalog.has_database_privilege(oid, 'CONNECT') ORDER BY datname",
                    row -> row.getString(1));
        } catch (SQLException e) {
            throw SqlFailure.running(e, "listing the databases");
        }
    }

    /** What the server says about one database. */
    public Database describe(String database) {
        try (Session session = connect(database)) {
            return session.queryOne(
                    """
                    SELECT datname, pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
                           pg_catalog.current_setting('server_version'),
                           pg_catalog.pg_database_size(oid), pg_catalog.pg_encoding_to_char(encoding),
                           datcollate, datctype, pg_catalog.current_setting('lc_monetary'), pg_catalog.pg_get_userbyid(datdba)
                    FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
                    """,
                    row -> new Database(
                            row.getString(1),
                            row.getInt(2),
                            row.getString(3),
                            row.getLong(4),
                            row.getString(5),
                            row.getString(6),
                            row.getString(7),
                            row.getString(8),
                            row.getString(9)));
        } catch (SQLException e) {
            throw SqlFailure.running(e, "database " + database);
        }
    }

    /**
     * Ends the sessions of a tool that was stopped but whose server side may still wait, in a container say, and waits for
     * their end where the server can. Works while bmm is being stopped, too.
     */
    void endSessions(String database, String applicationName) {
        try (Session session = connectToCleanUp(database)) {
            int major = session.queryOne("SHOW server_version_num", row -> row.getInt(1)) / 10_000;
            session.query(
                    "SELECT pg_catalog.pg_terminate_backend(pid" + (major < FIRST_TO_WAIT ? "" : ", " + MOST_MILLIS)
                            + ") FROM pg_catalog.pg_stat_activity"
                            + " WHERE usename = current_user AND application_name = '"
                            + applicationName.replace("'", "''") + "'",
                    row -> row.getBoolean(1));
        } catch (SQLException e) {
            throw SqlFailure.running(e, "ending sessions of " + applicationName);
        }
    }

    /** The database to connect to where it does not matter which. */
    String home() {
        return connection.database() == null ? "postgres" : connection.database();
    }

    /** A session that works while bmm is being stopped, too. */
    Session connectToCleanUp(String database) throws SQLException {
        return Session.forCleaningUp(open(database).connection());
    }

    Session connect(String database) {
        return connect(database, Map.of());
    }

    /** The same; {@code more} are parameters of the driver. */
    Session connect(String database, Map<String, String> more) {
        try {
            Opened opened = openPinned(database, more);
            return new Session(opened.connection(), opened.tap());
        } catch (SQLException e) {
            throw SqlFailure.connecting(e, connection, database);
        }
    }

    /** @param tap where the rows of a COPY can be taken from, through a Unix socket */
    private record Opened(Connection connection, @Nullable CopyTap tap) {}

    private Opened open(String database) {
        return openPinned(database, Map.of());
    }

    private Opened openPinned(String database, Map<String, String> more) {
        Map<String, String> parameters = new TreeMap<>(LIMITS);
        parameters.putAll(more);
        try {
            parameters.put("options", Pins.STARTUP_OPTIONS);
            return openWith(database, parameters);
        } catch (Failure e) {
            if (!isRefusedByPooler(e)) {
                throw e;
            }
            LOG.atDebug().log("a pooler does not pass on settings: {}", e.getMessage());
            parameters.remove("options");
            return openWith(database, parameters);
        }
    }

    /** As pgbouncer says that it does not know a startup parameter. */
    private static boolean isRefusedByPooler(Failure e) {
        return e.getCause() instanceof SQLException sql
                && "08P01".equals(sql.getSQLState())
                && Failure.reason(sql).contains("startup parameter");
    }

    /** A connection with the settings that the database and the role have. */
    Connection openUnpinned(String database) {
        return open(database, LIMITS);
    }

    /** Connects; {@code parameters} are the driver's. */
    Connection open(String database, Map<String, String> parameters) {
        return openWith(database, parameters).connection();
    }

    private Opened openWith(String database, Map<String, String> parameters) {
        String socket = connection.socket();
        String host = socket != null ? "localhost" : connection.host();
        String url = "jdbc:postgresql://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + connection.port()
                + "/" + URLEncoder.encode(database, StandardCharsets.UTF_8);
        Properties properties = new Properties();
        properties.setProperty("user", connection.user());
        Secret password = connection.password();
        if (password != null) {
            properties.setProperty("password", password.reveal());
        }
        if (socket != null) {
            properties.setProperty("socketFactory", UnixSocketFactory.class.getName());
            properties.setProperty("sslmode", "disable");
        } else if (connection.sslMode() != null) {
            properties.setProperty("sslmode", connection.sslMode());
        }
        if (connection.sslRootCert() != null) {
            properties.setProperty("sslrootcert", connection.sslRootCert().toString());
        }
        if (connection.passFile() != null) {
            System.setProperty(
                    "org.postgresql.pgpassfile", connection.passFile().toString());
        }
        properties.setProperty("ApplicationName", "bmm");
        parameters.forEach(properties::setProperty);
        properties.setProperty("tcpKeepAlive", "true");
        try (UnixSocketFactory.Connecting connecting = new UnixSocketFactory.Connecting()) {
            if (socket != null) {
                properties.setProperty("socketFactoryArg", connecting.argument(socket));
            }
            Connection opened = DriverManager.getConnection(url, properties);
            return new Opened(opened, connecting.tap());
        } catch (SQLException e) {
            throw SqlFailure.connecting(e, connection, database);
        }
    }
}
