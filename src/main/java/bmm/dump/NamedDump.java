package bmm.dump;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.catalog.BackupName;
import bmm.catalog.Manifest;
import bmm.dump.Origin.OnDisk;
import bmm.stream.Identities;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The dump that a user names rather than has searched for. */
public final class NamedDump {
    private NamedDump() {}

    /**
     * A dump that the user names, whoever made it; with the manifest beside it where there is one.
     *
     * @param identities what opens it, if it is encrypted
     * @throws Refused if there is a manifest beside it that is not believed
     * @throws Failure {@link ExitCode#USAGE} if it is not there, {@link ExitCode#VERIFICATION} if its manifest is damaged,
     *     {@link ExitCode#CONFIGURATION} if the identities do not open that
     */
    public static Found at(Path file, Identities identities, Trust trust) {
        if (!Files.exists(file)) {
            throw new Failure(
                    ExitCode.USAGE, file + ": no such file", "name a dump file, or a directory that pg_dump -Fd made");
        }
        Path absolute = file.toAbsolutePath().normalize();
        String name = String.valueOf(absolute.getFileName());
        try {
            Believed believed = manifestBeside(absolute, name, trust);
            Manifest manifest = believed == null ? null : SealedManifests.open(believed.content(), identities, name);
            Manifest.StoredFile globals = manifest == null ? null : manifest.globals();
            return new Found(
                    manifest == null ? null : manifest.database().name(),
                    BackupName.parse(name).map(BackupName.FileName::backup).orElse(null),
                    String.valueOf(absolute.getParent()),
                    new OnDisk(absolute, Files.isDirectory(absolute) ? 0 : Files.size(absolute)),
                    globals == null ? null : new OnDisk(absolute.resolveSibling(globals.file()), globals.bytes()),
                    manifest,
                    identities,
                    believed == null ? null : believed.signature(),
                    believed != null && believed.isSigned(),
                    null,
                    List.of());
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.VERIFICATION,
                    file + ": " + Failure.reason(e),
                    "a copy of the dump in a directory of its own is restored without its manifest",
                    e);
        }
    }

    /** A manifest counts if it is the one of this very file, and not of the encrypted one that it was before. */
    private static @Nullable Believed manifestBeside(Path file, String name, Trust trust) throws IOException {
        Optional<ManifestBeside> beside = ManifestBeside.read(file, name);
        if (beside.isEmpty()) {
            return null;
        }
        try {
            Believed believed = Believed.read(beside.get().file(), name, trust);
            return believed.content().dumpFile().file().equals(name) ? believed : null;
        } catch (IOException e) {
            throw new IOException(beside.get().name() + ": " + Failure.reason(e), e);
        }
    }
}
