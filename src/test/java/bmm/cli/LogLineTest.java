package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.base.Hint;
import bmm.base.HostileText;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.TimeZone;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class LogLineTest {
    private static final Instant TIME = Instant.parse("2026-11-21T03:05:00.023456Z");
    private static final String NASTY = "a \"b\"\\c\r\nERROR fake\u001b[2J\u007f\u009b\u2028\u202e\0";

    @Test
    void textShowsTheLevelUnlessItIsInfo() {
        assertThat(line(event(Level.INFO, "dumped {}", "archiv")).text(false)).isEqualTo("03:05:00Z dumped archiv");
        assertThat(line(event(Level.WARN, "slow")).text(false)).isEqualTo("03:05:00Z WARN  slow");
        assertThat(line(event(Level.ERROR, "gone")).text(false)).isEqualTo("03:05:00Z ERROR gone");
        assertThat(line(event(Level.WARN, "slow")).text(true))
                .isEqualTo("\u001b[2m03:05:00Z\u001b[0m \u001b[33mWARN\u001b[0m  slow");
    }

    @Test
    void fieldsFollowAsKeyAndValue() {
        LoggingEvent event = event(Level.INFO, "dumped");
        event.addKeyValuePair(new KeyValuePair("db", "archiv"));
        event.addKeyValuePair(new KeyValuePair("bytes", 97_000_000L));
        event.addKeyValuePair(new KeyValuePair("file", Path.of("/var/with blank")));
        event.addKeyValuePair(new KeyValuePair("ok", true));
        event.addKeyValuePair(new KeyValuePair("none", null));
        event.addKeyValuePair(new KeyValuePair("empty", ""));
        event.addKeyValuePair(new KeyValuePair("odd key=", "x"));
        event.addKeyValuePair(new KeyValuePair("level", "mine"));

        assertThat(line(event).text(false))
                .isEqualTo("03:05:00Z dumped db=archiv bytes=97000000 file=\"/var/with blank\" ok=true none=null"
                        + " empty=\"\" odd_key_=x level_=mine");
        assertThat(line(event).logfmt())
                .isEqualTo("ts=2026-11-21T03:05:00.023Z level=info msg=dumped db=archiv bytes=97000000"
                        + " file=\"/var/with blank\" ok=true none=null empty=\"\" odd_key_=x level_=mine");
        assertThat(line(event).json())
                .isEqualTo("{\"ts\":\"2026-11-21T03:05:00.023Z\",\"level\":\"info\",\"msg\":\"dumped\","
                        + "\"db\":\"archiv\",\"bytes\":97000000,\"file\":\"/var/with blank\",\"ok\":true,"
                        + "\"none\":\"null\",\"empty\":\"\",\"odd_key_\":\"x\",\"level_\":\"mine\"}");
    }

    @Test
    void peopleReadTheHintOnALineOfItsOwn() {
        LoggingEvent event = event(Level.ERROR, "cannot reach db");
        event.addKeyValuePair(new KeyValuePair("hint", Hint.of("check PGHOST\n")));
        event.addKeyValuePair(new KeyValuePair("exit", 2));
        event.setThrowableProxy(new ch.qos.logback.classic.spi.ThrowableProxy(new IOException("cannot reach db")));

        assertThat(line(event).text(false))
                .isEqualTo("03:05:00Z ERROR cannot reach db exit=2\n    hint: check PGHOST\\n");
        assertThat(line(event).logfmt())
                .endsWith("level=error msg=\"cannot reach db\" hint=\"check PGHOST\\n\" exit=2");
    }

    @Test
    void onlyWhatWasBuiltAsAHintIsOne() {
        LoggingEvent event = event(Level.ERROR, "cannot reach db");
        event.addKeyValuePair(new KeyValuePair("hint", "rm -rf /"));

        assertThat(line(event).text(false)).isEqualTo("03:05:00Z ERROR cannot reach db hint_=\"rm -rf /\"");
    }

    @Test
    void whateverIsSaidNoLineIsForged() {
        Random random = new Random(14);
        for (int i = 0; i < 3_000; i++) {
            LoggingEvent event = event(Level.ERROR, HostileText.next(random));
            event.addKeyValuePair(new KeyValuePair("db", HostileText.next(random)));
            event.addKeyValuePair(new KeyValuePair(HostileText.next(random), HostileText.next(random)));
            event.addKeyValuePair(new KeyValuePair("hint", Hint.of("drop ").name(HostileText.next(random))));
            IOException thrown =
                    new IOException(HostileText.next(random), new IllegalStateException(HostileText.next(random)));
            thrown.addSuppressed(new IOException(HostileText.next(random)));
            event.setThrowableProxy(new ch.qos.logback.classic.spi.ThrowableProxy(thrown));
            LogLine line = new LogLine(event, UnaryOperator.identity(), true);

            assertThat(line.logfmt()).doesNotContain("\n").startsWith("ts=2026-11-21T03:05:00.023Z level=error msg=");
            assertThat(line.json()).doesNotContain("\n");
            assertThat(line.text(false).lines()).element(0).asString().startsWith("03:05:00Z ERROR ");
            assertThat(line.text(false).lines().skip(1)).allMatch(one -> one.startsWith("    "));
            assertThat(line.text(false).lines().filter(one -> one.startsWith("    hint: ")))
                    .hasSize(1);
            for (String text : new String[] {line.text(false), line.logfmt(), line.json()}) {
                assertThat(HostileText.isHarmless(text)).as(text).isTrue();
                assertThat(text).doesNotContain("##[", "##vso[");
            }
            assertThat(fieldsOf(line.logfmt()))
                    .as(line.logfmt())
                    .contains("ts", "level", "msg", "db", "hint")
                    .hasSizeLessThanOrEqualTo(9);
            JsonObject json = JsonParser.parseString(line.json()).getAsJsonObject();
            assertThat(json.get("msg").getAsString()).isEqualTo(event.getFormattedMessage());
        }
    }

    /** The keys, as a reader of logfmt sees them. */
    private static List<String> fieldsOf(String logfmt) {
        return Pattern.compile("([^ =\"]+)=(?:\"(?:[^\"\\\\]++|\\\\.)*+\"|[^ =\"]*)(?: |$)")
                .matcher(logfmt)
                .results()
                .map(field -> field.group(1))
                .toList();
    }

    @Test
    void aLineIsNotLongerThanAReaderCanBear() {
        LoggingEvent event = event(Level.ERROR, "x".repeat(1_000_000));
        for (String text : new String[] {
            line(event).text(false), line(event).logfmt(), line(event).json()
        }) {
            assertThat(text).hasSizeLessThan(20_000).contains("… (1000000 characters)");
        }
    }

    @Test
    void timesAreUtcWhateverTheMachineThinks() {
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
        try {
            assertThat(line(event(Level.INFO, "x")).text(false)).startsWith("03:05:00Z ");
            assertThat(line(event(Level.INFO, "x")).logfmt()).startsWith("ts=2026-11-21T03:05:00.023Z ");
        } finally {
            TimeZone.setDefault(before);
        }
    }

    @Test
    void oneEventIsOneLineWithoutControlCharacters() {
        LoggingEvent event = event(Level.INFO, NASTY);
        event.addKeyValuePair(new KeyValuePair("value", NASTY));
        event.setThrowableProxy(
                new ch.qos.logback.classic.spi.ThrowableProxy(new IllegalStateException("first\nsecond \u001b[31m")));
        LogLine line = line(event);

        for (String text : new String[] {line.text(false), line.logfmt(), line.json()}) {
            assertThat(text.chars()).noneMatch(c -> c < ' ' || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x202e);
        }
        assertThat(line.logfmt())
                .contains(" value=\"a \\\"b\\\"\\\\c\\r\\nERROR fake\\u001b[2J\\u007f\\u009b\\u2028\\u202e\\u0000\"")
                .contains("error=\"first; second \\u001b[31m\"");
        JsonObject json = JsonParser.parseString(line.json()).getAsJsonObject();
        assertThat(json.get("msg").getAsString()).isEqualTo(NASTY);
        assertThat(json.get("value").getAsString()).isEqualTo(NASTY);
    }

    @Test
    void jsonIsValidForAnyText() {
        Random random = new Random(3);
        for (int i = 0; i < 500; i++) {
            String text = random.ints(20, 0, 0x300)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            JsonObject json =
                    JsonParser.parseString(line(event(Level.INFO, text)).json()).getAsJsonObject();
            assertThat(json.get("msg").getAsString()).isEqualTo(text);
        }
    }

    @Test
    void stackTracesOnlyWhenAskedFor() {
        LoggingEvent event = event(Level.ERROR, "dump failed");
        event.setThrowableProxy(new ch.qos.logback.classic.spi.ThrowableProxy(
                new UncheckedIOException(new IOException("Connection refused"))));

        assertThat(line(event).text(false)).isEqualTo("03:05:00Z ERROR dump failed error=\"Connection refused\"");
        LogLine debug = new LogLine(event, UnaryOperator.identity(), true);
        assertThat(debug.text(false).lines())
                .element(0)
                .isEqualTo("03:05:00Z ERROR dump failed error=\"Connection refused\"");
        assertThat(debug.text(false).lines().skip(1))
                .isNotEmpty()
                .allMatch(one -> one.startsWith("    "))
                .anyMatch(one -> one.contains("Caused by: java.io.IOException: Connection refused"));
        assertThat(debug.logfmt()).doesNotContain("\n").contains(" stack=\"java.io.UncheckedIOException: ");
        assertThat(JsonParser.parseString(debug.json())
                        .getAsJsonObject()
                        .get("stack")
                        .getAsString())
                .contains("Caused by: ");
    }

    @Test
    void secretsAreMaskedBeforeTheyAreEscaped() {
        LoggingEvent event = event(Level.INFO, "with hun\"ter2");
        event.addKeyValuePair(new KeyValuePair("url", "x:hun\"ter2@y"));
        event.setThrowableProxy(new ch.qos.logback.classic.spi.ThrowableProxy(new IOException("no hun\"ter2")));
        LogLine line = new LogLine(event, text -> text.replace("hun\"ter2", "***"), true);

        for (String text : new String[] {line.text(false), line.logfmt(), line.json()}) {
            assertThat(text).contains("***").doesNotContain("ter2");
        }
    }

    private static LogLine line(LoggingEvent event) {
        return new LogLine(event, UnaryOperator.identity(), false);
    }

    private static LoggingEvent event(Level level, String message, Object... arguments) {
        Logger logger = new LoggerContext().getLogger("bmm.backup.Backup");
        LoggingEvent event = new LoggingEvent("", logger, level, message, null, arguments);
        event.setInstant(TIME);
        return event;
    }
}
