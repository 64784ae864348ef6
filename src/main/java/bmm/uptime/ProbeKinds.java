package bmm.uptime;

import bmm.base.Amounts;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.Secret;
import bmm.base.Settings;
import bmm.postgres.ConnectionSettings;
import bmm.uptime.DiskProbe.Room;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is looked at, told by the scheme of a probe, with the conditions that belong to it. */
final class ProbeKinds {
    private static final int MOST_REDIRECTS = 5;

    private final Settings settings;
    private final String systemUser;
    private final Clock clock;
    private final Trust systemTrust;

    ProbeKinds(Settings settings, String systemUser, Clock clock) {
        this.settings = settings;
        this.systemUser = systemUser;
        this.clock = clock;
        this.systemTrust = new Trust(null, clock);
    }

    /**
     * A probe of the kind that its target names.
     *
     * @throws IllegalArgumentException with a sentence
     */
    Probe of(String target, Conditions conditions, @Nullable Secret password, @Nullable Secret header) {
        int colon = target.indexOf(':');
        String scheme = colon < 0 ? "" : target.substring(0, colon).toLowerCase(Locale.ROOT);
        String rest = target.substring(colon + 1);
        if (header != null && !scheme.startsWith("http")) {
            throw new IllegalArgumentException("only http probes send a header");
        }
        return switch (scheme) {
            case "http", "https" -> http(target, conditions, password, header);
            case "tcp" -> tcp(rest);
            case "dns" -> dns(rest, conditions);
            case "disk" -> disk(rest, conditions);
            case "cmd" ->
                new CommandProbe(
                        given(rest, "cmd:command"), settings.find(Keys.HOOK_ENV).orElse(List.of()));
            case "postgres", "postgresql" -> postgres(target, rest, password);
            default ->
                throw new IllegalArgumentException(
                        "not a probe: begin with http://, https://, tcp://, dns:, postgres:, disk: or cmd:");
        };
    }

    private HttpProbe http(String target, Conditions conditions, @Nullable Secret password, @Nullable Secret header) {
        URI uri = uri(target);
        String user = uri.getRawUserInfo();
        Trust trust = conditions
                .one("ca=", Path::of)
                .map(file -> new Trust(file, clock))
                .orElse(systemTrust);
        return new HttpProbe(
                withoutUser(uri),
                secretHeaders(user, password, header),
                trust,
                conditions.one("redirects=", ProbeKinds::redirects).orElse(MOST_REDIRECTS),
                HttpExpectation.of(conditions),
                conditions.one("tls>", ProbeKinds::age).orElse(null),
                clock);
    }

    private static Map<String, String> secretHeaders(
            @Nullable String user, @Nullable Secret password, @Nullable Secret header) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (user != null || password != null) {
            String pair = (user == null ? "" : user) + ":" + (password == null ? "" : password.reveal());
            headers.put(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        }
        if (header != null) {
            int colon = header.reveal().indexOf(':');
            if (colon < 1 || header.reveal().chars().anyMatch(c -> c < ' ')) {
                throw new IllegalArgumentException("its _HEADER must be one line, Name: value");
            }
            headers.put(
                    header.reveal().substring(0, colon).strip(),
                    header.reveal().substring(colon + 1).strip());
        }
        return headers;
    }

    private static TcpProbe tcp(String rest) {
        if (!rest.startsWith("//")) {
            throw new IllegalArgumentException("use tcp://host:port");
        }
        URI uri = uri("tcp:" + rest);
        int colon = rest.lastIndexOf(':');
        String host = colon < 3 ? "" : rest.substring(2, colon);
        if (host.isEmpty() || uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException("use tcp://host:port");
        }
        return new TcpProbe(host, port(rest.substring(colon + 1)));
    }

    /** One of the targets that tell whether this machine's own network works. */
    static TcpProbe reference(String text) {
        if (!text.startsWith("tcp://")) {
            throw new IllegalArgumentException(text + ": use tcp://address:port");
        }
        return tcp(text.substring("tcp:".length()));
    }

    private static int port(String text) {
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > 65_535) {
            throw new IllegalArgumentException("a port is a number from 1 to 65535");
        }
        return Integer.parseInt(text);
    }

    private static DnsProbe dns(String name, Conditions conditions) {
        List<InetAddress> expected = conditions.all("address=", ProbeKinds::literal);
        return new DnsProbe(given(name, "dns:name"), expected);
    }

    private static InetAddress literal(String text) {
        try {
            if (text.matches("[0-9.]+|[0-9a-fA-F:.]+")) {
                return InetAddress.getByName(text); // no name, so nothing is looked up
            }
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not an address", e);
        }
        throw new IllegalArgumentException("not an address");
    }

    private static DiskProbe disk(String path, Conditions conditions) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("use disk:/path");
        }
        return new DiskProbe(
                Path.of(path),
                conditions.one("free>", text -> room(text, true)).orElse(Room.percent(5)),
                conditions.one("inodes>", text -> room(text, false)).orElse(Room.percent(5)),
                conditions.has("writable"));
    }

    private static Room room(String text, boolean bytes) {
        if (text.endsWith("%")) {
            String number = text.substring(0, text.length() - 1);
            if (!number.matches("\\d{1,2}(\\.\\d+)?")) {
                throw new IllegalArgumentException("must be 0% to 99%");
            }
            return Room.percent(Double.parseDouble(number));
        }
        return new Room(bytes ? Amounts.parseBytes(text) : Long.parseLong(text), -1);
    }

    private PostgresProbe postgres(String target, String rest, @Nullable Secret password) {
        if (rest.startsWith("//")) {
            ConnectionSettings connection = byUrl(target, null);
            refusePassword(connection.password() != null);
            return new PostgresProbe(byUrl(target, password), connection.database());
        }
        ConnectionSettings own = ConnectionSettings.of(settings, systemUser);
        return new PostgresProbe(own, rest.isEmpty() ? null : rest);
    }

    private ConnectionSettings byUrl(String url, @Nullable Secret password) {
        try {
            return ConnectionSettings.ofUrl(url, systemUser, password);
        } catch (Failure e) {
            throw new IllegalArgumentException("use postgres://user@host:port/database", e);
        }
    }

    private static String given(String text, String form) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("use " + form);
        }
        return text;
    }

    private static Duration age(String text) {
        if (text.matches("[0-9.]+")) {
            throw new IllegalArgumentException("needs a unit, as in 14d");
        }
        return Probes.positive(text);
    }

    private static int redirects(String text) {
        if (!text.matches("\\d|1\\d|20")) {
            throw new IllegalArgumentException("must be 0 to 20");
        }
        return Integer.parseInt(text);
    }

    private static URI uri(String text) {
        try {
            URI uri = new URI(text);
            refusePassword(uri.getRawUserInfo() != null && uri.getRawUserInfo().contains(":"));
            if (uri.getRawAuthority() == null || uri.getRawAuthority().isEmpty()) {
                throw new IllegalArgumentException("there is no host in it");
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not an address: " + e.getReason(), e);
        }
    }

    private static void refusePassword(boolean present) {
        if (present) {
            throw new IllegalArgumentException("a password does not belong here: put it into "
                    + Keys.PROBE_PASSWORD.key("NAME") + ", which is kept out of logs and messages");
        }
    }

    private static URI withoutUser(URI uri) {
        String user = uri.getRawUserInfo();
        if (user == null) {
            return uri;
        }
        return URI.create(uri.toString().replace("//" + user + "@", "//"));
    }
}
