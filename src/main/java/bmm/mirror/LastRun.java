package bmm.mirror;

import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.OwnFile;
import bmm.base.SafeText;
import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the last complete run of a mirror saw, in the state directory.
 *
 * @param at ISO 8601, UTC
 * @param sourceObjects how many objects the source listed
 */
record LastRun(String source, String destination, String at, long sourceObjects, long sourceBytes) {
    private static final Gson GSON = new Gson();

    static Optional<LastRun> read(Path file) {
        try {
            LastRun last = GSON.fromJson(new String(OwnFile.read(file), StandardCharsets.UTF_8), LastRun.class);
            if (last == null || last.at == null) {
                throw new JsonParseException("it is empty");
            }
            return Optional.of(last);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | JsonParseException e) {
            throw new Failure(
                    ExitCode.MIRROR,
                    "what the last run saw cannot be read: " + file + ": " + Failure.reason(e),
                    "look at the file; if it is removed, the next run cannot compare the number of objects with it",
                    e);
        }
    }

    void write(Path file) {
        try {
            DurableFile.createDirectories(DurableFile.directoryOf(file));
            DurableFile.write(file, (SafeText.json(GSON.toJson(this)) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.MIRROR,
                    "everything was copied, but what this run saw cannot be kept: " + file + ": " + Failure.reason(e),
                    "check the state directory (BMM_STATE_DIR)",
                    e);
        }
    }
}
