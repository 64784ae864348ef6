package bmm.base;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The values of a run, checked and typed. Precedence: option, process environment, env files (later files win),
 * default. A key with an empty value counts as not set. A malformed value anywhere is found when the settings are loaded, not when they are first used.
 */
public final class Settings {
    private static final Pattern STORE_ADDRESS = Pattern.compile("[a-z][a-z0-9+.-]+:.+", Pattern.CASE_INSENSITIVE);

    private static final Pattern PROBE_TARGET =
            Pattern.compile("(https?|tcp|dns|postgres|postgresql|disk|cmd):", Pattern.CASE_INSENSITIVE);

    private final Map<String, Given> given;
    private final List<String> warnings;

    private Settings(Map<String, Given> given, List<String> warnings) {
        this.given = given;
        this.warnings = warnings;
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
        SettingsReader reader = new SettingsReader(problems);
        for (Path file : files) {
            reader.file(file).forEach((key, value) -> put(key, value, given, problems));
        }
        given.putAll(reader.environment(environment));
        // KEY= says "as if it were not there": an empty path or host is never what someone meant.
        given.values().removeIf(value -> value.text().isEmpty());
        options.forEach((key, value) -> given.put(key, Given.own(value, "option")));
        reader.checkNamed(given);
        Settings settings = new Settings(given, List.copyOf(reader.warnings()));
        Keys.all().forEach(setting -> settings.check(setting, problems));
        settings.checkStores(problems);
        settings.checkProbes(problems);
        settings.checkSecretsOfOthers(problems);
        if (!problems.isEmpty()) {
            throw Failure.of(
                    ExitCode.CONFIGURATION,
                    problems,
                    reader.remedy().orElse(Hint.of("docs/configuration.md lists every setting")));
        }
        return settings;
    }

    /** Later files win, but somebody else's says nothing about what is set in one of ours. */
    private static void put(String key, Given value, Map<String, Given> given, List<String> problems) {
        Given before = given.get(key);
        if (value.foreign()
                && before != null
                && !before.foreign()
                && !before.text().isEmpty()) {
            problems.add(value.where() + ": " + key + " is set at " + before.where()
                    + " already, which a file of another user cannot change");
        } else {
            given.put(key, value);
        }
    }

    /** A password of ours does not go where somebody else says. */
    private void checkSecretsOfOthers(List<String> problems) {
        given.forEach((key, secret) -> Keys.destinationsOf(key)
                .filter(destination -> !secret.foreign() && isForeign(destination))
                .forEach(destination -> problems.add(
                        Objects.requireNonNull(given.get(destination)).where() + ": "
                                + destination + " would send " + key + ", which is set at " + secret.where()
                                + ", where another user says; set both in one file")));
    }

    private boolean isForeign(String key) {
        Given value = given.get(key);
        return value != null && value.foreign();
    }

    /** What should not be so where settings come from, a sentence each. */
    public List<String> warnings() {
        return warnings;
    }

    /** The value, given or default. */
    public <T> T get(Setting<T> setting) {
        return find(setting)
                .orElseThrow(
                        () -> new Failure(ExitCode.CONFIGURATION, setting.key() + " is not set", Hint.of(setting)));
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
                .filter(entry -> Keys.isSecret(entry.getKey()))
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

    /**
     * The part of a store's settings that can be checked without asking the store. The value is never repeated: under a
     * mistyped name it may be a secret.
     */
    private void checkStores(List<String> problems) {
        all(Keys.STORE).forEach((name, value) -> {
            if (!STORE_ADDRESS.matcher(value).matches()) {
                problems.add(where(Keys.STORE, name) + ": " + Keys.STORE.key(name)
                        + " is not a store URL (its keys are called "
                        + Keys.STORE_ACCESS_KEY.key("NAME") + " and " + Keys.STORE_SECRET_KEY.key("NAME") + ")");
            }
        });
        checkOwners(
                Keys.STORE,
                "store",
                List.of(
                        Keys.STORE_ACCESS_KEY,
                        Keys.STORE_SECRET_KEY,
                        Keys.STORE_CA_FILE,
                        Keys.STORE_SSH_KEY_FILE,
                        Keys.STORE_SSH_KNOWN_HOSTS_FILE,
                        Keys.STORE_SSH_PORT,
                        Keys.STORE_PRIVATE),
                problems);
    }

    /** The same for probes; their conditions are checked where they are understood. */
    private void checkProbes(List<String> problems) {
        all(Keys.PROBE).forEach((name, value) -> {
            if (!PROBE_TARGET.matcher(value).lookingAt()) {
                problems.add(where(Keys.PROBE, name) + ": " + Keys.PROBE.key(name)
                        + " is not a probe: begin with http://, https://, tcp://, dns:, postgres:, disk: or cmd:");
            }
        });
        checkOwners(Keys.PROBE, "probe", List.of(Keys.PROBE_PASSWORD, Keys.PROBE_HEADER), problems);
    }

    private void checkOwners(Keys.Family owner, String what, List<Keys.Family> members, List<String> problems) {
        for (Keys.Family family : members) {
            all(family).keySet().stream()
                    .filter(name -> find(owner, name).isEmpty())
                    .forEach(name -> problems.add(where(family, name) + ": " + family.key(name) + " belongs to no "
                            + what + ": " + owner.key(name) + " is not set"));
        }
    }

    private String where(Keys.Family family, String name) {
        return Objects.requireNonNull(given.get(family.key(name))).where();
    }
}
