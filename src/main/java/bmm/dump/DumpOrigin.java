package bmm.dump;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.postgres.ArchiveHeader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;

/** What a dump says of where it comes from, at its beginning. */
public final class DumpOrigin {
    private DumpOrigin() {}

    /**
     * Reads it.
     *
     * @throws Failure {@link ExitCode#VERIFICATION} if not even the beginning can be read
     */
    public static ArchiveHeader of(DumpContent content) {
        try {
            return switch (content) {
                case DumpContent.CustomFile custom -> {
                    try (InputStream in = Files.newInputStream(custom.path())) {
                        yield ArchiveHeader.read(in);
                    }
                }
                case DumpContent.CustomStream custom -> {
                    try (InputStream in = custom.source().open()) {
                        yield ArchiveHeader.read(in);
                    }
                }
                case DumpContent.Directory directory -> {
                    try (InputStream in = new BufferedInputStream(
                            Files.newInputStream(directory.path().resolve("toc.dat")))) {
                        yield ArchiveHeader.read(in);
                    }
                }
                case DumpContent.Sql sql -> {
                    try (InputStream in = sql.source().open()) {
                        yield ArchiveHeader.readSql(in);
                    }
                }
            };
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.VERIFICATION,
                    "the dump cannot be read: " + Failure.reason(e),
                    "take another copy of this backup",
                    e);
        }
    }
}
