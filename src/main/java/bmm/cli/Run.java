package bmm.cli;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.Instance;
import bmm.base.Keys;
import bmm.base.OwnPlace;
import bmm.base.Secret;
import bmm.base.Setting;
import bmm.base.Settings;
import bmm.base.Stopping;
import bmm.stream.Progress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One run of a command: settings are loaded, the log is set up, the command does its work, and whatever it throws becomes
 * one line, a hint and an exit code. The only place where failures turn into exit codes.
 */
final class Run {
    private static final Logger LOG = LoggerFactory.getLogger(Run.class);
    private final Surroundings process;
    private final CommonOptions options;
    private final Map<String, String> given = new HashMap<>();
    private Settings settings = Settings.load(Map.of(), Map.of(), List.of());

    private @Nullable Alerts alerts;
    private @Nullable JobReport job;

    Run(Surroundings process, CommonOptions options) {
        this.process = process;
        this.options = options;
    }

    ExitCode execute(RunnableCommand command) {
        ExitCode ended = attempt(command);
        if (job != null) {
            try {
                job.end(ended);
            } catch (RuntimeException e) {
                LOG.atError().log("the outcome could not be told: {}", Failure.reason(e));
            }
        }
        return command.exit(ended);
    }

    private ExitCode attempt(RunnableCommand command) {
        try {
            // Errors in the settings must be told too, so the log is there before they are read.
            startLog(Optional.empty());
            Places places = new Places(process.environment());
            settings = Settings.load(given, process.environment(), places.envFiles(options));
            maskSecrets();
            startLog(settings.find(Keys.LOG_FILE));
            settings.warnings().forEach(LOG::warn);
            OwnPlace.check(instance().stateDirectory(), "the state directory", Keys.STATE_DIR);
            Unattended unattended = command.unattended();
            if (unattended != null) {
                job = new JobReport(unattended, alerts(), settings, clock());
            }
            return command.run(this);
        } catch (Failure e) {
            return report(e);
        } catch (InterruptedException e) {
            return report(new Failure(ExitCode.DUMP, "stopped", "run it again", e));
        } catch (RuntimeException e) {
            return report(new Failure(
                    ExitCode.INTERNAL,
                    "internal error: " + Failure.reason(e),
                    "this is a bug in bmm: run again with -v and report what it prints",
                    e));
        } catch (OutOfMemoryError e) {
            return report(new Failure(ExitCode.INTERNAL, "out of memory", "give it more with BMM_JAVA_OPTS=-Xmx2g", e));
        }
    }

    /** Tells a failure: one line to stderr or the log, then the hint. */
    ExitCode report(Failure failure) {
        if (job != null) {
            job.failed(failure);
        }
        if (Stopping.requested()) {
            LOG.atDebug().log("told to stop");
        }
        List<String> lines = failure.lines();
        for (int i = 0; i < lines.size(); i++) {
            var event = LOG.atError();
            if (i == lines.size() - 1) {
                Hint hint = failure.hint();
                event = hint == null ? event : event.addKeyValue("hint", hint);
                event = event.addKeyValue("exit", failure.exitCode().code());
                event = options.verbose ? event.setCause(failure) : event;
            }
            event.log(lines.get(i));
        }
        return failure.exitCode();
    }

    private void startLog(Optional<Path> file) {
        Level level = options.verbose ? Level.DEBUG : options.quiet ? Level.WARN : Level.INFO;
        Keys.LogFormat format = options.logFormat != null ? options.logFormat : settings.get(Keys.LOG_FORMAT);
        LogSetup.configure(level, format, !options.noColor, process.err().forLog(), file);
    }

    private void maskSecrets() {
        LogSetup.mask(settings.secrets().toArray(Secret[]::new));
    }

    /** Where the run tells what it saw. */
    Alerts alerts() {
        if (alerts == null) {
            alerts = new Alerts(settings, instance(), new Places(process.environment()), clock(), process.patience());
        }
        return alerts;
    }

    /** What an unattended command tells of itself; null for the others. */
    @Nullable
    JobReport job() {
        return job;
    }

    /** The settings of this run. */
    Settings settings() {
        return settings;
    }

    /** The protected system and its places. */
    Instance instance() {
        return new Places(process.environment()).instance(options, settings);
    }

    /** Who speaks in messages. */
    String source() {
        return new Places(process.environment()).source(instance());
    }

    /** The env files that the settings were read from. */
    List<Path> envFiles() {
        return new Places(process.environment()).envFiles(options);
    }

    /** For results. */
    Output out() {
        return process.out();
    }

    /** Where temporary files go. */
    Path temporaryDirectory() {
        return settings.find(Keys.TEMP_DIR)
                .or(() -> environment("TMPDIR")
                        .filter(Predicate.not(String::isEmpty))
                        .map(Path::of))
                .orElse(Path.of("/var/tmp"))
                .toAbsolutePath();
    }

    /** Whether there is a person at a terminal. */
    boolean canAsk() {
        return process.canAsk();
    }

    /** Asks at the terminal; the end of the input is an empty answer. */
    String ask(String question) {
        process.err().ask(question);
        try {
            // Not closed: it is the process's.
            String line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            return "";
        }
    }

    Clock clock() {
        return process.clock();
    }

    Optional<String> environment(String name) {
        return Optional.ofNullable(process.environment().get(name));
    }

    /** Whether the result is wanted as JSON. */
    boolean json() {
        return options.json;
    }

    /** Prints the one JSON object of {@code --json}. */
    void printJson(Object result) {
        out().json(result);
    }

    /** A bar on a terminal, nothing elsewhere. */
    Progress progress() {
        return process.errIsTerminal() && !options.quiet ? new ProgressBar(process.err()) : Progress.NONE;
    }

    /** A setting that was given as an option, which wins over all others. */
    <T> void option(Setting<T> setting, String value) {
        given.put(setting.key(), value);
    }
}
