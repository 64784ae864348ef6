package bmm.cli;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Where things are on this machine: for root under /etc, /var/lib and /var/backups, for a user in the XDG directories
 * (XDG Base Directory Specification); systemd's $STATE_DIRECTORY and the settings win.
 */
final class Places {
    private static final String DEFAULT_INSTANCE = "bmm";

    private final Map<String, String> environment;
    private final boolean root;
    private final Path home;

    Places(Map<String, String> environment) {
        this.environment = environment;
        this.root = "root".equals(System.getProperty("user.name"));
        this.home = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", "/")));
    }

    /** The env files to read: those that were named, else the instance's own. */
    List<Path> envFiles(CommonOptions options) {
        if (!options.envFiles.isEmpty()) {
            return options.envFiles;
        }
        String file = instanceName(options) + ".env";
        Path own = xdg("XDG_CONFIG_HOME", ".config").resolve(file);
        Path system = Path.of("/etc/bmm", file);
        for (Path candidate : root ? List.of(system) : List.of(own, system)) {
            if (Files.isReadable(candidate)) {
                return List.of(candidate);
            }
        }
        if (options.instance != null) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "instance " + options.instance + ": there is no " + (root ? system : own + " and no " + system)
                            + " that this user can read",
                    "check the name, or give --env-file FILE");
        }
        return List.of();
    }

    /** The instance of this run, with its directories. */
    Instance instance(CommonOptions options, Settings settings) {
        String name = instanceName(options);
        Path backups = root
                ? Path.of("/var/backups/bmm", name)
                : xdg("XDG_DATA_HOME", ".local/share").resolve(name);
        Path state = root
                ? Path.of("/var/lib/bmm", name)
                : xdg("XDG_STATE_HOME", ".local/state").resolve(name);
        String fromSystemd = environment.get("STATE_DIRECTORY");
        if (fromSystemd != null && !fromSystemd.isEmpty()) {
            state = Path.of(fromSystemd.split(":", 2)[0]);
        }
        return new Instance(
                name,
                settings.find(Keys.BACKUP_DIR).orElse(backups).toAbsolutePath(),
                settings.find(Keys.STATE_DIR).orElse(state).toAbsolutePath(),
                !settings.isGiven(Keys.BACKUP_DIR));
    }

    /**
     * Where the state of incidents is kept while its own directory takes no more: in memory, under a name that belongs to
     * that directory.
     */
    Path reserve(Instance instance) {
        String name = instance.name() + "-"
                + Integer.toHexString(instance.stateDirectory().hashCode());
        String runtime = environment.get("XDG_RUNTIME_DIR");
        if (root) {
            return Path.of("/run/bmm", name);
        }
        return runtime != null && runtime.startsWith("/")
                ? Path.of(runtime, "bmm", name)
                : Path.of("/dev/shm", "bmm-" + System.getProperty("user.name", "") + "-" + name);
    }

    /** Who speaks in a message: this host, with the instance in front where it has a name of its own. */
    String source(Instance instance) {
        String host;
        try {
            host = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            host = environment.getOrDefault("HOSTNAME", "localhost");
        }
        return instance.name().equals(DEFAULT_INSTANCE) ? host : instance.name() + "@" + host;
    }

    private static String instanceName(CommonOptions options) {
        String name = options.instance == null ? DEFAULT_INSTANCE : options.instance;
        if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*")) {
            throw new Failure(
                    ExitCode.USAGE,
                    "an instance is named with letters, digits, dots, hyphens and underscores",
                    "it is the name of a file in /etc/bmm, without .env");
        }
        return name;
    }

    private Path xdg(String variable, String fallback) {
        String given = environment.get(variable);
        Path base = given != null && given.startsWith("/") ? Path.of(given) : home.resolve(fallback);
        return base.resolve("bmm");
    }
}
