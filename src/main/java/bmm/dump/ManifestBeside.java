package bmm.dump;

import bmm.catalog.BackupName;
import bmm.catalog.ManifestFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The manifest that lies beside a file on this machine, with the signature beside that.
 *
 * @param name of the manifest's own file
 */
public record ManifestBeside(String name, ManifestFile file) {

    /**
     * Reads it, if the name of the file is that of a backup's and there is one.
     *
     * @throws IOException if it cannot be read, or is longer than any manifest
     */
    public static Optional<ManifestBeside> read(Path file, String name) throws IOException {
        Optional<BackupName> backup = BackupName.parse(name).map(BackupName.FileName::backup);
        if (backup.isEmpty()) {
            return Optional.empty();
        }
        String manifestName = backup.get().file(BackupName.MANIFEST);
        byte[] manifest = content(file.resolveSibling(manifestName));
        return manifest == null
                ? Optional.empty()
                : Optional.of(new ManifestBeside(
                        manifestName,
                        ManifestFile.of(
                                manifest,
                                content(file.resolveSibling(backup.get().file(BackupName.SIGNATURE))))));
    }

    private static byte @Nullable [] content(Path file) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(ManifestFile.LONGEST + 1);
            if (bytes.length > ManifestFile.LONGEST) {
                throw new IOException(file.getFileName() + ": longer than any manifest");
            }
            return bytes;
        }
    }
}
