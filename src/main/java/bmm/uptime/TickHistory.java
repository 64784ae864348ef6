package bmm.uptime;

import bmm.base.DurableFile;
import bmm.base.Failure;
import bmm.base.OwnFile;
import bmm.base.SafeText;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line of JSON for each tick, with the latency of every probe, in {@code uptime.jsonl} of the state directory. Apart from
 * the history of jobs, which a tick every minute would push out. Losing a line must never fail a tick.
 */
public final class TickHistory {
    private static final Logger LOG = LoggerFactory.getLogger(TickHistory.class);
    private static final long ROTATE_AT_BYTES = 16_000_000;

    private final Path file;

    public TickHistory(Path stateDirectory) {
        this.file = stateDirectory.resolve("uptime.jsonl");
    }

    /** Appends one tick. */
    public void append(TickReport report, Instant at) {
        try {
            DurableFile.createDirectories(DurableFile.directoryOf(file));
            if (Files.exists(file) && Files.size(file) > ROTATE_AT_BYTES) {
                Files.move(file, file.resolveSibling("uptime.1.jsonl"), StandardCopyOption.REPLACE_EXISTING);
            }
            // One write; a cut line after a power failure is not worth an fsync every minute.
            OwnFile.append(file, line(report, at).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", file).log("history not written: {}", Failure.reason(e));
        }
    }

    private static String line(TickReport report, Instant at) throws IOException {
        StringWriter text = new StringWriter();
        JsonWriter json = new JsonWriter(text);
        json.beginObject();
        json.name("at").value(at.truncatedTo(ChronoUnit.MILLIS).toString());
        json.name("ms").value(report.took().toMillis());
        json.name("probes").beginObject();
        for (ProbeResult result : report.results()) {
            json.name(result.name()).beginObject();
            json.name("status").value(result.status().name());
            Duration latency = result.latency();
            if (latency != null) {
                json.name("ms").value(Math.round(latency.toNanos() / 1e5) / 10.0);
            }
            if (result.attempts() > 1) {
                json.name("attempts").value(result.attempts());
            }
            if (result.stage() != null) {
                json.name("stage").value(result.stage().toString());
            }
            Instant ends = result.certificateEnds();
            if (ends != null) {
                json.name("certificateDays").value(Duration.between(at, ends).toDays());
            }
            if (result.isDown()) {
                json.name("reason").value(result.reason());
            }
            json.endObject();
        }
        json.endObject().endObject();
        return SafeText.json(text.toString()) + "\n";
    }
}
