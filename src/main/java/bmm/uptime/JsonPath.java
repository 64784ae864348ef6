package bmm.uptime;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The part of JSONPath (RFC 9535) that names one value: {@code $.checks[0].state}, {@code $['a.b']}. */
record JsonPath(String text, List<String> steps) {
    private static final Pattern STEP =
            Pattern.compile("\\.([^.\\[\\]]+)|\\[(\\d+)\\]|\\['([^']+)'\\]|\\[\"([^\"]+)\"\\]");

    static JsonPath parse(String text) {
        List<String> steps = new ArrayList<>();
        Matcher step = STEP.matcher(text);
        int end = 1;
        while (end < text.length()) {
            if (!step.find(end) || step.start() != end) {
                throw new IllegalArgumentException("not a path: use $.name, $.list[0] or $['name']");
            }
            steps.add(step.group(2) != null ? "#" + step.group(2) : "." + firstOf(step));
            end = step.end();
        }
        return new JsonPath(text, List.copyOf(steps));
    }

    private static String firstOf(Matcher step) {
        return Optional.ofNullable(step.group(1))
                .or(() -> Optional.ofNullable(step.group(3)))
                .orElseGet(() -> step.group(4));
    }

    Optional<JsonElement> in(JsonElement root) {
        JsonElement at = root;
        for (String step : steps) {
            String name = step.substring(1);
            if (step.startsWith(".") && at instanceof JsonObject object && object.has(name)) {
                at = object.get(name);
            } else if (step.startsWith("#") && at instanceof JsonArray array && isWithin(name, array)) {
                at = array.get(Integer.parseInt(name));
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(at);
    }

    private static boolean isWithin(String index, JsonArray array) {
        return index.length() < 9 && Integer.parseInt(index) < array.size();
    }

    @Override
    public String toString() {
        return text;
    }
}
