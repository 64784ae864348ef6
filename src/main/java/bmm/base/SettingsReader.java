package bmm.base;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Collects the values of known settings from one source after the other, and every problem on the way. */
final class SettingsReader {
    private static final String FILE_SUFFIX = "_FILE";

    private final List<String> problems;
    private final List<String> warnings = new ArrayList<>();
    private @Nullable Hint remedy;

    SettingsReader(List<String> problems) {
        this.problems = problems;
    }

    /** What should not be so, and does not stop a run. */
    List<String> warnings() {
        return warnings;
    }

    /** What ends the first problem with the owner or mode of a file, if there is one. */
    Optional<Hint> remedy() {
        return Optional.ofNullable(remedy);
    }

    /** The settings of an env file. A value may be empty, which takes back what an earlier file said. */
    Map<String, Given> file(Path file) {
        SettingsFile content;
        try {
            content = SettingsFile.read(file);
        } catch (IOException e) {
            problems.add(cannotRead(file, e));
            return Map.of();
        }
        EnvFile read = EnvFile.parse(file.toString(), content.text());
        problems.addAll(read.problems());
        Exposure foreign = content.foreign();
        Map<String, Given> given = new HashMap<>();
        for (EnvFile.Entry entry : read.entries()) {
            add(entry.key(), new Given(entry.value(), entry.where(), foreign != null), given);
        }
        if (foreign != null) {
            refuse(foreign, given);
        }
        if (content.readableByAll()
                && given.keySet().stream().anyMatch(key -> Keys.isSecret(key) && !isEmpty(given.get(key)))) {
            warnings.add(file + " can be read by every user of this machine, and holds secrets");
        }
        return withSecretFiles(given);
    }

    /** What may only stand in a file of this user's or root's is refused by name, and taken out. */
    private void refuse(Exposure foreign, Map<String, Given> given) {
        given.entrySet().removeIf(entry -> {
            Given value = entry.getValue();
            boolean refused = !value.text().isEmpty() && !isForOthers(entry.getKey(), value.text());
            if (refused) {
                problems.add(value.where() + ": " + entry.getKey() + " is refused, because " + foreign.inWords()
                        + ", who must not name a command, a file or a place for this user");
                remedy(Hint.of("set it in an env file that only root and this user can write to; or ")
                        .and(foreign.remedy()));
            }
            return refused;
        });
    }

    private static boolean isForOthers(String key, String value) {
        Keys.Family family = Keys.familyOf(key);
        Setting<?> setting = Keys.named(key);
        AllowedIn allowed = setting != null
                ? setting.allowedIn()
                // What remains is KEY_FILE.
                : family != null ? family.allowedIn() : AllowedIn.TRUSTED_FILE;
        return secretOfFile(key).isEmpty() ? allowed.isForOthers(value) : AllowedIn.TRUSTED_FILE.isForOthers(value);
    }

    private void remedy(Hint hint) {
        remedy = remedy == null ? hint : remedy;
    }

    /** Files that settings name and that are read: as root none that somebody else decides about. */
    void checkNamed(Map<String, Given> given) {
        given.forEach((key, value) -> {
            if (Keys.namesFile(key) && !value.foreign() && !value.text().isEmpty()) {
                try {
                    Path file = Path.of(value.text());
                    if (!exposed(file, value.where() + ": " + key + ": ") && key.equals(Keys.PGPASSFILE.key())) {
                        warnOfPassFile(file);
                    }
                } catch (InvalidPathException e) {
                    return; // told where it is parsed
                }
            }
        });
    }

    /** PostgreSQL manual, "The Password File": on Unix, one that group or others can access is ignored. */
    private void warnOfPassFile(Path file) {
        try {
            FileStatus status = FileStatus.ofTarget(file);
            if (status.kind() == FileStatus.Kind.REGULAR && (status.mode() & 077) != 0) {
                warnings.add("PGPASSFILE " + file
                        + " can be accessed by group or others, so the pg tools ignore it: chmod 600");
            }
        } catch (IOException e) {
            return; // connecting tells
        }
    }

    /** Whether root must not read a file; it is a problem then. */
    private boolean exposed(Path file, String where) {
        if (!SystemAccounts.isRoot()) {
            return false;
        }
        try {
            Optional<Exposure> exposure = Exposure.of(file);
            exposure.ifPresent(found -> {
                problems.add(where + found.inWords() + ", and could have root read another file");
                remedy(found.remedy());
            });
            return exposure.isPresent();
        } catch (IOException e) {
            return false; // reading it tells
        }
    }

    /** The settings among the variables of the process, and those that systemd hands over as credentials. */
    Map<String, Given> environment(Map<String, String> environment) {
        Map<String, Given> given = new HashMap<>();
        environment.forEach((name, value) -> {
            // An empty variable is how units and compose files say "not set".
            if (!value.isEmpty()) {
                add(name, Given.own(value, "environment"), given);
            }
        });
        Map<String, Given> read = withSecretFiles(given);
        String directory = environment.get("CREDENTIALS_DIRECTORY");
        if (directory != null && !directory.isEmpty()) {
            addCredentials(Path.of(directory), read);
        }
        return read;
    }

    private void add(String name, Given value, Map<String, Given> given) {
        String key = canonical(name);
        if (!isKnown(key, value.where())) {
            return;
        }
        Given before = given.put(key, value);
        if (before != null) {
            problems.add(value.where() + ": " + key + " is set twice; first at " + before.where());
        }
    }

    /** See systemd.exec(5), LoadCredential=: one file for each credential, named as it. */
    private void addCredentials(Path directory, Map<String, Given> given) {
        try (Stream<Path> files = Files.list(directory)) {
            files.sorted().forEach(file -> {
                String key = canonical(file.getFileName().toString());
                if (Keys.isSecret(key) && !given.containsKey(key)) {
                    readSecret(file.toString(), file.toString()).ifPresent(value -> given.put(key, value));
                }
            });
        } catch (IOException e) {
            problems.add("CREDENTIALS_DIRECTORY: " + cannotRead(directory, e));
        }
    }

    /** Replaces KEY_FILE=path by KEY=content, for secrets; a KEY beside it that is not empty wins. */
    private Map<String, Given> withSecretFiles(Map<String, Given> given) {
        Map<String, Given> result = new HashMap<>();
        given.forEach((key, value) -> {
            if (secretOfFile(key).isEmpty()) {
                result.putIfAbsent(key, value);
            }
        });
        given.forEach((key, value) -> secretOfFile(key)
                .filter(secret -> !value.text().isEmpty() && isEmpty(given.get(secret)))
                .ifPresent(secret -> readSecret(value.text(), value.where() + ": " + key)
                        .ifPresent(content -> result.put(secret, content))));
        return result;
    }

    private static boolean isEmpty(@Nullable Given value) {
        return value == null || value.text().isEmpty();
    }

    private Optional<Given> readSecret(String file, String where) {
        try {
            // The line end that editors add is no part of a password; a blank may be.
            if (exposed(Path.of(file), where + ": ")) {
                return Optional.empty();
            }
            String content =
                    SettingsFile.decode(Files.readAllBytes(Path.of(file))).replaceFirst("[\\r\\n]+$", "");
            if (content.isEmpty()) {
                problems.add(where + ": " + file + ": is empty");
            }
            return Optional.of(Given.own(content, where));
        } catch (IOException e) {
            problems.add(where + ": " + cannotRead(Path.of(file), e));
        } catch (IllegalArgumentException e) {
            problems.add(where + ": not a path");
        }
        return Optional.empty();
    }

    private String cannotRead(Path file, IOException e) {
        if (e instanceof SettingsFile.Refused refused) {
            remedy(refused.exposure().remedy());
        }
        return (e instanceof FileSystemException ? "" : file + ": ") + Failure.reason(e);
    }

    /** Names of stores are case-insensitive; every other key is exact. */
    private static String canonical(String key) {
        String upper = key.toUpperCase(Locale.ROOT);
        return Keys.FAMILIES.stream().anyMatch(family -> upper.startsWith(family.prefix())) ? upper : key;
    }

    private boolean isKnown(String key, String where) {
        if (secretOfFile(key).isPresent() || Keys.familyOf(key) != null || Keys.named(key) != null) {
            return true;
        }
        if (key.startsWith("BMM_") && !Keys.NOT_SETTINGS.contains(key)) {
            String meant = Spelling.nearest(key, Keys.all().map(Setting::key).toList())
                    .map(near -> "; did you mean " + near + "?")
                    .orElse("");
            problems.add(where + ": unknown setting " + key + meant);
        }
        return false;
    }

    private static Optional<String> secretOfFile(String key) {
        if (!key.endsWith(FILE_SUFFIX)) {
            return Optional.empty();
        }
        String secret = key.substring(0, key.length() - FILE_SUFFIX.length());
        return Keys.isSecret(secret) ? Optional.of(secret) : Optional.empty();
    }
}
