package bmm.catalog;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON that anybody may have written: strict, in UTF-8, and first walked through without keeping anything of it, so
 * that neither depth nor number of its values can use up stack or heap.
 */
final class BoundedJson {
    /** Levels of objects and lists in one another; a manifest has four. */
    private static final int DEEPEST = 16;

    /** Values in all; a table has five. */
    private static final int MOST_VALUES = 4_000_000;

    private static final int LONGEST_NAME = 1024;

    private BoundedJson() {}

    /**
     * Reads one object.
     *
     * @return null if the text is {@code null} or nothing at all
     * @throws IOException if it is not JSON, not of that type, or out of bounds
     */
    static <T> @Nullable T read(byte[] json, Gson gson, Class<T> type) throws IOException {
        String text = text(json);
        try {
            check(text);
            JsonReader in = reader(text);
            T value = gson.fromJson(in, type);
            if (value != null && in.peek() != JsonToken.END_DOCUMENT) {
                throw new IOException("damaged JSON: something follows its end");
            }
            return value;
        } catch (JsonParseException | IllegalStateException | NumberFormatException e) {
            throw new IOException("damaged JSON", e);
        } catch (IOException e) {
            throw new IOException("damaged JSON: " + firstLine(e), e);
        }
    }

    private static String text(byte[] json) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IOException("damaged JSON: not UTF-8", e);
        }
    }

    private static String firstLine(IOException e) {
        return String.valueOf(e.getMessage())
                .replaceFirst("^damaged JSON: ", "")
                .lines()
                .findFirst()
                .orElse("");
    }

    private static JsonReader reader(String text) {
        JsonReader in = new JsonReader(new StringReader(text));
        in.setStrictness(Strictness.STRICT);
        in.setNestingLimit(DEEPEST);
        return in;
    }

    private static void check(String text) throws IOException {
        if (text.isEmpty()) {
            return;
        }
        JsonReader in = reader(text);
        int values = 0;
        for (JsonToken next = in.peek(); next != JsonToken.END_DOCUMENT; next = in.peek()) {
            if (++values > MOST_VALUES) {
                throw new IOException("more than " + MOST_VALUES + " values");
            }
            switch (next) {
                case BEGIN_ARRAY -> in.beginArray();
                case END_ARRAY -> in.endArray();
                case BEGIN_OBJECT -> in.beginObject();
                case END_OBJECT -> in.endObject();
                case NAME -> {
                    if (in.nextName().length() > LONGEST_NAME) {
                        throw new IOException("a name of more than " + LONGEST_NAME + " characters");
                    }
                }
                case STRING, NUMBER, BOOLEAN, NULL -> in.skipValue();
                case END_DOCUMENT -> throw new IllegalStateException("the loop ends there");
            }
        }
    }
}
