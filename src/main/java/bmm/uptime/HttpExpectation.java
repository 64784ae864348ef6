package bmm.uptime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Something that an answer must have. */
interface HttpExpectation {
    /** What is wrong, as a sentence; null if nothing is. */
    @Nullable
    String unmet(HttpAnswer answer);

    /** All of a probe: the status first, because an error page need not have what a good one has. */
    static List<HttpExpectation> of(Conditions conditions) {
        List<HttpExpectation> all = new ArrayList<>();
        all.add(conditions.one("status=", HttpExpectation::status).orElseGet(() -> status("2xx")));
        all.addAll(conditions.all("header:", HttpExpectation::header));
        all.addAll(conditions.all("body:", HttpExpectation::body));
        all.addAll(conditions.all("json:", JsonCondition::parse));
        return List.copyOf(all);
    }

    /** {@code 200}, {@code 2xx}, or several separated by commas. */
    private static HttpExpectation status(String text) {
        List<String> patterns = Arrays.stream(text.toLowerCase(Locale.ROOT).split(",", -1))
                .map(String::strip)
                .toList();
        if (!patterns.stream().allMatch(pattern -> pattern.matches("[1-5](\\d\\d|xx)"))) {
            throw new IllegalArgumentException("use 200, 2xx, or 200,204");
        }
        return answer -> {
            String status = String.valueOf(answer.status());
            boolean met = patterns.stream()
                    .anyMatch(pattern -> pattern.equals(status)
                            || (pattern.endsWith("xx") && pattern.charAt(0) == status.charAt(0)));
            String where = answer.header("location")
                    .map(location -> ", to " + Reasons.cut(location))
                    .orElse("");
            return met ? null : "status " + status + where + ", not " + text;
        };
    }

    private static HttpExpectation header(String text) {
        int equals = text.indexOf('=');
        String name = (equals < 0 ? text : text.substring(0, equals)).strip();
        String part = equals < 0 ? "" : text.substring(equals + 1);
        if (name.isEmpty()) {
            throw new IllegalArgumentException("use header:Name or header:Name=text");
        }
        return answer -> {
            List<String> values = answer.headers().getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
            if (values.stream().anyMatch(value -> value.contains(part))) {
                return null;
            }
            return values.isEmpty()
                    ? "no header " + name
                    : "header " + name + " is " + Reasons.cut(values.getFirst()) + ", without " + part;
        };
    }

    private static HttpExpectation body(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("say which text");
        }
        return answer -> {
            if (answer.text().contains(text)) {
                return null;
            }
            String in = answer.whole() ? "the body" : "the first megabyte of the body";
            return in + " does not contain " + text
                    + Optional.of(answer.text().strip())
                            .filter(body -> !body.isEmpty() && body.length() < 80)
                            .map(body -> "; it is: " + body.replaceAll("\\s+", " "))
                            .orElse("");
        };
    }
}
