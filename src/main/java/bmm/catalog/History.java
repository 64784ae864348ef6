package bmm.catalog;

import bmm.base.DurableFile;
import bmm.base.Failure;
import bmm.base.OwnFile;
import bmm.base.SafeText;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line of JSON per finished run. Losing a line must never fail a backup, so trouble is only logged. */
public final class History {
    private static final Logger LOG = LoggerFactory.getLogger(History.class);
    private static final long ROTATE_AT_BYTES = 8_000_000;
    private static final int LONGEST_LINE = 1 << 20;
    private static final Gson GSON = new Gson();

    /** The subject of a run that failed before it came to any. */
    public static final String ALL = "*";

    private final Path file;

    public History(Path stateDirectory) {
        this.file = stateDirectory.resolve("history.jsonl");
    }

    /** Appends a run: what, when, how long, bytes, outcome. */
    public void append(Map<String, ?> run) {
        try {
            DurableFile.createDirectories(DurableFile.directoryOf(file));
            if (Files.exists(file) && Files.size(file) > ROTATE_AT_BYTES) {
                Files.move(file, file.resolveSibling("history.1.jsonl"), StandardCopyOption.REPLACE_EXISTING);
            }
            String line = SafeText.json(GSON.toJson(new LinkedHashMap<>(run))) + "\n";
            OwnFile.append(file, line.getBytes(StandardCharsets.UTF_8), StandardOpenOption.SYNC);
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", file).log("history not written: {}", Failure.reason(e));
        }
    }

    /** Whether the newest run of a job on a subject failed to make what it should; not if none is recorded. */
    public boolean lastFailed(String job, String subject) {
        boolean failed = false;
        try {
            for (String line : lines()) {
                JsonObject run = run(line);
                if (run != null
                        && new JsonPrimitive(job).equals(run.get("job"))
                        && (new JsonPrimitive(subject).equals(run.get("subject"))
                                || new JsonPrimitive(ALL).equals(run.get("subject")))) {
                    failed = new JsonPrimitive(false).equals(run.get("stored"));
                }
            }
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", file).log("history not readable: {}", Failure.reason(e));
        }
        return failed;
    }

    private List<String> lines() throws IOException {
        try {
            return new String(OwnFile.read(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /** One line; one that is damaged says nothing of the others. */
    private @Nullable JsonObject run(String line) {
        try {
            byte[] json = line.getBytes(StandardCharsets.UTF_8);
            return json.length > LONGEST_LINE ? null : BoundedJson.read(json, GSON, JsonObject.class);
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", file).log("a line of the history is damaged: {}", Failure.reason(e));
            return null;
        }
    }
}
