package bmm.alert;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.SafeText;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.function.Function;

/** The state as JSON, with a SHA-256 of its own text in front. */
final class StateText {
    private static final int FORMAT = 1;

    private static final Gson GSON = new GsonBuilder()
            .disableHtmlEscaping()
            .registerTypeAdapter(Instant.class, asText(Instant::toString, Instant::parse))
            .registerTypeAdapter(Subject.class, asText(Subject::name, Subject::new))
            .create();

    private StateText() {}

    static byte[] write(AlertState state) {
        JsonElement content = GSON.toJsonTree(state);
        JsonObject document = new JsonObject();
        document.addProperty("format", FORMAT);
        document.addProperty("sha256", sha256(content.toString()));
        document.add("state", content);
        return (SafeText.json(GSON.toJson(document)) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws JsonParseException if it is anything else, with a sentence
     */
    static AlertState read(byte[] bytes) {
        try {
            JsonObject document = JsonParser.parseString(new String(bytes, StandardCharsets.UTF_8))
                    .getAsJsonObject();
            if (!new JsonPrimitive(FORMAT).equals(document.get("format"))) {
                throw new JsonParseException("not of format " + FORMAT);
            }
            JsonElement content = document.get("state");
            if (!new JsonPrimitive(sha256(String.valueOf(content))).equals(document.get("sha256"))) {
                throw new JsonParseException("its checksum does not fit its content");
            }
            AlertState state = GSON.fromJson(content, AlertState.class);
            if (state == null || state.subjects() == null || state.outbox() == null) {
                throw new JsonParseException("it is incomplete");
            }
            return state;
        } catch (IllegalStateException | DateTimeException | UnsupportedOperationException e) {
            throw new JsonParseException("it is not the JSON that bmm writes", e);
        }
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new Failure(ExitCode.INTERNAL, "this Java has no SHA-256", e);
        }
    }

    private static <T> TypeAdapter<T> asText(Function<T, String> write, Function<String, T> read) {
        return new TypeAdapter<T>() {
            @Override
            public void write(JsonWriter out, T value) throws IOException {
                out.value(write.apply(value));
            }

            @Override
            public T read(JsonReader in) throws IOException {
                return read.apply(in.nextString());
            }
        }.nullSafe();
    }
}
