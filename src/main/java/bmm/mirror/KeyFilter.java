package bmm.mirror;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Which keys a mirror is about, on both sides. {@code *} stands for anything but a slash, {@code **} for anything,
 * {@code ?} for one character but a slash; a pattern without a slash is about the last part of a key, one with a slash
 * about the whole key.
 */
final class KeyFilter implements Predicate<String> {
    /** Every key. */
    static final KeyFilter ALL = new KeyFilter(List.of(), List.of());

    private final List<Pattern> include;
    private final List<Pattern> exclude;

    /**
     * @param include only keys that one of these matches; all, where there is none
     * @param exclude of these, not those that one of these matches
     */
    KeyFilter(List<String> include, List<String> exclude) {
        this.include = include.stream().map(KeyFilter::pattern).toList();
        this.exclude = exclude.stream().map(KeyFilter::pattern).toList();
    }

    private static Pattern pattern(String glob) {
        StringBuilder regex = new StringBuilder(glob.contains("/") ? "" : "(?:.*/)?");
        String text = glob.startsWith("/") ? glob.substring(1) : glob;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '*' && i + 1 < text.length() && text.charAt(i + 1) == '*') {
                regex.append(".*");
                i++;
            } else if (c == '*') {
                regex.append("[^/]*");
            } else if (c == '?') {
                regex.append("[^/]");
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    @Override
    public boolean test(String key) {
        return (include.isEmpty() || matches(include, key)) && !matches(exclude, key);
    }

    private static boolean matches(List<Pattern> patterns, String key) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(key).matches());
    }
}
