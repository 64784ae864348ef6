package bmm.cli;

import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.SafeText;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * A log event taken apart, ready to be written in one of the formats. One event is one line, whatever is in it, and nothing
 * in it is obeyed by a terminal ({@link SafeText}); only hint and stack trace of the text format take more lines, and those
 * begin with blanks.
 */
final class LogLine {
    /** The field that says what to do about it; people get it on a line of its own. */
    private static final String HINT = "hint";

    /** What logfmt puts a backslash before. */
    private static final String QUOTED = "\"\\";

    private static final String DIM = "\u001b[2m";
    private static final String RED = "\u001b[31m";
    private static final String YELLOW = "\u001b[33m";
    private static final String PLAIN = "\u001b[0m";

    private final Instant time;
    private final Level level;
    private final String message;
    private final Map<String, Object> fields = new LinkedHashMap<>();
    private final List<String> stack;

    /**
     * Takes an event apart.
     *
     * @param mask applied to every text before it is escaped, so that a secret is found as it is
     * @param stacks whether stack traces are wanted
     */
    LogLine(ILoggingEvent event, UnaryOperator<String> mask, boolean stacks) {
        time = event.getInstant();
        level = event.getLevel();
        message = shown(event.getFormattedMessage(), mask);
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            pairs.forEach(pair -> fields.put(keyOf(pair), valueOf(pair.value, mask)));
        }
        if (!event.getLoggerName().startsWith("bmm.")) {
            fields.putIfAbsent("logger", event.getLoggerName());
        }
        if (event.getThrowableProxy() instanceof ThrowableProxy proxy) {
            String reason = shown(Failure.reason(proxy.getThrowable()), mask);
            if (!message.contains(reason)) {
                fields.putIfAbsent("error", reason);
            }
            stack = stacks ? stackOf(proxy.getThrowable(), mask) : List.of();
        } else {
            stack = List.of();
        }
    }

    Level level() {
        return level;
    }

    /** {@code 03:15:00Z WARN  message key=value}, for people: time of day in UTC, the level unless it is INFO. */
    String text(boolean colour) {
        StringBuilder line = new StringBuilder(160);
        OffsetDateTime utc = time.atOffset(ZoneOffset.UTC);
        line.append(colour ? DIM : "");
        clock(line, utc).append('Z').append(colour ? PLAIN : "").append(' ');
        if (!level.equals(Level.INFO)) {
            String shade = level.isGreaterOrEqual(Level.ERROR) ? RED : level.equals(Level.WARN) ? YELLOW : DIM;
            line.append(colour ? shade : "").append(level.levelStr);
            line.append(colour ? PLAIN : "").append(" ".repeat(6 - level.levelStr.length()));
        }
        SafeText.append(message, "", line);
        fields.forEach((key, value) -> {
            if (!key.equals(HINT)) {
                pair(key, value, line.append(' '));
            }
        });
        Object hint = fields.get(HINT);
        if (hint != null) {
            SafeText.append(hint.toString(), "", line.append("\n    hint: "));
        }
        stack.forEach(one -> SafeText.append(one, "", line.append("\n    ")));
        return line.toString();
    }

    /** {@code ts=2026-11-21T03:15:00.123Z level=info msg="…" key=value}. */
    String logfmt() {
        StringBuilder line = new StringBuilder(200).append("ts=");
        timestamp(line).append(" level=").append(levelName()).append(' ');
        pair("msg", message, line);
        fields.forEach((key, value) -> pair(key, value, line.append(' ')));
        if (!stack.isEmpty()) {
            pair("stack", String.join("\n", stack), line.append(' '));
        }
        return line.toString();
    }

    /** One JSON object with {@code ts}, {@code level}, {@code msg} and the fields; numbers and booleans as such. */
    String json() {
        StringWriter text = new StringWriter(200);
        try (JsonWriter json = new JsonWriter(text)) {
            json.beginObject();
            json.name("ts").value(timestamp(new StringBuilder()).toString());
            json.name("level").value(levelName());
            json.name("msg").value(SafeText.shortened(message));
            for (Map.Entry<String, Object> field : fields.entrySet()) {
                json.name(field.getKey());
                switch (field.getValue()) {
                    case Boolean truth -> json.value(truth);
                    case Number number -> json.value(number);
                    case Object other -> json.value(SafeText.shortened(other.toString()));
                }
            }
            if (!stack.isEmpty()) {
                json.name("stack").value(SafeText.shortened(String.join("\n", stack)));
            }
            json.endObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return SafeText.json(text.toString());
    }

    private String levelName() {
        return level.levelStr.toLowerCase(Locale.ROOT);
    }

    // By hand: DateTimeFormatter costs a noticeable part of the start of a short run.
    private StringBuilder timestamp(StringBuilder line) {
        OffsetDateTime utc = time.atOffset(ZoneOffset.UTC);
        line.append(utc.getYear()).append('-');
        pad(line, utc.getMonthValue(), 2).append('-');
        pad(line, utc.getDayOfMonth(), 2).append('T');
        clock(line, utc).append('.');
        return pad(line, utc.getNano() / 1_000_000, 3).append('Z');
    }

    private static StringBuilder clock(StringBuilder line, OffsetDateTime utc) {
        pad(line, utc.getHour(), 2).append(':');
        pad(line, utc.getMinute(), 2).append(':');
        return pad(line, utc.getSecond(), 2);
    }

    private static StringBuilder pad(StringBuilder line, int number, int width) {
        String digits = Integer.toString(number);
        return line.repeat('0', width - digits.length()).append(digits);
    }

    private static void pair(String key, Object value, StringBuilder line) {
        String text = value.toString();
        int begin = line.append(key).append('=').length();
        SafeText.append(text, QUOTED, line);
        boolean bare = line.length() - begin == text.length()
                && !text.isEmpty()
                && text.codePoints().noneMatch(c -> c == '=' || Character.isSpaceChar(c));
        if (!bare) {
            line.insert(begin, '"').append('"');
        }
    }

    private static String keyOf(KeyValuePair pair) {
        String safe = pair.key.replaceAll("[^A-Za-z0-9_.-]", "_");
        return switch (safe) {
            case "ts", "level", "msg", "stack", "" -> safe + "_";
            // Only what was built as a hint may be pasted.
            case HINT -> pair.value instanceof Hint ? HINT : HINT + "_";
            default -> safe;
        };
    }

    private static Object valueOf(@Nullable Object value, UnaryOperator<String> mask) {
        // Not a switch over types: it makes a class at run time, for every run's first line.
        if (value instanceof Boolean || value instanceof Integer || value instanceof Long) {
            return value;
        }
        return shown(String.valueOf(value), mask);
    }

    private static String shown(@Nullable String text, UnaryOperator<String> mask) {
        return mask.apply(String.valueOf(text));
    }

    /** As the JDK prints it, but for messages, of which none can look like another line. */
    private static List<String> stackOf(Throwable thrown, UnaryOperator<String> mask) {
        List<String> lines = new ArrayList<>();
        Set<Throwable> told = Collections.newSetFromMap(new IdentityHashMap<>());
        add(thrown, "", mask, lines, told);
        return lines;
    }

    private static void add(
            Throwable thrown, String before, UnaryOperator<String> mask, List<String> lines, Set<Throwable> told) {
        lines.add(before + SafeText.line(mask.apply(thrown.toString())));
        if (!told.add(thrown)) {
            return;
        }
        for (StackTraceElement frame : thrown.getStackTrace()) {
            lines.add("    at " + frame);
        }
        for (Throwable suppressed : thrown.getSuppressed()) {
            add(suppressed, "    Suppressed: ", mask, lines, told);
        }
        Throwable cause = thrown.getCause();
        if (cause != null) {
            add(cause, "Caused by: ", mask, lines, told);
        }
    }
}
