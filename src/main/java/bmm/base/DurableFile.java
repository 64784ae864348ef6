package bmm.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/** Files that are there completely or not at all: temporary name, fsync, rename, fsync of the directory. */
public final class DurableFile {
    /** The ending of every file that is still being written; whatever carries it was never finished. */
    public static final String PARTIAL = ".partial";

    private static final FileAttribute<?> OWNER_ONLY_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<?> OWNER_ONLY_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private DurableFile() {}

    /** Writes a small file (mode 0600) so that readers see the old content or all of the new one. */
    public static void write(Path file, byte[] content) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + PARTIAL);
        Files.deleteIfExists(partial);
        try {
            try (FileChannel channel = create(partial)) {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            }
            publish(partial, file);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /** Opens a new file for writing, mode 0600. */
    public static FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), OWNER_ONLY_FILE);
    }

    /**
     * Opens a new file, mode 0600, for writing and reading. It has no name any more from here on, so it is gone when it
     * is closed, and when the process is killed.
     *
     * @param file its name while it is made
     */
    public static FileChannel nameless(Path file) throws IOException {
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.READ, StandardOpenOption.CREATE_NEW),
                OWNER_ONLY_FILE);
        try {
            Files.delete(file);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Forces a finished partial file to disk and gives it its final name, replacing what had that name. */
    public static void publish(Path partial, Path target) throws IOException {
        try (FileChannel channel = OwnFile.open(partial, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncDirectory(directoryOf(target));
    }

    /**
     * Makes renames and deletions in a directory survive a power failure. Some network file systems cannot sync a
     * directory and say so with EINVAL or EBADF; PostgreSQL passes over just these two as well (fsync_fname_ext in its
     * fd.c).
     */
    public static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            String message = String.valueOf(e.getMessage());
            if (!message.equals("Invalid argument") && !message.equals("Bad file descriptor")) {
                throw e;
            }
        }
    }

    /**
     * Creates a directory and its parents, mode 0700, and makes them survive a power failure; what exists is left as it
     * is.
     */
    public static void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directoryOf(directory);
        createDirectories(parent);
        Files.createDirectories(directory, OWNER_ONLY_DIRECTORY);
        syncDirectory(parent);
    }

    /** The directory that a file is in. */
    public static Path directoryOf(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file is always in a directory");
    }
}
