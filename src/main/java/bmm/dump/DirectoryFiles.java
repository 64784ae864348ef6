package bmm.dump;

import bmm.postgres.ArchiveReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files of a directory archive on disk, or of a tar of pg_dump's that was unpacked, {@code toc.dat} first. */
final class DirectoryFiles implements ArchiveReader.ArchiveFiles, AutoCloseable {
    /** pg_dump -Ft adds a script for people who have no pg_restore. */
    private static final String SCRIPT = "restore.sql";

    private final Iterator<Path> files;
    private InputStream current = InputStream.nullInputStream();

    DirectoryFiles(Path directory) throws IOException {
        try (Stream<Path> listed = Files.list(directory)) {
            List<Path> sorted = listed.filter(file -> !file.endsWith(SCRIPT))
                    .sorted(Comparator.comparing((Path file) -> !file.endsWith("toc.dat"))
                            .thenComparing(Path::getFileName))
                    .toList();
            files = sorted.iterator();
        }
    }

    @Override
    public @Nullable String next() throws IOException {
        current.close();
        if (!files.hasNext()) {
            return null;
        }
        Path file = files.next();
        current = Files.newInputStream(file);
        return String.valueOf(file.getFileName());
    }

    @Override
    public InputStream content() {
        return current;
    }

    @Override
    public void close() throws IOException {
        current.close();
    }
}
