package bmm.uptime;

import bmm.alert.Layer;
import bmm.base.Amounts;
import bmm.process.Command;
import bmm.process.RunningCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** {@code cmd:…}: a shell command of the user's ends with status 0 in time. Its last line says why, if it does not. */
record CommandProbe(String command) implements Probe {
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
        AtomicReference<String> last = new AtomicReference<>("");
        try (RunningCommand running =
                Command.of("/bin/sh", "-c", command).timeout(timeout).start()) {
            // Beside the wait: what the command leaves running may hold its output open.
            Thread reader = Thread.ofVirtual().start(() -> readLines(running, last));
            int exit = running.waitFor();
            reader.join(AFTER_ITS_END);
            if (running.timedOut()) {
                return Look.down(null, "did not end within " + Amounts.duration(timeout), deadline.spent());
            }
            String said = running.lastError().isEmpty() ? last.get() : running.lastError();
            if (exit != 0) {
                return Look.down(
                        null, "exit status " + exit + (said.isEmpty() ? "" : ": " + Reasons.cut(said)), deadline.spent());
            }
            return Look.up(last.get().isEmpty() ? "exit status 0" : Reasons.cut(last.get()), deadline.spent());
        }
    }

    /** Reads to the end, however much it is, and keeps the last line that is not blank. */
    private static void readLines(RunningCommand running, AtomicReference<String> last) {
        char[] buffer = new char[8192];
        StringBuilder line = new StringBuilder();
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(running.output(), StandardCharsets.UTF_8))) {
            for (int read = reader.read(buffer); read >= 0; read = reader.read(buffer)) {
                for (int i = 0; i < read; i++) {
                    if (buffer[i] == '\n') {
                        keep(line, last);
                    } else if (line.length() < LONGEST_LINE) {
                        line.append(buffer[i]);
                    }
                }
            }
        } catch (IOException e) {
            // It was stopped in the middle; what it said so far is kept.
            line.append("");
        }
        keep(line, last);
    }

    private static void keep(StringBuilder line, AtomicReference<String> last) {
        if (!line.toString().isBlank()) {
            last.set(line.toString().strip());
        }
        line.setLength(0);
    }
}
