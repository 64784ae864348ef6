package bmm.uptime;

import bmm.alert.Layer;
import bmm.base.Amounts;
import bmm.process.Command;
import bmm.process.RunningCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * {@code cmd:…}: a shell command of the user's ends with status 0 in time. Its last line says why, if it does not.
 *
 * @param variables names of those of bmm's environment that it is given
 */
record CommandProbe(String command, List<String> variables) implements Probe {
    private static final Duration AFTER_ITS_END = Duration.ofSeconds(1);
    private static final int LONGEST_LINE = 200;

    @Override
    public String target() {
        return "cmd:" + command;
    }

    @Override
    public Layer layer() {
        return Layer.SERVICE;
    }

    @Override
    public Look look(Trail trail, Duration timeout) throws IOException, InterruptedException {
        Deadline deadline = Deadline.in(timeout);
        LastLine output = new LastLine();
        try (RunningCommand running = Command.of("/bin/sh", "-c", command)
                .inheriting(variables)
                .timeout(timeout)
                .start()) {
            // Beside the wait: what the command leaves running may hold its output open.
            Thread reader = Thread.ofVirtual().start(() -> output.readAll(running.output()));
            int exit = running.waitFor();
            reader.join(AFTER_ITS_END);
            if (running.timedOut()) {
                return Look.down(null, "did not end within " + Amounts.duration(timeout), deadline.spent());
            }
            String said = running.lastError().isEmpty() ? output.text : running.lastError();
            if (exit != 0) {
                return Look.down(
                        null,
                        "exit status " + exit + (said.isEmpty() ? "" : ": " + Reasons.cut(said)),
                        deadline.spent());
            }
            return Look.up(output.text.isEmpty() ? "exit status 0" : Reasons.cut(output.text), deadline.spent());
        }
    }

    /** Of a stream that is read to its end, however much it is: the last line that is not blank. */
    private static final class LastLine {
        private volatile String text = "";
        private final StringBuilder line = new StringBuilder();

        void readAll(InputStream in) {
            char[] buffer = new char[8192];
            try (Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
                for (int read = reader.read(buffer); read >= 0; read = reader.read(buffer)) {
                    for (int i = 0; i < read; i++) {
                        add(buffer[i]);
                    }
                }
                keep();
            } catch (IOException e) {
                keep(); // it was stopped in the middle
            }
        }

        private void add(char c) {
            if (c == '\n') {
                keep();
            } else if (line.length() < LONGEST_LINE) {
                line.append(c);
            }
        }

        private void keep() {
            String kept = line.toString().strip();
            text = kept.isEmpty() ? text : kept;
            line.setLength(0);
        }
    }
}
