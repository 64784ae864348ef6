package bmm.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The values of a run, checked and typed. Precedence: option, process environment, env files (later files win),
 * default. A malformed value anywhere is found when the settings are loaded, not when they are first used.
 */
public final class Settings {
    private static final String FILE_SUFFIX = "_FILE";

    /** A value and where it came from. */
    private record Given(String text, String where) {}

    private final Map<String, Given> given;

    private Settings(Map<String, Given> given) {
        this.given = given;
    }

    /**
     * Loads and checks everything.
     *
     * @param options values of command-line options, by key
     * @param environment the process environment
     * @param files env files, in the order given
     * @throws Failure {@link ExitCode#CONFIGURATION} naming every problem at once, with file and line
     */
    public static Settings load(Map<String, String> options, Map<String, String> environment, List<Path> files) {
        List<String> problems = new ArrayList<>();
        Map<String, Given> given = new HashMap<>();
        for (Path file : files) {
            given.putAll(readFile(file, problems));
        }
        given.putAll(readEnvironment(environment, problems));
        options.forEach((key, value) -> given.put(key, new Given(value, "option")));
        Settings settings = new Settings(given);
        Keys.all().forEach(setting -> settings.check(setting, problems));
        if (!problems.isEmpty()) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    String.join("\n", problems),
                    "docs/configuration.md and `bmm help` list every setting");
        }
        return settings;
    }

    /** The value, given or default. */
    public <T> T get(Setting<T> setting) {
        return find(setting)
                .orElseThrow(() -> new Failure(ExitCode.CONFIGURATION, setting.key() + " is not set", setting.help()));
    }

    /** The value, given or default, if there is one. */
    public <T> Optional<T> find(Setting<T> setting) {
        Given value = given.get(setting.key());
        String text = value != null ? value.text() : setting.defaultText();
        return text == null ? Optional.empty() : Optional.of(setting.parser().apply(text));
    }

    /** Whether someone set it, as opposed to a default. */
    public boolean isGiven(Setting<?> setting) {
        return given.containsKey(setting.key());
    }

    /** Every secret value of this run, so that the log can mask it wherever it turns up. */
    public List<Secret> secrets() {
        return given.entrySet().stream()
                .filter(entry -> isSecret(entry.getKey()))
                .map(entry -> new Secret(entry.getValue().text()))
                .toList();
    }

    /** The member of a family for one name; names are case-insensitive. */
    public Optional<String> find(Keys.Family family, String name) {
        return Optional.ofNullable(given.get(family.key(name.toUpperCase(Locale.ROOT))))
                .map(Given::text);
    }

    /** All names of a family, with their values. */
    public Map<String, String> all(Keys.Family family) {
        Map<String, String> found = new TreeMap<>();
        given.forEach((key, value) -> {
            if (family.equals(Keys.familyOf(key))) {
                found.put(
                        key.substring(
                                family.prefix().length(),
                                key.length() - family.suffix().length()),
                        value.text());
            }
        });
        return found;
    }

    private <T> void check(Setting<T> setting, List<String> problems) {
        Given value = given.get(setting.key());
        if (value == null) {
            return;
        }
        try {
            var unused = setting.parser().apply(value.text());
        } catch (IllegalArgumentException e) {
            String shown = setting.secret() ? Secret.MASK : value.text();
            problems.add(value.where() + ": " + setting.key() + "=" + shown + ": " + Failure.reason(e));
        }
    }

    private static Map<String, Given> readFile(Path file, List<String> problems) {
        EnvFile read;
        try {
            read = EnvFile.parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            problems.add(file + ": cannot be read: " + Failure.reason(e));
            return Map.of();
        }
        problems.addAll(read.problems());
        Map<String, Given> given = new LinkedHashMap<>();
        Map<String, String> seen = new HashMap<>();
        for (EnvFile.Entry entry : read.entries()) {
            String key = canonical(entry.key());
            if (!isKnown(key, entry.where(), problems)) {
                continue;
            }
            String before = seen.put(key, entry.where());
            if (before != null) {
                problems.add(entry.where() + ": " + key + " is set twice; first at " + before);
            }
            given.put(key, new Given(entry.value(), entry.where()));
        }
        return readSecretFiles(given, problems);
    }

    private static Map<String, Given> readEnvironment(Map<String, String> environment, List<String> problems) {
        Map<String, Given> given = new HashMap<>();
        environment.forEach((name, value) -> {
            String key = canonical(name);
            // An empty variable is how units and compose files say "not set".
            if (!value.isEmpty() && isKnown(key, "environment", problems)) {
                given.put(key, new Given(value, "environment"));
            }
        });
        Map<String, Given> read = readSecretFiles(given, problems);
        String directory = environment.get("CREDENTIALS_DIRECTORY");
        if (directory != null) {
            readCredentials(Path.of(directory), read, problems);
        }
        return read;
    }

    private static void readCredentials(Path directory, Map<String, Given> given, List<String> problems) {
        try (Stream<Path> files = Files.list(directory)) {
            files.forEach(file -> {
                String key = canonical(file.getFileName().toString());
                if (isSecret(key) && !given.containsKey(key)) {
                    readSecret(file, file.toString(), problems).ifPresent(value -> given.put(key, value));
                }
            });
        } catch (IOException e) {
            problems.add("CREDENTIALS_DIRECTORY: cannot be read: " + Failure.reason(e));
        }
    }

    /** Replaces KEY_FILE=path by KEY=content, for secrets; a KEY beside it wins. */
    private static Map<String, Given> readSecretFiles(Map<String, Given> given, List<String> problems) {
        Map<String, Given> result = new HashMap<>();
        given.forEach((key, value) -> {
            Optional<String> secret = secretOfFile(key);
            if (secret.isEmpty()) {
                result.put(key, value);
            } else if (!given.containsKey(secret.get())) {
                readSecret(Path.of(value.text()), value.where() + ": " + key, problems)
                        .ifPresent(content -> result.put(secret.get(), content));
            }
        });
        return result;
    }

    private static Optional<Given> readSecret(Path file, String where, List<String> problems) {
        try {
            return Optional.of(new Given(Files.readString(file).stripTrailing(), where));
        } catch (IOException e) {
            problems.add(where + ": cannot be read: " + Failure.reason(e));
            return Optional.empty();
        }
    }

    /** Names of stores are case-insensitive; every other key is exact. */
    private static String canonical(String key) {
        String upper = key.toUpperCase(Locale.ROOT);
        return Keys.FAMILIES.stream().anyMatch(family -> upper.startsWith(family.prefix())) ? upper : key;
    }

    private static boolean isKnown(String key, String where, List<String> problems) {
        if (secretOfFile(key).isPresent()
                || Keys.familyOf(key) != null
                || Keys.all().anyMatch(setting -> setting.key().equals(key))) {
            return true;
        }
        if (key.startsWith("BMM_") && !Keys.NOT_SETTINGS.contains(key)) {
            problems.add(where + ": unknown setting " + key
                    + nearest(key).map(near -> "; did you mean " + near + "?").orElse(""));
        }
        return false;
    }

    private static boolean isSecret(String key) {
        Keys.Family family = Keys.familyOf(key);
        return (family != null && family.secret())
                || Keys.all()
                        .anyMatch(setting -> setting.secret() && setting.key().equals(key));
    }

    private static Optional<String> secretOfFile(String key) {
        if (!key.endsWith(FILE_SUFFIX)) {
            return Optional.empty();
        }
        String secret = key.substring(0, key.length() - FILE_SUFFIX.length());
        return isSecret(secret) ? Optional.of(secret) : Optional.empty();
    }

    private static Optional<String> nearest(String key) {
        return nearest(key, Keys.all().map(Setting::key).toList());
    }

    /** The candidate that is most like a mistyped word, if any is near enough to be meant. */
    public static Optional<String> nearest(String word, Collection<String> candidates) {
        @Nullable String best = null;
        int bestDistance = Math.max(3, word.length() / 3);
        for (String candidate : candidates) {
            int distance = editDistance(word, candidate);
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    private static int editDistance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replace, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
