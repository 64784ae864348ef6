package bmm.process;

import bmm.base.OwnPlace;
import bmm.base.SystemAccounts;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a kind of program takes over from bmm's own environment. A child gets {@link #EVERY}, what its kind needs and what
 * bmm sets for it, nothing else: neither secrets that are for somebody else (AWS_SECRET_ACCESS_KEY, BMM_SMTP_PASSWORD)
 * nor variables that change what a program does or loads (LD_PRELOAD, BASH_ENV, PGOPTIONS, RSYNC_RSH).
 */
public enum Inheritance {
    /** Every program: where programs are, language and time zone, where temporary files go, whose process it is. */
    EVERY,

    /**
     * libpq's programs: TLS and Kerberos. Which server and database, and the settings of a session, they are told by bmm
     * alone (PostgreSQL manual, "Environment Variables").
     */
    POSTGRES,

    /** The docker client (docs.docker.com, "Docker CLI": environment variables), and podman in its place. */
    DOCKER,

    /**
     * rclone: its own settings, but for those that change what is listed or done, and how it gets out. Credentials that a
     * remote with {@code env_auth} reads (AWS_…) are given only where BMM_RCLONE_ENV names them.
     */
    RCLONE,

    /** ssh, and rsync over it. */
    SSH;

    private static final Set<String> OF_EVERY = Set.of("PATH", "HOME", "USER", "LOGNAME", "TMPDIR");
    private static final Set<String> LOCALE = Set.of(
            "LANG",
            "LANGUAGE",
            "LC_ALL",
            "LC_ADDRESS",
            "LC_COLLATE",
            "LC_CTYPE",
            "LC_IDENTIFICATION",
            "LC_MEASUREMENT",
            "LC_MESSAGES",
            "LC_MONETARY",
            "LC_NAME",
            "LC_NUMERIC",
            "LC_PAPER",
            "LC_TELEPHONE",
            "LC_TIME");
    private static final Set<String> OF_POSTGRES = Set.of(
            "PGSSLMODE",
            "PGSSLROOTCERT",
            "PGSSLCERT",
            "PGSSLKEY",
            "PGSSLCRL",
            "PGSSLCRLDIR",
            "PGSSLSNI",
            "PGSSLCERTMODE",
            "PGSSLNEGOTIATION",
            "PGSSLMINPROTOCOLVERSION",
            "PGSSLMAXPROTOCOLVERSION",
            "PGREQUIREPEER",
            "PGREQUIREAUTH",
            "PGCHANNELBINDING",
            "PGGSSENCMODE",
            "PGGSSLIB",
            "PGGSSDELEGATION",
            "PGKRBSRVNAME",
            "KRB5_CONFIG",
            "KRB5CCNAME",
            "KRB5_CLIENT_KTNAME");
    private static final Set<String> OF_DOCKER = Set.of(
            "DOCKER_HOST",
            "DOCKER_CONTEXT",
            "DOCKER_CONFIG",
            "DOCKER_CERT_PATH",
            "DOCKER_TLS",
            "DOCKER_TLS_VERIFY",
            "DOCKER_API_VERSION",
            "DOCKER_DEFAULT_PLATFORM",
            "CONTAINER_HOST",
            "XDG_RUNTIME_DIR",
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "SSH_AUTH_SOCK");
    private static final Set<String> OF_RCLONE = Set.of(
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "NO_PROXY",
            "http_proxy",
            "https_proxy",
            "all_proxy",
            "no_proxy",
            "XDG_CONFIG_HOME",
            "XDG_CACHE_HOME",
            "SSH_AUTH_SOCK",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR");
    private static final Set<String> OF_SSH = Set.of("SSH_AUTH_SOCK", "KRB5CCNAME", "KRB5_CONFIG");

    /** Directories in which programs look for what they are to do. */
    private static final Set<String> PLACES = Set.of(
            "TMPDIR",
            "XDG_CONFIG_HOME",
            "XDG_CACHE_HOME",
            "XDG_DATA_HOME",
            "XDG_RUNTIME_DIR",
            "DOCKER_CONFIG",
            "DOCKER_CERT_PATH",
            "RCLONE_CONFIG",
            "KRB5_CONFIG");

    /** Not a path: a library would read that file. The same rule as sudo's (sudoers(5), env_check). */
    private static final Pattern LOCALE_NAME = Pattern.compile("[A-Za-z0-9_.@:-]*");

    private static final Pattern TIME_ZONE =
            Pattern.compile(":?(/etc/localtime|(/usr/share/zoneinfo/)?[A-Za-z0-9_.,<>+-][A-Za-z0-9_.,:<>+/-]*)");

    private static final Pattern RCLONE_SETTING = Pattern.compile("RCLONE_[A-Za-z0-9_]+");

    /** Settings of rclone's under which a listing would lack objects, or a copy would not be made. */
    private static final Pattern RCLONE_SELECTION = Pattern.compile("RCLONE_(DRY_RUN|INTERACTIVE|PROGRESS|VERBOSE|QUIET"
            + "|STATS.*|LOG_.*|RC|RC_.*|INCLUDE.*|EXCLUDE.*|FILTER.*|FILES_FROM.*|MIN_AGE|MIN_SIZE|MAX_.*|IGNORE_.*"
            + "|IMMUTABLE|METADATA.*|BACKUP_DIR|SUFFIX.*|COMPARE_DEST|COPY_DEST)");

    /** Puts what this kind takes over into the environment of a child. */
    void copy(Map<String, String> from, Map<String, String> to) {
        from.forEach((name, value) -> {
            if (takesOver(name, value)) {
                to.put(name, value);
            }
        });
        if (SystemAccounts.isRoot()) {
            replaceOthersPlaces(to);
        }
    }

    /** Under sudo -E they are the caller's: ssh, rclone and docker would do as root what their files there say. */
    private static void replaceOthersPlaces(Map<String, String> variables) {
        variables.entrySet().removeIf(place -> PLACES.contains(place.getKey()) && OwnPlace.isOthers(place.getValue()));
        variables.computeIfPresent(
                "HOME", (name, home) -> OwnPlace.isOthers(home) ? System.getProperty("user.home", "/") : home);
    }

    private boolean takesOver(String name, String value) {
        return switch (this) {
            case EVERY -> isOfEvery(name, value);
            case POSTGRES -> OF_POSTGRES.contains(name);
            case DOCKER -> OF_DOCKER.contains(name);
            case RCLONE ->
                OF_RCLONE.contains(name)
                        || (RCLONE_SETTING.matcher(name).matches()
                                && !RCLONE_SELECTION.matcher(name).matches());
            case SSH -> OF_SSH.contains(name);
        };
    }

    private static boolean isOfEvery(String name, String value) {
        if (LOCALE.contains(name)) {
            return LOCALE_NAME.matcher(value).matches();
        }
        if (name.equals("TZ")) {
            return TIME_ZONE.matcher(value).matches() && !value.contains("..");
        }
        return OF_EVERY.contains(name);
    }
}
