package bmm.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;

/** Packs the files of one directory into a tar and reads them again. */
public final class Tar implements AutoCloseable {
    private final TarReader in;

    private Tar(TarReader in) {
        this.in = in;
    }

    /** Writes all files of a directory (not of directories in it), the one named first in front of the others. */
    public static void pack(Path directory, String first, OutputStream out) throws IOException {
        List<Path> files;
        try (Stream<Path> listed = Files.list(directory)) {
            files = listed.filter(Files::isRegularFile)
                    .sorted(Comparator.comparing((Path file) -> !file.endsWith(first))
                            .thenComparing(Path::getFileName))
                    .toList();
        }
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            for (Path file : files) {
                TarArchiveEntry entry = new TarArchiveEntry(file.toFile(), String.valueOf(file.getFileName()));
                entry.setIds(0, 0);
                entry.setNames("", "");
                tar.putArchiveEntry(entry);
                Files.copy(file, tar);
                tar.closeArchiveEntry();
            }
        }
    }

    /** Reads a tar from a stream, file by file; links, and names with directories in them, are errors. */
    public static Tar read(InputStream in) {
        return new Tar(new TarReader(in));
    }

    /** Where an unpacked file goes. */
    public interface Target {
        OutputStream create(String name) throws IOException;
    }

    /**
     * Unpacks a tar of one flat directory, as a pg_dump archive in directory or tar format is.
     *
     * @throws IOException if it is cut, or holds anything but plain files with plain names
     */
    public static void unpack(InputStream in, Target target, LongConsumer progress) throws IOException {
        long done = 0;
        try (TarReader tar = new TarReader(in)) {
            for (String name = tar.next(); name != null; name = tar.next()) {
                try (OutputStream file = target.create(name)) {
                    done += tar.transferTo(file);
                }
                progress.accept(done);
            }
        }
    }

    /** Moves to the next file and returns its name, or null at the end of the tar. */
    public @Nullable String next() throws IOException {
        return in.next();
    }

    /** The content of the current file; closing it leaves the tar open. */
    public InputStream content() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return in.read();
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return in.read(bytes, offset, length);
            }
        };
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
