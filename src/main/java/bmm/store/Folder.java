package bmm.store;

import bmm.base.DurableFile;
import bmm.base.ExitCode;
import bmm.base.Exposure;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.PinnedFile;
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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The directory below which a {@link FileStore} keeps its files: from keys to paths, never following a symbolic link
 * below the root, and never making the root itself.
 */
final class Folder {
    private static final int MOST_REMEMBERED = 10_000;

    /** How a directory that is held is named, which tells nobody anything. */
    private static final Pattern DESCRIPTOR = Pattern.compile("/proc/self/fd/\\d+");

    private final Path root;
    private final String store;

    /** Directories that only this user and root can change. */
    private final Set<Path> unexposed = ConcurrentHashMap.newKeySet();

    private boolean rootSeen;
    private Optional<Exposure> ofRoot = Optional.empty();

    Folder(Path root, String store) {
        this.root = root;
        this.store = store;
    }

    /** The root, which must exist: a missing mount must neither look like an empty store nor fill the disk under it. */
    Path root() {
        if (!Files.isDirectory(root)) {
            throw missing(Files.exists(root, LinkOption.NOFOLLOW_LINKS), null);
        }
        return root;
    }

    private Failure missing(boolean there, @Nullable Exception cause) {
        return new Failure(
                ExitCode.STORE,
                store + ": the directory " + root + (there ? " is not a directory" : " does not exist"),
                Hint.of("is it mounted? bmm never makes the root of a store; create it one time with mkdir -p ")
                        .file(root),
                cause);
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

    /**
     * Where the file of a key is.
     *
     * @throws NoSuchFileException if one of its directories does not exist
     */
    FolderEntry locate(String key) throws IOException {
        return walk(names(key), false);
    }

    /** The same, by names of files. */
    FolderEntry locate(List<String> names) throws IOException {
        return walk(names, false);
    }

    /** Where the file of a key is to be, all directories above it made where they are missing. */
    FolderEntry prepare(String key) throws IOException {
        return walk(names(key), true);
    }

    /**
     * From the root down, link by link refused. From the first directory on that others can change, each is held while the
     * next one is opened in it, so that exchanging one does not lead elsewhere.
     */
    private FolderEntry walk(List<String> names, boolean make) throws IOException {
        PinnedFile pinned = pinnedRoot();
        try {
            Path directory = pinned == null ? root() : pinned.path();
            for (String name : names.subList(0, names.size() - 1)) {
                Path next = resolve(directory, name);
                check(next, directory, make);
                if (pinned != null || isExposed(next)) {
                    PinnedFile deeper = PinnedFile.directory(next);
                    closeQuietly(pinned);
                    pinned = deeper;
                    directory = deeper.path();
                } else {
                    directory = next;
                }
            }
            return new FolderEntry(directory, resolve(directory, names.getLast()), pinned);
        } catch (IOException | RuntimeException e) {
            closeQuietly(pinned);
            throw e;
        }
    }

    private static void check(Path next, Path directory, boolean make) throws IOException {
        Optional<BasicFileAttributes> kind = kind(next);
        if (kind.isEmpty() && make) {
            create(next);
            DurableFile.syncDirectory(directory);
        } else if (kind.isEmpty() || (!kind.get().isDirectory() && !make)) {
            throw new NoSuchFileException(next.toString());
        } else if (!kind.get().isDirectory()) {
            throw new NotDirectoryException(next.toString());
        }
    }

    /** Holds the root, where others can change it or the way to it; else null. */
    private @Nullable PinnedFile pinnedRoot() throws IOException {
        Optional<Exposure> exposed = exposureOfRoot();
        if (exposed.isEmpty()) {
            return null;
        }
        PinnedFile pinned;
        try {
            pinned = PinnedFile.behind(exposed.get());
        } catch (NoSuchFileException e) {
            throw missing(false, e);
        }
        if (!Files.isDirectory(pinned.path())) {
            pinned.close();
            throw missing(true, null);
        }
        return pinned;
    }

    /** Looked at once: nobody else can change it later where it is not exposed, and where it is it stays so. */
    private synchronized Optional<Exposure> exposureOfRoot() throws IOException {
        if (!rootSeen) {
            ofRoot = Exposure.of(root).or(() -> Exposure.openDirectory(root));
            rootSeen = true;
        }
        return ofRoot;
    }

    private boolean isExposed(Path directory) {
        if (unexposed.contains(directory)) {
            return false;
        }
        if (Exposure.openDirectory(directory).isPresent()) {
            return true;
        }
        if (unexposed.size() < MOST_REMEMBERED) {
            unexposed.add(directory);
        }
        return false;
    }

    private static void closeQuietly(@Nullable PinnedFile pinned) {
        if (pinned != null) {
            pinned.close();
        }
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
    void prune(List<String> deleted) throws IOException {
        int left = deleted.size() - 1;
        while (left > 0) {
            try (FolderEntry directory = walk(deleted.subList(0, left), false)) {
                Files.delete(directory.path());
            } catch (IOException e) {
                break;
            }
            left--;
        }
        try (FolderEntry remaining = walk(deleted.subList(0, left + 1), false)) {
            DurableFile.syncDirectory(remaining.directory());
        } catch (NoSuchFileException e) {
            return; // another deletion took it away, and synced what is above
        }
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
        String reason = DESCRIPTOR.matcher(reason(thrown)).replaceAll("…");
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
