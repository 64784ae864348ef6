package bmm.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys.LogFormat;
import bmm.base.Secret;
import ch.qos.logback.classic.LoggerContext;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

class LogSetupTest {
    private static final Logger LOG = LoggerFactory.getLogger("bmm.backup.Backup");

    @TempDir
    Path directory;

    // A locale of cron: bytes are UTF-8 nevertheless.
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(bytes, true, US_ASCII);

    @AfterEach
    void silence() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(ch.qos.logback.classic.Level.OFF);
    }

    @Test
    void logfmtAwayFromTerminals() {
        LogSetup.configure(Level.INFO, LogFormat.AUTO, true, err, Optional.empty());
        LOG.atInfo().addKeyValue("db", "größe").log("dumped {} tables", 42);

        assertThat(logged())
                .matches("ts=20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z level=info msg=\"dumped 42 tables\""
                        + " db=größe\n");
    }

    @Test
    void textOnATerminal() {
        configure(LogFormat.AUTO, Destination.TERMINAL);
        LOG.atWarn().addKeyValue("db", "archiv").log("slow");

        assertThat(logged()).matches("\\d\\d:\\d\\d:\\d\\dZ WARN  slow db=archiv\n");
    }

    @Test
    void prioritiesInTheJournal() {
        configure(LogFormat.AUTO, Destination.JOURNAL);
        LOG.error("a");
        LOG.warn("b");
        LOG.info("c");
        configure(LogFormat.JSON, Destination.JOURNAL);
        LOG.info("d");

        assertThat(logged().lines())
                .satisfiesExactly(
                        a -> assertThat(a).startsWith("<3>ts=").endsWith("level=error msg=a"),
                        b -> assertThat(b).startsWith("<4>ts="),
                        c -> assertThat(c).startsWith("<6>ts="),
                        d -> assertThat(d).startsWith("<6>{\"ts\":"));
    }

    @Test
    void everyLineOfATraceHasItsPriority() {
        LogSetup.configure(Level.DEBUG, LogFormat.TEXT, false, err, Destination.JOURNAL, Optional.empty());
        LOG.error("failed", new IOException("x"));

        assertThat(logged().lines()).hasSizeGreaterThan(2).allMatch(line -> line.startsWith("<3>"));
    }

    @Test
    void jsonLines() {
        configure(LogFormat.JSON, Destination.OTHER);
        LOG.atInfo().addKeyValue("bytes", 5L).log("a \"b\"\n");

        assertThat(logged()).endsWith("}\n");
        assertThat(JsonParser.parseString(logged())
                        .getAsJsonObject()
                        .get("bytes")
                        .getAsLong())
                .isEqualTo(5);
    }

    @Test
    void levelsOfBmmAndOfLibraries() {
        Logger aws = LoggerFactory.getLogger("software.amazon.awssdk.request");
        LogSetup.configure(Level.DEBUG, LogFormat.LOGFMT, false, err, Optional.empty());
        LOG.debug("one");
        LOG.trace("not this");
        aws.info("nor this");
        aws.warn("two");
        LogSetup.configure(Level.WARN, LogFormat.LOGFMT, false, err, Optional.empty());
        LOG.info("nor this");
        LOG.warn("three");

        assertThat(logged().lines().map(line -> line.substring(line.indexOf("level="))))
                .containsExactly(
                        "level=debug msg=one",
                        "level=warn msg=two logger=software.amazon.awssdk.request",
                        "level=warn msg=three");
    }

    @Test
    void theFileIsAppendedAsLogfmtAndIsTheOwnersOnly() throws IOException {
        Path file = directory.resolve("bmm.log");
        LogSetup.configure(Level.INFO, LogFormat.TEXT, false, err, Optional.of(file));
        LOG.info("first");
        LogSetup.configure(Level.INFO, LogFormat.JSON, false, err, Optional.of(file));
        LOG.info("second");

        assertThat(Files.readAllLines(file))
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("ts=").endsWith("msg=first"),
                        second -> assertThat(second).startsWith("{\"ts\":"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(logged().lines()).hasSize(2);
    }

    @Test
    void aFileThatCannotBeOpenedIsAConfigurationFailure() {
        assertThatThrownBy(() -> LogSetup.configure(
                        Level.INFO, LogFormat.TEXT, false, err, Optional.of(directory.resolve("none/bmm.log"))))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.CONFIGURATION);
                    assertThat(failure.hint()).asString().contains("BMM_LOG_FILE");
                })
                .hasMessage("cannot open the log file: " + directory.resolve("none/bmm.log")
                        + ": no such file or directory");
        assertThatThrownBy(() -> LogSetup.configure(Level.INFO, LogFormat.TEXT, false, err, Optional.of(directory)))
                .isInstanceOf(Failure.class);
    }

    @Test
    void aFullDiskDoesNotStopTheRun() {
        Path full = Path.of("/dev/full");
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.isWritable(full), "no /dev/full");
        LogSetup.configure(Level.INFO, LogFormat.LOGFMT, false, err, Optional.of(full));
        LOG.info("first");
        LOG.info("second");

        assertThat(logged().lines())
                .satisfiesExactlyInAnyOrder(
                        first -> assertThat(first).endsWith("msg=first"),
                        note -> assertThat(note).isEqualTo("bmm: the log file /dev/full cannot be written any more"),
                        second -> assertThat(second).endsWith("msg=second"));
    }

    @Test
    void secretsAreMaskedInEveryForm() {
        configure(LogFormat.LOGFMT, Destination.OTHER);
        LogSetup.mask(
                new Secret("p@ss word/1"), new Secret("postgres://app:s%40cret9@db.example/archiv"), new Secret("abc"));
        LOG.atInfo()
                .addKeyValue("url", "https://u:p%40ss+word%2F1@x p%40ss%20word%2F1")
                .addKeyValue("db", "postgres://app:s%40cret9@db.example/archiv")
                .log("p@ss word/1 and s@cret9 and abc");

        assertThat(logged())
                .contains("msg=\"*** and *** and abc\"")
                .contains("url=\"https://u:***@x ***\"")
                .contains("db=***");
        assertThat(LogSetup.masked("p@ss word/1")).isEqualTo("***");
    }

    @Test
    void eachKeyOfAFileOfKeysIsMasked() {
        configure(LogFormat.LOGFMT, Destination.OTHER);
        LogSetup.mask(new Secret("# two of them\nAGE-SECRET-KEY-1ONE\nAGE-SECRET-KEY-1TWO"));

        assertThat(LogSetup.masked("with AGE-SECRET-KEY-1TWO or AGE-SECRET-KEY-1ONE"))
                .isEqualTo("with *** or ***");
    }

    @Test
    void theJdksOwnLogIsForwarded() {
        configure(LogFormat.LOGFMT, Destination.OTHER);
        LogRecord record = new LogRecord(java.util.logging.Level.WARNING, "lost {0}");
        record.setLoggerName("org.postgresql.Driver");
        record.setParameters(new Object[] {"it"});
        new JdkLogging.Forwarder().publish(record);
        record.setLevel(java.util.logging.Level.INFO);
        new JdkLogging.Forwarder().publish(record);

        assertThat(logged().lines())
                .singleElement()
                .asString()
                .endsWith("level=warn msg=\"lost it\" logger=org.postgresql.Driver");
    }

    @Test
    void knowsWhereStandardErrorLeads() throws IOException {
        Path file = Files.createFile(directory.resolve("err"));
        Path descriptor = Files.createSymbolicLink(directory.resolve("2"), file);
        Map<String, Object> identity = Files.readAttributes(file, "unix:dev,ino");
        String journal = identity.get("dev") + ":" + identity.get("ino");

        assertThat(Destination.of(descriptor, Map.of())).isEqualTo(Destination.OTHER);
        assertThat(Destination.of(descriptor, Map.of("JOURNAL_STREAM", journal)))
                .isEqualTo(Destination.JOURNAL);
        assertThat(Destination.of(descriptor, Map.of("JOURNAL_STREAM", "8:1", "INVOCATION_ID", "x")))
                .as("inherited from a unit, but redirected")
                .isEqualTo(Destination.OTHER);
        assertThat(Destination.of(Files.createSymbolicLink(directory.resolve("3"), Path.of("/dev/pts/0")), Map.of()))
                .isEqualTo(Destination.TERMINAL);
        assertThat(Destination.of(directory.resolve("none"), Map.of("JOURNAL_STREAM", "8:1")))
                .isEqualTo(Destination.OTHER);
        assertThat(Destination.of(err, Map.of())).isEqualTo(Destination.OTHER);
    }

    @Test
    void colourOnlyWhereItIsWelcome() {
        assertThat(Destination.TERMINAL.allowsColour(Map.of())).isTrue();
        assertThat(Destination.TERMINAL.allowsColour(Map.of("NO_COLOR", ""))).isTrue();
        assertThat(Destination.TERMINAL.allowsColour(Map.of("NO_COLOR", "1"))).isFalse();
        assertThat(Destination.TERMINAL.allowsColour(Map.of("TERM", "dumb"))).isFalse();
        assertThat(Destination.JOURNAL.allowsColour(Map.of())).isFalse();
    }

    private void configure(LogFormat format, Destination destination) {
        LogSetup.configure(Level.INFO, format, false, err, destination, Optional.empty());
    }

    private String logged() {
        return bytes.toString(UTF_8);
    }
}
