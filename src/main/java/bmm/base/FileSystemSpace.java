package bmm.base;

import java.io.File;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * How much room a filesystem has, as statvfs(3) tells it. {@link java.nio.file.FileStore} looks up the mount table as
 * well, and fails where the table does not show where the filesystem is mounted, in a chroot say.
 *
 * @param total bytes; 0 where there are no blocks, as in /proc
 * @param usable bytes that this user may still write
 */
public record FileSystemSpace(long total, long usable) {
    /**
     * Of the filesystem that holds a path.
     *
     * @throws IOException if there is no such path
     */
    public static FileSystemSpace of(Path path) throws IOException {
        File file = path.toFile();
        long total = file.getTotalSpace();
        if (total == 0 && !file.exists()) {
            throw new NoSuchFileException(path.toString());
        }
        return new FileSystemSpace(total, file.getUsableSpace());
    }

    /** Bytes that this user may still write on the filesystem that holds a path. */
    public static long usable(Path path) throws IOException {
        return of(path).usable();
    }
}
