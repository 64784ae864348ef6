package bmm.dump;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.catalog.BackupName;
import bmm.catalog.Manifest;
import bmm.catalog.StoredManifest;
import bmm.dump.Origin.OnDisk;
import bmm.stream.Identities;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The dump that a user names rather than has searched for. */
public final class NamedDump {
    private NamedDump() {}

    /**
     * A dump that the user names, whoever made it; with the manifest beside it where there is one.
     *
     * @param identities what opens it, if it is encrypted
     * @throws Failure {@link ExitCode#USAGE} if it is not there, {@link ExitCode#VERIFICATION} if its manifest is damaged,
     *     {@link ExitCode#CONFIGURATION} if the identities do not open that
     */
    public static Found at(Path file, Identities identities) {
        if (!Files.exists(file)) {
            throw new Failure(
                    ExitCode.USAGE, file + ": no such file", "name a dump file, or a directory that pg_dump -Fd made");
        }
        Path absolute = file.toAbsolutePath().normalize();
        String name = String.valueOf(absolute.getFileName());
        try {
            Manifest manifest = manifestBeside(absolute, name, identities);
            Manifest.StoredFile globals = manifest == null ? null : manifest.globals();
            return new Found(
                    manifest == null ? null : manifest.database().name(),
                    BackupName.parse(name).map(BackupName.FileName::backup).orElse(null),
                    String.valueOf(absolute.getParent()),
                    new OnDisk(absolute, Files.isDirectory(absolute) ? 0 : Files.size(absolute)),
                    globals == null ? null : new OnDisk(absolute.resolveSibling(globals.file()), globals.bytes()),
                    manifest,
                    identities);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.VERIFICATION,
                    file + ": " + Failure.reason(e),
                    "a copy of the dump in a directory of its own is restored without its manifest",
                    e);
        }
    }

    /** A manifest counts if it is the one of this very file. */
    private static @Nullable Manifest manifestBeside(Path file, String name, Identities identities) throws IOException {
        Optional<Path> beside = BackupName.parse(name)
                .map(parsed -> file.resolveSibling(parsed.backup().file(BackupName.MANIFEST)))
                .filter(Files::exists);
        if (beside.isEmpty()) {
            return null;
        }
        StoredManifest manifest;
        try {
            manifest = StoredManifest.parse(Files.readAllBytes(beside.get()));
        } catch (IOException e) {
            throw new IOException(beside.get().getFileName() + ": " + Failure.reason(e), e);
        }
        return manifest.dumpFile().file().equals(name) ? SealedManifests.open(manifest, identities, name) : null;
    }
}
