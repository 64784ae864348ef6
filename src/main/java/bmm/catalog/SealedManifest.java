package bmm.catalog;

import bmm.base.SafeText;
import bmm.catalog.Manifest.Dump;
import bmm.catalog.Manifest.StoredFile;
import com.google.gson.annotations.SerializedName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What anyone may read of a manifest beside an encrypted dump: what the names of the files say anyway, sizes and hashes
 * of the bytes as they are stored, how far they were verified, how to restore them. The whole manifest, with its tables,
 * rows and hashes of content, is inside, encrypted.
 *
 * @param format always {@link #FORMAT} in this version
 * @param dump its encrypted bytes
 * @param whole the whole manifest, encrypted; the text that opens with {@code BEGIN AGE ENCRYPTED FILE}
 * @param howToRead a shell command that prints it
 * @param restore a shell command that restores the dump without bmm
 */
public record SealedManifest(
        String format,
        String tool,
        String instance,
        String startedAt,
        String snapshotAt,
        String finishedAt,
        StoredFile dump,
        @Nullable StoredFile globals,
        List<String> verified,
        String restore,
        String howToRead,
        @SerializedName("private") String whole)
        implements StoredManifest {
    public static final String FORMAT = "bmm-manifest-2+age";

    private static final String OLD_FORMAT = "bmm-manifest-1+age";

    /**
     * Seals a manifest.
     *
     * @param file the name that it will have
     * @param encrypted its JSON, encrypted and armored
     */
    public static SealedManifest of(Manifest manifest, String file, String encrypted) {
        return new SealedManifest(
                FORMAT,
                manifest.tool(),
                manifest.instance(),
                manifest.startedAt(),
                manifest.snapshotAt(),
                manifest.finishedAt(),
                manifest.dumpFile(),
                manifest.globals(),
                manifest.verified(),
                manifest.restore(),
                "jq -r .private " + file + " | age -d -i key.txt",
                encrypted);
    }

    /**
     * The whole manifest.
     *
     * @param decrypted what was inside
     * @throws IOException if that is damaged, or not of the same backup as what is outside
     */
    public Manifest opened(byte[] decrypted) throws IOException {
        Manifest manifest = Manifest.parse(decrypted);
        Dump inside = manifest.dump();
        if (!inside.stored().equals(dump) || !Objects.equals(manifest.globals(), globals)) {
            throw new IOException("its private part is of other files than its public part");
        }
        if (!manifest.instance().equals(instance)
                || !manifest.startedAt().equals(startedAt)
                || !manifest.snapshotAt().equals(snapshotAt)) {
            throw new IOException("its private part is of another run than its public part");
        }
        return manifest;
    }

    /** Whether that is what a file calls itself. */
    static boolean isFormat(@Nullable String format) {
        return FORMAT.equals(format) || OLD_FORMAT.equals(format);
    }

    @Override
    public boolean isEncrypted() {
        return true;
    }

    @Override
    public StoredFile dumpFile() {
        return dump;
    }

    @Override
    public byte[] toJson() {
        return (SafeText.json(Manifest.GSON.toJson(this)) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
