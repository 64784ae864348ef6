package bmm.process;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.Setting;
import bmm.base.Settings;
import bmm.base.Stopping;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's commands before and after a job, where they are set.
 *
 * @param instance told to them
 */
public record Hooks(Settings settings, String instance, Setting<String> pre, Setting<String> post) {
    private static final Logger LOG = LoggerFactory.getLogger(Hooks.class);

    /**
     * Runs the one before the work.
     *
     * @throws Failure {@link ExitCode#PREFLIGHT} if it fails
     */
    public void before() throws InterruptedException {
        run("pre", pre, ExitCode.OK, ExitCode.PREFLIGHT);
    }

    /**
     * Runs the one after the work, whatever happened before, also after SIGTERM.
     *
     * @param ifItFails the code of its own failure, which is told beside the others
     */
    public @Nullable Failure after(ExitCode outcome, ExitCode ifItFails) throws InterruptedException {
        Stopping.done();
        // The interrupt has done its work; set, it would break the hook, the history and the report.
        if (Thread.interrupted()) {
            LOG.atDebug().log("was interrupted");
        }
        try {
            run("post", post, outcome, ifItFails);
            return null;
        } catch (Failure e) {
            return e;
        }
    }

    private void run(String name, Setting<String> setting, ExitCode outcome, ExitCode ifItFails)
            throws InterruptedException {
        String command = settings.find(setting).orElse(null);
        if (command != null) {
            List<String> variables = settings.find(Keys.HOOK_ENV).orElse(List.of());
            new Hook(name, command, variables, settings.get(Keys.HOOK_TIMEOUT)).run(instance, outcome, ifItFails);
        }
    }
}
