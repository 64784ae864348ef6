package bmm.process;

import bmm.base.Amounts;
import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shell command of the user's, before or after the work. What it prints goes to the log.
 *
 * @param variables names of those of bmm's environment that it is given
 */
public record Hook(String name, String command, List<String> variables, Duration timeout) {
    private static final Duration AFTER_ITS_END = Duration.ofSeconds(2);
    private static final Logger LOG = LoggerFactory.getLogger(Hook.class);

    /**
     * Runs it to its end.
     *
     * @param outcome exit code of the run so far
     * @throws Failure under the given code if it fails
     */
    public void run(String instance, ExitCode outcome, ExitCode ifItFails) throws InterruptedException {
        LOG.atInfo().addKeyValue("hook", name).log("running the {} hook", name);
        Command shell = Command.of("/bin/sh", "-c", command)
                .inheriting(variables)
                .environment("BMM_INSTANCE", instance)
                .environment("BMM_OUTCOME", String.valueOf(outcome.code()))
                .timeout(timeout);
        try (RunningCommand running = shell.start()) {
            // Beside the wait: a service that the hook starts may hold its output open for as long as it runs.
            Thread reader = Thread.ofVirtual().start(() -> logOutput(running));
            int exit = running.waitFor();
            reader.join(AFTER_ITS_END);
            running.errors()
                    .lines()
                    .forEach(line -> LOG.atInfo().addKeyValue("hook", name).log(line));
            if (exit != 0 || running.timedOut()) {
                throw new Failure(
                        ifItFails,
                        running.timedOut()
                                ? "the " + name + " hook took longer than " + Amounts.duration(timeout)
                                : "the " + name + " hook failed with exit status " + exit,
                        "run it by hand; its output is in the log");
            }
        } catch (IOException e) {
            throw new Failure(ifItFails, "the " + name + " hook cannot run: " + Failure.reason(e), e);
        }
    }

    private void logOutput(RunningCommand running) {
        new BufferedReader(new InputStreamReader(running.output(), StandardCharsets.UTF_8))
                .lines()
                .forEach(line -> LOG.atInfo().addKeyValue("hook", name).log(line));
    }
}
