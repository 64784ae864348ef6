package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.notify.StandIn;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What real runs of bmm tell a real web server. No database is needed: the backups fail for want of one. */
class AlertsTest {
    /** Long enough for what answers; what does not is waited for no longer than the tests want to. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final String TOKEN = "/services/T0/B0/this-is-a-secret";

    @TempDir
    Path root;

    private final Map<String, String> environment = new TreeMap<>();
    private Instant now = Instant.parse("2026-11-21T03:15:00Z");

    private record Outcome(int exit, String out, String err) {}

    @BeforeEach
    void settings() throws IOException {
        environment.put("HOME", root.toString());
        environment.put("PATH", System.getenv("PATH"));
        environment.put("BMM_STATE_DIR", root.resolve("state").toString());
        environment.put(
                "BMM_BACKUP_DIR", Files.createDirectory(root.resolve("backups")).toString());
    }

    private Outcome run(String... arguments) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Path none = root.resolve("none.env");
        if (!Files.exists(none)) {
            Files.createFile(none);
        }
        String[] words = Stream.concat(Arrays.stream(arguments), Stream.of("--env-file", none.toString()))
                .toArray(String[]::new);
        int exit = new Bmm(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        environment,
                        Clock.fixed(now, ZoneOffset.UTC),
                        PATIENCE)
                .run(words);
        now = now.plusSeconds(900);
        return new Outcome(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static List<String> texts(StandIn service) {
        return service.asked.stream()
                .map(asked -> JsonParser.parseString(asked.body())
                        .getAsJsonObject()
                        .get("title")
                        .getAsString())
                .toList();
    }

    @Test
    void aJobTellsOnceThatItFailsAndOnceThatItWorksAgain() throws IOException {
        try (StandIn hook = StandIn.always(200, "ok");
                StandIn watchdog = StandIn.always(200, "OK")) {
            environment.put("BMM_WEBHOOK_OPS", hook.address(TOKEN).toString());
            environment.put("BMM_BACKUP_DIR", root.resolve("gone").toString());
            environment.put("BMM_HEARTBEAT_BACKUP", watchdog.address("/uuid").toString());

            assertThat(run("prune").exit()).isEqualTo(78);
            assertThat(run("prune").exit()).isEqualTo(78);
            assertThat(texts(hook)).hasSize(1).first().asString().startsWith("prune FAILED: the backup directory");

            Files.createDirectory(root.resolve("gone"));
            assertThat(run("prune").exit()).isZero();
            assertThat(run("prune").exit()).isZero();
            assertThat(texts(hook)).hasSize(2).last().asString().startsWith("prune works again after 30 min");

            // Nothing listens in that directory: the exit code is the backup's own.
            environment.put("PGHOST", root.toString());
            environment.put("BMM_DATABASES", "app");
            int exit = run("backup").exit();
            assertThat(exit).isNotZero();
            assertThat(texts(hook)).hasSize(3).last().asString().startsWith("backup");
            assertThat(watchdog.asked)
                    .extracting(asked -> asked.target().getPath())
                    .containsExactly("/uuid/start", "/uuid/fail");
            assertThat(watchdog.asked.getLast().body()).contains("level=error");
        }
    }

    @Test
    void eachMirrorOfTheSettingsTellsByItself() throws IOException {
        Path emptied = Files.createDirectory(root.resolve("emptied"));
        Path whole = Files.createDirectory(root.resolve("whole"));
        Files.writeString(whole.resolve("photo"), "light");
        try (StandIn hook = StandIn.always(200, "ok");
                StandIn watchdog = StandIn.always(200, "OK")) {
            environment.put("BMM_WEBHOOK_OPS", hook.address(TOKEN).toString());
            environment.put("BMM_HEARTBEAT_MIRROR", watchdog.address("/uuid").toString());
            environment.put(
                    "BMM_MIRROR_EMPTIED", "file://" + emptied + " file://" + Files.createDirectory(root.resolve("a")));
            environment.put(
                    "BMM_MIRROR_WHOLE", "file://" + whole + " file://" + Files.createDirectory(root.resolve("b")));

            assertThat(run("mirror").exit()).isEqualTo(6);
            assertThat(run("mirror").exit()).isEqualTo(6);
            assertThat(texts(hook)).hasSize(1).first().asString().startsWith("mirror emptied FAILED: refused");

            Files.writeString(emptied.resolve("photo"), "back");
            assertThat(run("mirror").exit()).isZero();
            assertThat(texts(hook)).hasSize(2).last().asString().startsWith("mirror emptied works again");
            assertThat(watchdog.asked)
                    .extracting(asked -> asked.target().getPath())
                    .containsExactly("/uuid/start", "/uuid/fail", "/uuid/start", "/uuid/fail", "/uuid/start", "/uuid");
        }
    }

    @Test
    void anUnreachableChannelNeverChangesTheExitCodeAndLosesNothing() throws IOException {
        environment.put("BMM_BACKUP_DIR", root.resolve("gone").toString());
        environment.put("BMM_WEBHOOK_OPS", "http://127.0.0.1:1" + TOKEN);
        Outcome failed = run("prune");
        assertThat(failed.exit()).isEqualTo(78);
        assertThat(failed.err()).doesNotContain("this-is-a-secret");
        assertThat(Files.readString(root.resolve("state/incidents.json"))).doesNotContain("this-is-a-secret");
        try (StandIn hook = StandIn.always(200, "ok")) {
            environment.put("BMM_WEBHOOK_OPS", hook.address(TOKEN).toString());
            Files.createDirectory(root.resolve("gone"));
            assertThat(run("prune").exit()).isZero();
            assertThat(texts(hook)).hasSize(1).first().asString().contains("was failed 03:15-03:30 UTC, alert delayed");
        }
    }

    @Test
    void notifySendsAndTestsAndIsNeverLoud() throws IOException {
        try (StandIn hook = StandIn.always(200, "ok")) {
            environment.put("BMM_WEBHOOK_OPS", hook.address(TOKEN).toString());
            Outcome sent = run("notify", "--severity", "critical", "the", "NAS", "is", "full");
            assertThat(sent.exit()).isZero();
            assertThat(sent.out()).isEqualTo("delivered\n");
            assertThat(texts(hook)).containsExactly("the NAS is full");

            Outcome test = run("notify", "--test");
            assertThat(test.exit()).isZero();
            assertThat(test.out()).contains("ops           delivered", "syslog  ");
            assertThat(texts(hook).getLast()).startsWith("TEST:");
        }
        Outcome kept = run("notify", "one more");
        assertThat(kept.exit()).isZero();
        assertThat(kept.out()).startsWith("kept in the outbox: ");
        assertThat(kept.out() + kept.err()).doesNotContain("this-is-a-secret");
        assertThat(run("notify", "--strict", "another").exit()).isEqualTo(10);
        assertThat(run("notify", "--severity", "loud", "x").exit()).isEqualTo(64);
    }

    @Test
    void withoutAnyChannelStrictSaysSo() throws IOException {
        Outcome quiet = run("notify", "hello");
        assertThat(quiet.exit()).isZero();
        assertThat(quiet.err()).contains("no channel is set up");
        assertThat(run("notify", "--strict", "hello").exit()).isEqualTo(10);
    }

    @Test
    void aChannelThatIsNotSetUpIsAMistakeInTheSettings() throws IOException {
        environment.put("BMM_CHANNELS", "critical=sms,pager");
        Outcome outcome = run("prune");
        assertThat(outcome.exit()).isEqualTo(78);
        assertThat(outcome.err()).contains("BMM_CHANNELS names sms, pager, which are not set up");
    }
}
