package bmm.store;

import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The directory below which a {@link FileStore} keeps its files: from keys to paths, never following a symbolic link
 * below the root, and never making the root itself.
 */
final class Folder {
    private final Path root;
    private final String store;

    Folder(Path root, String store) {
        this.root = root;
        this.store = store;
    }

    /** The root, which must exist: a missing mount must neither look like an empty store nor fill the disk under it. */
    Path root() {
        if (!Files.isDirectory(root)) {
            boolean there = Files.exists(root, LinkOption.NOFOLLOW_LINKS);
            throw new Failure(
                    ExitCode.STORE,
                    store + ": the directory " + root + (there ? " is not a directory" : " does not exist"),
                    Hint.of("is it mounted? bmm never makes the root of a store; create it one time with mkdir -p ")
                            .file(root));
        }
        return root;
    }

    /** The directories and the file of a key; the last one may be the empty part. */
    List<String> names(String key) {
        try {
            List<String> names = new ArrayList<>();
            for (String part : key.split("/", -1)) {
                names.add(FileNames.encode(part));
            }
            return names;
        } catch (IllegalArgumentException e) {
            throw new Failure(
                    ExitCode.STORE,
                    store + ": " + KeyText.shown(key) + ": " + e.getMessage(),
                    "a folder cannot hold this key; use another key, or an s3: store",
                    e);
        }
    }

    /** The path of a key, whether it exists or not. */
    Path locate(String key) throws IOException {
        List<String> names = names(key);
        Path directory = root();
        for (String name : names.subList(0, names.size() - 1)) {
            directory = resolve(directory, name);
            kind(directory);
        }
        return resolve(directory, names.getLast());
    }

    /** The path of a key, all directories above it made where they are missing. */
    Path prepare(String key) throws IOException {
        List<String> names = names(key);
        Path directory = root();
        for (String name : names.subList(0, names.size() - 1)) {
            Path next = resolve(directory, name);
            Optional<BasicFileAttributes> kind = kind(next);
            if (kind.isEmpty()) {
                create(next);
                DurableFile.syncDirectory(directory);
            } else if (!kind.get().isDirectory()) {
                throw new NotDirectoryException(next.toString());
            }
            directory = next;
        }
        return resolve(directory, names.getLast());
    }

    private static void create(Path directory) throws IOException {
        try {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            // Another writer was quicker; kind() has the last word on what it is.
            var unused = kind(directory);
        }
    }

    /** What is at a path, the link itself if it is one; refuses links. */
    static Optional<BasicFileAttributes> kind(Path path) throws IOException {
        try {
            BasicFileAttributes kind = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (kind.isSymbolicLink()) {
                throw new FileSystemException(path.toString(), null, "is a symbolic link, which is not followed");
            }
            return Optional.of(kind);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (FileSystemException e) {
            // ENOTDIR: a file stands where a directory would have to be, so there is nothing under it.
            if ("Not a directory".equals(e.getReason())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Removes directories that a deletion has left empty: in a store a directory is only part of a key. */
    void prune(Path deleted) throws IOException {
        Path directory = DurableFile.directoryOf(deleted);
        while (!directory.equals(root.toAbsolutePath())) {
            try {
                Files.delete(directory);
            } catch (IOException e) {
                break;
            }
            directory = DurableFile.directoryOf(directory);
        }
        DurableFile.syncDirectory(directory);
    }

    private static Path resolve(Path directory, String name) throws IOException {
        try {
            return directory.resolve(name);
        } catch (InvalidPathException e) {
            throw new IOException("cannot be a file name: " + e.getReason(), e);
        }
    }

    /** One line for an error of the file system. */
    Failure failure(String key, IOException thrown) {
        String reason = reason(thrown);
        return new Failure(
                ExitCode.STORE, store + ": " + KeyText.shown(key) + ": " + reason, hint(reason, thrown), thrown);
    }

    private static String reason(IOException thrown) {
        return switch (thrown) {
            case AccessDeniedException denied -> "permission denied: " + denied.getFile();
            case NotDirectoryException file -> "not a directory: " + file.getFile();
            case FileSystemException other
            when other.getReason() != null ->
                other.getReason() + (other.getFile() == null ? "" : ": " + other.getFile());
            default -> Failure.reason(thrown);
        };
    }

    private Hint hint(String reason, IOException thrown) {
        if (thrown instanceof NotDirectoryException) {
            return Hint.of("an object has the name that this key needs for a directory; use another key");
        }
        return List.of("No space", "Disk quota", "Read-only", "File name too long", "symbolic link").stream()
                .filter(reason::contains)
                .findFirst()
                .map(found -> switch (found) {
                    case "No space", "Disk quota" ->
                        Hint.of("free some space on ").file(root).and(", or prune more");
                    case "Read-only" ->
                        Hint.of("remount it writable, or look at the kernel log: a failing disk does this");
                    case "File name too long" -> Hint.of("use a shorter key");
                    default -> Hint.of("replace the link by what it leads to, or make that the root of a store");
                })
                .orElse(Hint.of("check owner and mode of ").file(root).and(" and that the disk is healthy"));
    }

    String name() {
        return store;
    }
}
