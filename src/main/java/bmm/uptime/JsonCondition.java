package bmm.uptime;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code json:$.status=ok}: a value in a JSON body is there and, with an operator, is as it should be. */
record JsonCondition(JsonPath path, String operator, String value) implements HttpExpectation {
    private static final Pattern FORM = Pattern.compile("(\\$[^=!<>]*)(?:(!=|=|<|>)(.*))?", Pattern.DOTALL);

    static JsonCondition parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("use json:$.path=value, !=, < or >");
        }
        String operator = Optional.ofNullable(matcher.group(2)).orElse("");
        String value = Optional.ofNullable(matcher.group(3)).orElse("");
        if ((operator.equals("<") || operator.equals(">")) && number(value) == null) {
            throw new IllegalArgumentException("< and > compare with a number");
        }
        return new JsonCondition(JsonPath.parse(matcher.group(1).strip()), operator, value);
    }

    @Override
    public @Nullable String unmet(HttpAnswer answer) {
        JsonElement root;
        try {
            root = parse(answer);
        } catch (JsonParseException | IOException e) {
            return answer.whole() ? "the body is not JSON" : "the body is larger than a megabyte, too large to parse";
        }
        Optional<JsonElement> found = path.in(root);
        if (found.isEmpty()) {
            return "the JSON has no " + path;
        }
        String actual = found.get().isJsonPrimitive()
                ? found.get().getAsString()
                : found.get().toString();
        return holds(actual) ? null : path + " is " + Reasons.cut(actual) + ", not " + wanted();
    }

    /** As RFC 8259 has it: Gson's own way takes a page of text for a string. */
    private static JsonElement parse(HttpAnswer answer) throws IOException {
        JsonReader reader = new JsonReader(new StringReader(answer.text()));
        reader.setStrictness(Strictness.STRICT);
        JsonElement root = JsonParser.parseReader(reader);
        if (reader.peek() != JsonToken.END_DOCUMENT) {
            throw new JsonParseException("something follows");
        }
        return root;
    }

    private boolean holds(String actual) {
        BigDecimal left = number(actual);
        BigDecimal right = number(value);
        // Numbers are compared as such: 17 is 17.0.
        Integer order = left == null || right == null ? null : left.compareTo(right);
        boolean equal = order == null ? actual.equals(value) : order == 0;
        return switch (operator) {
            case "=" -> equal;
            case "!=" -> !equal;
            case "<" -> order != null && order < 0;
            case ">" -> order != null && order > 0;
            default -> !actual.equals("null") && !actual.equals("false");
        };
    }

    private String wanted() {
        return switch (operator) {
            case "" -> "true or some value";
            case "=" -> value;
            default -> operator + " " + value;
        };
    }

    /** Not with an exponent: 1e999999999 would be expanded when it is compared. */
    private static @Nullable BigDecimal number(String text) {
        return text.matches("-?\\d{1,30}(\\.\\d{1,30})?") ? new BigDecimal(text) : null;
    }
}
