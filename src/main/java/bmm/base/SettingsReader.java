package bmm.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    SettingsReader(List<String> problems) {
        this.problems = problems;
    }

    /** The settings of an env file. A value may be empty, which takes back what an earlier file said. */
    Map<String, Given> file(Path file) {
        EnvFile read;
        try {
            read = EnvFile.parse(file.toString(), decode(Files.readAllBytes(file)));
        } catch (IOException e) {
            problems.add(cannotRead(file, e));
            return Map.of();
        }
        problems.addAll(read.problems());
        Map<String, Given> given = new HashMap<>();
        for (EnvFile.Entry entry : read.entries()) {
            add(entry.key(), new Given(entry.value(), entry.where()), given);
        }
        return withSecretFiles(given);
    }

    /** The settings among the variables of the process, and those that systemd hands over as credentials. */
    Map<String, Given> environment(Map<String, String> environment) {
        Map<String, Given> given = new HashMap<>();
        environment.forEach((name, value) -> {
            // An empty variable is how units and compose files say "not set".
            if (!value.isEmpty()) {
                add(name, new Given(value, "environment"), given);
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
            String content = decode(Files.readAllBytes(Path.of(file))).replaceFirst("[\\r\\n]+$", "");
            if (content.isEmpty()) {
                problems.add(where + ": " + file + ": is empty");
            }
            return Optional.of(new Given(content, where));
        } catch (IOException e) {
            problems.add(where + ": " + cannotRead(Path.of(file), e));
        } catch (IllegalArgumentException e) {
            problems.add(where + ": not a path");
        }
        return Optional.empty();
    }

    private static String cannotRead(Path file, IOException e) {
        return (e instanceof FileSystemException ? "" : file + ": ") + Failure.reason(e);
    }

    /** UTF-8, or Latin-1 where it is not: one umlaut in an old comment must not make a file unreadable. */
    private static String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
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
