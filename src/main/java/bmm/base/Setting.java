package bmm.base;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One declared setting: everything that parsing, {@code bmm doctor}, the example env file and the configuration page
 * need to know about it.
 *
 * @param key the exact name, as in an env file
 * @param allowedIn whether an env file of another user may hold it
 * @param type what a value looks like, for people
 * @param defaultText the default as it would be written, or null where there is none
 * @param secret whether the value must never be shown; such a setting can also be given as {@code KEY_FILE=path} or as
 *     a file in {@code $CREDENTIALS_DIRECTORY}
 * @param help one line
 * @param parser text to value; throws {@link IllegalArgumentException} with a sentence
 */
public record Setting<T>(
        String key,
        AllowedIn allowedIn,
        String type,
        @Nullable String defaultText,
        boolean secret,
        String help,
        Function<String, T> parser) {

    static Setting<String> text(
            String key, AllowedIn allowedIn, String type, @Nullable String defaultText, String help) {
        return new Setting<>(key, allowedIn, type, defaultText, false, help, Function.identity());
    }

    static Setting<Secret> secret(String key, AllowedIn allowedIn, String type, String help) {
        return new Setting<>(key, allowedIn, type, null, true, help, Secret::new);
    }

    static Setting<Path> path(String key, AllowedIn allowedIn, @Nullable String defaultText, String help) {
        return new Setting<>(key, allowedIn, "path", defaultText, false, help, Path::of);
    }

    static Setting<List<String>> list(
            String key, AllowedIn allowedIn, String type, @Nullable String defaultText, String separator, String help) {
        return new Setting<>(
                key,
                allowedIn,
                type,
                defaultText,
                false,
                help,
                text -> Arrays.stream(text.split(separator))
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .toList());
    }

    static Setting<Integer> number(
            String key, AllowedIn allowedIn, @Nullable String defaultText, int least, int most, String help) {
        return new Setting<>(key, allowedIn, "number", defaultText, false, help, text -> {
            int value;
            try {
                value = Integer.parseInt(text.strip());
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("not a whole number", e);
            }
            if (value < least || value > most) {
                throw new IllegalArgumentException("must be " + least + " to " + most);
            }
            return value;
        });
    }

    static Setting<Duration> duration(String key, AllowedIn allowedIn, @Nullable String defaultText, String help) {
        return new Setting<>(key, allowedIn, "duration", defaultText, false, help, Amounts::parseDuration);
    }

    /** How old something may become. The unit must be written: 14 meant as days must not delete after 14 seconds. */
    static Setting<Duration> age(String key, AllowedIn allowedIn, @Nullable String defaultText, String help) {
        return new Setting<>(key, allowedIn, "age", defaultText, false, help, text -> {
            Duration age = Amounts.parseDuration(text);
            if (!age.isZero() && text.strip().chars().allMatch(c -> Character.isDigit(c) || c == '.')) {
                throw new IllegalArgumentException("needs a unit, as in 14d or 8w");
            }
            return age;
        });
    }

    static Setting<Long> bytes(String key, AllowedIn allowedIn, @Nullable String defaultText, String help) {
        return new Setting<>(key, allowedIn, "size", defaultText, false, help, Amounts::parseBytes);
    }

    static Setting<Boolean> yesNo(String key, AllowedIn allowedIn, String defaultText, String help) {
        return new Setting<>(key, allowedIn, "yes or no", defaultText, false, help, text -> switch (text.strip()
                .toLowerCase(Locale.ROOT)) {
            case "yes", "true", "on", "1" -> true;
            case "no", "false", "off", "0" -> false;
            default -> throw new IllegalArgumentException("must be yes or no");
        });
    }

    static <E extends Enum<E>> Setting<E> choice(
            String key, AllowedIn allowedIn, Class<E> type, E defaultValue, String help) {
        String names =
                Arrays.stream(type.getEnumConstants()).map(Setting::lower).collect(Collectors.joining(", "));
        return new Setting<>(
                key,
                allowedIn,
                names,
                lower(defaultValue),
                false,
                help,
                text -> Arrays.stream(type.getEnumConstants())
                        .filter(constant -> lower(constant).equals(text.strip().toLowerCase(Locale.ROOT)))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("must be one of " + names)));
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
