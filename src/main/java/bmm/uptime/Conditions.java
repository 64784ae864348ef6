package bmm.uptime;

import bmm.base.Spelling;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/** The conditions of one probe. Each is taken by whoever understands it; what is left over is a mistake. */
final class Conditions {
    private final List<String> left;
    private final TreeSet<String> known = new TreeSet<>();

    Conditions(List<String> words) {
        left = new ArrayList<>(words);
    }

    /** The value behind a prefix such as {@code status=}; the condition may be written once. */
    <T> Optional<T> one(String prefix, Function<String, T> parser) {
        List<T> all = all(prefix, parser);
        if (all.size() > 1) {
            throw new IllegalArgumentException(prefix + " is there twice");
        }
        return all.stream().findFirst();
    }

    /** The values behind a prefix. */
    <T> List<T> all(String prefix, Function<String, T> parser) {
        known.add(prefix);
        List<T> values = new ArrayList<>();
        for (String word : List.copyOf(left)) {
            if (word.startsWith(prefix)) {
                left.remove(word);
                values.add(parse(word, word.substring(prefix.length()), parser));
            }
        }
        return values;
    }

    /** Whether a condition without a value is there. */
    boolean has(String word) {
        known.add(word);
        return left.remove(word);
    }

    private static <T> T parse(String word, String value, Function<String, T> parser) {
        try {
            return parser.apply(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(word + ": " + e.getMessage(), e);
        }
    }

    /** Called when everyone has taken what is theirs. */
    void refuseOthers() {
        if (!left.isEmpty()) {
            String meant = Spelling.nearest(left.getFirst().replaceFirst("(?<=[=:<>]).*", ""), known)
                    .map(near -> "; did you mean " + near + "?")
                    .orElse("");
            throw new IllegalArgumentException(
                    "unknown condition " + left.getFirst() + meant + " (there are " + String.join(" ", known) + ")");
        }
    }
}
