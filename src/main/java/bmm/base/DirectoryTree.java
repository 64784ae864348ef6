package bmm.base;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;

/**
 * A directory with all that is below it. Whoever can write to one of these directories may exchange it for a link at any
 * moment; each is therefore opened relative to the one above it and without following links (openat(2), unlinkat(2)).
 */
public final class DirectoryTree {
    /** Each level holds a descriptor open, and whoever made them may have made thousands. */
    private static final int DEEPEST = 100;

    private DirectoryTree() {}

    /**
     * Removes a directory or file and all that is below it: links themselves, and not what they lead to. Not even a link in
     * its place is followed. Nothing happens where there is nothing.
     */
    public static void delete(Path top) throws IOException {
        try (DirectoryStream<Path> above = Files.newDirectoryStream(DurableFile.directoryOf(top))) {
            if (!(above instanceof SecureDirectoryStream<Path> secure)) {
                throw new IOException(top + ": this system cannot remove a directory safely");
            }
            delete(secure, top.getFileName(), 0);
        } catch (NoSuchFileException e) {
            return; // nor is there a directory that it could be in
        }
    }

    private static void delete(SecureDirectoryStream<Path> directory, Path name, int depth) throws IOException {
        try {
            if (!isDirectory(directory, name)) {
                directory.deleteFile(name);
                return;
            }
            if (depth == DEEPEST) {
                throw new IOException(name + ": directories are nested too deeply to be removed");
            }
            try (SecureDirectoryStream<Path> inside = directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                for (Path entry : inside) {
                    delete(inside, entry.getFileName(), depth + 1);
                }
            }
            directory.deleteDirectory(name);
        } catch (NoSuchFileException e) {
            return; // somebody else was quicker
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static boolean isDirectory(SecureDirectoryStream<Path> directory, Path name) throws IOException {
        return directory
                .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes()
                .isDirectory();
    }
}
