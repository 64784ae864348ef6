package bmm.catalog;

import bmm.catalog.Manifest.StoredFile;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A manifest as it lies beside its dump: open to everyone, or sealed so that only names, sizes and hashes are. */
public sealed interface StoredManifest permits Manifest, SealedManifest {
    /** The dump, as it is stored. */
    StoredFile dumpFile();

    /** Roles and tablespaces, as they are stored; null if they were not saved. */
    @Nullable
    StoredFile globals();

    byte[] toJson();

    /**
     * Reads either kind.
     *
     * @throws IOException if it is none, or one of another version
     */
    static StoredManifest parse(byte[] json) throws IOException {
        SealedManifest sealed;
        try {
            sealed = Manifest.GSON.fromJson(new String(json, StandardCharsets.UTF_8), SealedManifest.class);
        } catch (JsonParseException e) {
            throw new IOException("not a manifest: damaged JSON", e);
        }
        return sealed != null && SealedManifest.FORMAT.equals(sealed.format())
                ? sealed.checked()
                : Manifest.parse(json);
    }
}
