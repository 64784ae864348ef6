package bmm.cli;

import bmm.alert.News;
import bmm.alert.Outbox;
import bmm.alert.Subject;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.notify.Channel;
import bmm.notify.Delivery;
import bmm.notify.Message;
import bmm.notify.Routes;
import bmm.notify.Severity;
import bmm.process.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bmm notify}. */
@picocli.CommandLine.Command(
        name = "notify",
        description = {
            "Send a message the way BMM_CHANNELS says, or test every channel. What cannot be sent now is kept and sent by",
            "the next run of bmm; therefore this exits with 0 unless --strict is given."
        })
final class NotifyCommand extends RunnableCommand {
    private static final Logger LOG = LoggerFactory.getLogger(NotifyCommand.class);
    private static final int MOST_FROM_STDIN = 10_000;
    private static final int JOURNAL_LINES = 10;
    private static final Duration JOURNAL_TIMEOUT = Duration.ofSeconds(10);

    @Parameters(paramLabel = "MESSAGE", arity = "0..*", description = "What to say; - reads it from standard input.")
    List<String> words = new ArrayList<>();

    @Option(
            names = "--severity",
            paramLabel = "SEVERITY",
            description = "critical, warning (default) or info; decides which way it goes.")
    String severity = "warning";

    @Option(names = "--subject", paramLabel = "NAME", description = "What it is about (default: notify).")
    String subject = "notify";

    @Option(
            names = "--unit",
            paramLabel = "UNIT",
            description = "A systemd unit that failed, for OnFailure=: says so, with its last lines in the journal.")
    @Nullable
    String unit;

    @Option(names = "--test", description = "Send a marked test through every channel and print which worked.")
    boolean test;

    @Option(names = "--strict", description = "Exit with 10 if it was not delivered.")
    boolean strict;

    @Override
    List<ExitCode> exitCodes() {
        return List.of(ExitCode.OK, ExitCode.NOTIFICATION, ExitCode.USAGE);
    }

    @Override
    String example() {
        return """
                bmm notify --severity critical --subject disk/nas "the NAS is full"
                bmm notify --test
                ExecStart=/usr/bin/bmm notify --unit %i""";
    }

    @Override
    ExitCode exit(ExitCode ended) {
        return strict || ended == ExitCode.USAGE ? ended : ExitCode.OK;
    }

    @Override
    ExitCode run(Run run) throws InterruptedException {
        Severity chosen;
        try {
            chosen = Routes.severity(severity);
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.USAGE, Failure.reason(e), "--severity critical, for example", e);
        }
        if (test) {
            return test(run);
        }
        String text = text();
        Alerts alerts = run.alerts();
        if (alerts.routes().of(chosen).isEmpty()) {
            throw new Failure(
                    ExitCode.NOTIFICATION,
                    "no channel is set up for messages that are " + severity + ": only the system's log has it",
                    "docs/configuration.md, Alerts; bmm notify --test tells what works");
        }
        Outbox.Rest rest = alerts.tell(
                News.notice(new Subject(subject), chosen, text, run.clock().instant()));
        boolean delivered = rest.waiting() == 0;
        if (run.json()) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("delivered", delivered);
            json.put("waiting", rest.waiting());
            json.put("problem", rest.problem());
            run.printJson(json);
        } else {
            run.out().line(delivered ? "delivered" : "kept in the outbox: " + rest.problem());
        }
        if (!delivered) {
            LOG.atWarn().log("not delivered yet: {}", rest.problem());
        }
        return delivered ? ExitCode.OK : ExitCode.NOTIFICATION;
    }

    private ExitCode test(Run run) throws InterruptedException {
        Alerts alerts = run.alerts();
        Message message = new Message(
                Message.Kind.TEST,
                Severity.INFO,
                run.source(),
                "TEST: this is a test of bmm, nothing is wrong",
                List.of(),
                List.of("test"),
                run.source() + "/test",
                run.clock().instant());
        Map<String, String> results = new LinkedHashMap<>();
        boolean all = true;
        for (String name : alerts.channels().names()) {
            Optional<Channel> channel = alerts.channels().find(name);
            Delivery delivery = channel.isEmpty()
                    ? new Delivery.Refused("it is not set up")
                    : channel.get().send(message, null);
            results.put(name, LogSetup.masked(delivery.inWords()));
            all &= delivery instanceof Delivery.Delivered || delivery instanceof Delivery.Accepted;
        }
        if (run.json()) {
            run.printJson(Map.of("channels", results, "delivered", all));
        } else {
            results.forEach((name, result) ->
                    run.out().line(name + " ".repeat(Math.max(2, 14 - name.length())) + result));
        }
        return all ? ExitCode.OK : ExitCode.NOTIFICATION;
    }

    private String text() throws InterruptedException {
        String text = String.join(" ", words);
        if (text.equals("-") || (text.isEmpty() && unit == null)) {
            text = standardInput();
        }
        if (unit != null) {
            text = (text.isEmpty() ? "unit " + unit + " failed" : text) + journal(unit);
        }
        if (text.isBlank()) {
            throw new Failure(ExitCode.USAGE, "there is no message", "bmm notify \"the disk is full\", or pipe it in");
        }
        return text;
    }

    private static String standardInput() {
        try {
            // Not closed: it is the process's.
            return new String(System.in.readNBytes(MOST_FROM_STDIN), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new Failure(ExitCode.USAGE, "cannot read standard input: " + Failure.reason(e), e);
        }
    }

    /** The last lines of a unit; without them if they cannot be had. */
    private static String journal(String unit) throws InterruptedException {
        try {
            Command.Result lines = Command.of(
                            "journalctl",
                            "--no-pager",
                            "-q",
                            "-o",
                            "cat",
                            "-n",
                            String.valueOf(JOURNAL_LINES),
                            "-u",
                            unit)
                    .timeout(JOURNAL_TIMEOUT)
                    .run();
            String said = lines.output().strip();
            return lines.ok() && !said.isEmpty() ? ": " + said.replaceAll("\\s*\\n\\s*", " | ") : "";
        } catch (IOException e) {
            LOG.atDebug().log("no journal: {}", Failure.reason(e));
            return "";
        }
    }
}
