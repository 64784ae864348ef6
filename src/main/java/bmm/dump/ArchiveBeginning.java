package bmm.dump;

import bmm.catalog.BackupName;
import bmm.dump.Origin.AtStore;
import bmm.dump.Origin.OnDisk;
import bmm.stream.Identities;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The beginning of an archive, where its table of contents is: it can be read before anything is fetched or unpacked. */
public final class ArchiveBeginning {
    private ArchiveBeginning() {}

    /**
     * Opens it where the dump is, unverified. The bytes of {@code toc.dat} where it is in directory format.
     *
     * @return null if it is SQL text, or first has to be unpacked
     */
    public static @Nullable InputStream open(Found found) throws IOException {
        return switch (found.dump()) {
            case OnDisk file -> open(file.path(), found.identities());
            case AtStore object -> {
                DumpKind kind = DumpKind.of(object.file()).orElse(DumpKind.DIRECTORY);
                yield kind.format().equals("custom")
                        ? kind.compression().decompress(decrypted(object, found.identities()))
                        : null;
            }
        };
    }

    private static InputStream decrypted(AtStore object, Identities identities) throws IOException {
        return BackupName.isEncrypted(object.file()) ? identities.decrypt(object.open()) : object.open();
    }

    private static @Nullable InputStream open(Path path, Identities identities) throws IOException {
        DumpForm form = DumpForm.of(path, identities);
        return switch (form.archive()) {
            case CUSTOM -> form.open(path, identities);
            case DIRECTORY -> Files.newInputStream(path.resolve("toc.dat"));
            case TAR, PLAIN -> null;
        };
    }

    /** That of a dump at hand. */
    public static @Nullable InputStream open(DumpContent content) throws IOException {
        return switch (content) {
            case DumpContent.CustomFile file -> Files.newInputStream(file.path());
            case DumpContent.CustomStream stream -> stream.source().open();
            case DumpContent.Directory directory ->
                Files.newInputStream(directory.path().resolve("toc.dat"));
            case DumpContent.Sql sql -> null;
        };
    }
}
