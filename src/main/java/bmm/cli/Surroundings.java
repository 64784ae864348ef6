package bmm.cli;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/**
 * What a command may use of the process that it runs in.
 *
 * @param patience how long it may stay for sending alerts, when its work is done
 */
record Surroundings(Output out, Output err, Map<String, String> environment, Clock clock, Duration patience) {
    /** The launcher tells whether stderr is a terminal; Java itself cannot see it. */
    boolean errIsTerminal() {
        return Boolean.getBoolean("bmm.terminal");
    }

    /** Whether a person can be asked: sees stderr, and types into stdin. */
    boolean canAsk() {
        return errIsTerminal() && Boolean.getBoolean("bmm.terminal.input");
    }
}
