package bmm.catalog;

import bmm.base.SafeText;
import com.google.gson.FormattingStyle;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a drill proved of a backup: evidence for people and for retention. Times are ISO 8601 in UTC, durations seconds,
 * sizes bytes, hashes lower-case hex.
 *
 * @param format always {@link #FORMAT} in this version
 * @param proven whether everything that could be proven was
 * @param exit the exit code of the drill
 * @param database null where nobody knows what it was called
 * @param backup the name that its files share, or null for a dump that is no backup of bmm's
 * @param place where the dump came from
 * @param sha256 of the dump, as the manifest has it; null without one
 * @param source version of the server that was dumped, as far as known
 * @param seconds of each phase, and {@code rto}: until the data was back
 * @param failure null if it ended well
 */
public record DrillRecord(
        String format,
        String tool,
        String instance,
        String startedAt,
        String finishedAt,
        boolean proven,
        int exit,
        @Nullable String database,
        @Nullable String backup,
        String file,
        String place,
        long bytes,
        @Nullable String sha256,
        @Nullable String source,
        @Nullable String target,
        @Nullable String targetVersion,
        Map<String, Double> seconds,
        long tables,
        long rows,
        long dataBytes,
        List<Line> proofs,
        @Nullable String failure) {
    public static final String FORMAT = "bmm-drill-1";

    /** One proof: what was proven, and how it came out. */
    public record Line(String name, String outcome, String detail, List<String> differences) {}

    private static final String SIGNATURE = "signature";
    private static final int LONGEST = 64 << 20;
    private static final Gson GSON = new GsonBuilder()
            .setFormattingStyle(FormattingStyle.PRETTY)
            .disableHtmlEscaping()
            .create();
    private static final Gson COMPACT =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    /** As JSON, signed if there is a key: Ed25519 over the compact JSON of all members but the signature. */
    public byte[] toJson(@Nullable PrivateKey key) {
        JsonObject json = GSON.toJsonTree(this).getAsJsonObject();
        if (key != null) {
            json.addProperty(SIGNATURE, Ed25519.sign(signedBytes(json), key));
        }
        return (SafeText.json(GSON.toJson(json)) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Whether a record carries the signature of that key over all that it says. */
    public static boolean isSignedBy(byte[] json, PublicKey key) throws IOException {
        JsonObject object = object(json);
        JsonElement signature = object.remove(SIGNATURE);
        return signature != null
                && signature.isJsonPrimitive()
                && Ed25519.verify(signedBytes(object), signature.getAsString(), key);
    }

    /** Whether it carries any signature at all. */
    public static boolean isSigned(byte[] json) throws IOException {
        return object(json).has(SIGNATURE);
    }

    private static byte[] signedBytes(JsonObject json) {
        return COMPACT.toJson(json).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads a record.
     *
     * @throws IOException if it is none, or one of another version
     */
    public static DrillRecord parse(byte[] json) throws IOException {
        JsonObject object = object(json);
        try {
            DrillRecord record = GSON.fromJson(object, DrillRecord.class);
            if (!FORMAT.equals(record.format) || record.startedAt == null || record.file == null) {
                throw new IOException("not the record of a drill of this version (" + FORMAT + ")");
            }
            return record;
        } catch (JsonParseException | IllegalStateException | NumberFormatException e) {
            throw new IOException("not the record of a drill: damaged JSON", e);
        }
    }

    private static JsonObject object(byte[] json) throws IOException {
        try {
            JsonObject object = json.length > LONGEST ? null : BoundedJson.read(json, GSON, JsonObject.class);
            if (object != null) {
                return object;
            }
        } catch (IOException e) {
            throw new IOException("not the record of a drill: " + e.getMessage(), e);
        }
        throw new IOException("not the record of a drill");
    }
}
