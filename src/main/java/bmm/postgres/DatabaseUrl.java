package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Secret;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code postgres://user:password@host:port/database?sslmode=…}, as applications keep it (PostgreSQL manual, "Connection
 * URIs"). Parameters that libpq does not know, such as those of an application's own driver, are passed over.
 */
record DatabaseUrl(
        @Nullable String user,
        @Nullable Secret password,
        @Nullable String host,
        @Nullable Integer port,
        @Nullable String database,
        Map<String, String> parameters) {
    // A password may hold unescaped '@', '/' and '#' in practice: the last '@' before the host decides.
    private static final Pattern URL = Pattern.compile(
            "(?:jdbc:)?postgres(?:ql)?(?:\\+\\w+)?://(?:(?<user>[^:@/]*)(?::(?<password>.*))?@)?"
                    + "(?<host>\\[[^\\]]*\\]|[^:/?@]*)(?::(?<port>\\d+))?(?:/(?<database>[^?/]*))?(?:\\?(?<query>.*))?");

    static DatabaseUrl parse(Secret url) {
        Matcher matcher = URL.matcher(url.reveal().strip());
        if (!matcher.matches()) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "DATABASE_URL is not a PostgreSQL connection URL",
                    "write postgres://user:password@host:5432/database; %40 for an @ in the password");
        }
        Map<String, String> parameters = new HashMap<>();
        String query = matcher.group("query");
        if (query != null) {
            for (String pair : query.split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    parameters.put(pair.substring(0, equals), decode(pair.substring(equals + 1)));
                }
            }
        }
        String password = decodeNullable(matcher.group("password"));
        String port = matcher.group("port");
        String host = decodeNullable(matcher.group("host"));
        if (host != null && host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        return new DatabaseUrl(
                decodeNullable(matcher.group("user")),
                password == null ? null : new Secret(password),
                host == null ? parameters.get("host") : host,
                port == null ? null : Integer.valueOf(port),
                decodeNullable(matcher.group("database")),
                parameters);
    }

    private static @Nullable String decodeNullable(@Nullable String text) {
        return text == null || text.isEmpty() ? null : decode(text);
    }

    private static String decode(String text) {
        try {
            // A plus sign is itself in a URI's user, password and path.
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // A bare % in a password: take it as it stands.
            return text;
        }
    }
}
