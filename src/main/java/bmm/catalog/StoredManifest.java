package bmm.catalog;

import bmm.catalog.Manifest.StoredFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A manifest as it lies beside its dump: open to everyone, or sealed so that only names, sizes and hashes are. */
public sealed interface StoredManifest permits Manifest, SealedManifest {
    /** The instance that made the backup. */
    String instance();

    /** When the backup was begun, as ISO 8601. */
    String startedAt();

    /** The dump, as it is stored. */
    StoredFile dumpFile();

    /** Roles and tablespaces, as they are stored; null if they were not saved. */
    @Nullable
    StoredFile globals();

    /** Whether the dump is encrypted. */
    boolean isEncrypted();

    byte[] toJson();

    /**
     * Reads either kind.
     *
     * @throws IOException if it is none, one of another version, or says something impossible
     */
    static StoredManifest parse(byte[] json) throws IOException {
        SealedManifest sealed;
        try {
            sealed = BoundedJson.read(json, Manifest.GSON, SealedManifest.class);
        } catch (IOException e) {
            throw new IOException("not a manifest: " + e.getMessage(), e);
        }
        if (sealed != null && SealedManifest.isFormat(sealed.format())) {
            ManifestCheck.check(sealed);
            return sealed;
        }
        return Manifest.parse(json);
    }
}
