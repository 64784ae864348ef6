package bmm.cli;

import bmm.base.SafeText;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The printer: standard output or standard error, and the one way to either for everything but the log, whose lines
 * {@link LogLine} makes. Whatever a caller hands over, each line that is written is one line without control characters and
 * without secrets ({@link SafeText}, {@link LogSetup#masked}). FloorsTest holds that nothing else prints.
 */
final class Output {
    private static final String ERASE_LINE = "\r\u001b[K";

    private final PrintStream stream;

    Output(PrintStream stream) {
        this.stream = stream;
    }

    /** One line, whatever is in it. */
    void line(String text) {
        stream.println(safe(text));
    }

    /** Lines of a text that bmm composed; what came from outside breaks none of them. */
    void lines(Collection<String> texts) {
        texts.forEach(this::line);
    }

    /** One JSON object on one line, in ASCII wherever a terminal could obey a character. */
    void json(Object result) {
        stream.println(SafeText.json(Json.WRITER.toJson(result)));
    }

    /** A question, after which the cursor stays on the line. */
    void ask(String question) {
        stream.print(safe(question));
        stream.flush();
    }

    /** A line on a terminal in place of the one that is there, which no line end finished. */
    void redraw(String text, int width) {
        String line = safe(text);
        stream.print(ERASE_LINE + line.substring(0, line.offsetByCodePoints(0, width(line, width))));
        stream.flush();
    }

    private static int width(String line, int most) {
        return Math.min(most, line.codePointCount(0, line.length()));
    }

    /** For picocli, which prints usage by itself. */
    PrintWriter forUsage() {
        return new PrintWriter(new Lines(), true);
    }

    /** For the log only: its lines are safe already. */
    PrintStream forLog() {
        return stream;
    }

    void flush() {
        stream.flush();
    }

    private static String safe(String text) {
        return SafeText.line(LogSetup.masked(text));
    }

    /** Cuts what is written into lines. */
    private final class Lines extends Writer {
        private final StringBuilder begun = new StringBuilder();

        @Override
        public void write(char[] text, int offset, int length) {
            for (int i = offset; i < offset + length; i++) {
                if (text[i] == '\n') {
                    line(begun.toString());
                    begun.setLength(0);
                } else {
                    begun.append(text[i]);
                }
            }
        }

        @Override
        public void flush() {
            stream.flush();
        }

        @Override
        public void close() {
            if (!begun.isEmpty()) {
                write(new char[] {'\n'}, 0, 1);
            }
        }
    }

    /** Made when it is first needed: with it come a hundred classes, those of java.sql too. */
    private static final class Json {
        static final Gson WRITER = new GsonBuilder()
                .disableHtmlEscaping()
                .serializeNulls()
                .registerTypeAdapter(String.class, new MaskedText())
                .create();
    }

    /** Secrets are replaced before anything is escaped, so that they are found as they are. */
    private static final class MaskedText extends TypeAdapter<@Nullable String> {
        @Override
        public void write(JsonWriter json, @Nullable String text) throws IOException {
            json.value(text == null ? null : SafeText.shortened(LogSetup.masked(text)));
        }

        @Override
        public @Nullable String read(JsonReader json) {
            throw new UnsupportedOperationException("written only");
        }
    }
}
