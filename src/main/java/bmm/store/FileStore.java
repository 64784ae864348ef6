package bmm.store;

import bmm.base.DurableFile;
import bmm.base.OwnFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Objects as files below a directory: {@code a/b.txt} is the file {@code b.txt} in the directory {@code a}, mode 0600 and
 * 0700. Key parts that are no safe file names are written as {@link FileNames} says, so no key leads out of the root;
 * symbolic links below the root are not followed and not listed, nor are devices, sockets and pipes.
 *
 * <p>A key cannot be an object and the directory of another one at a time ({@code a} and {@code a/b}), nor can a part of
 * it be longer than 255 bytes: such a key is refused.
 */
public final class FileStore implements ObjectStore {
    private final Folder folder;
    private final String prefix;
    private final String name;
    private final FileWriter writer;
    private final boolean flat;

    /** The store of a directory, which must exist when something is done with it. */
    public FileStore(Path root) {
        this(root, "", true, false);
    }

    /**
     * @param prefix empty or ending in {@code /}; made when something is stored
     */
    FileStore(Path root, String prefix) {
        this(root, prefix, true, false);
    }

    FileStore(Path root, String prefix, boolean hardLinks) {
        this(root, prefix, hardLinks, false);
    }

    private FileStore(Path root, String prefix, boolean hardLinks, boolean flat) {
        this.flat = flat;
        Path absolute = root.toAbsolutePath().normalize();
        this.name = new FolderAddress(absolute, prefix).toString();
        this.prefix = prefix;
        this.folder = new Folder(absolute, name);
        this.writer = new FileWriter(folder, name, hardLinks);
    }

    /**
     * The files directly in a directory. What lies in directories below is somebody else's: it is not even looked into
     * (a {@code lost+found}, another instance's backups, a copy that a person put aside).
     */
    public static FileStore flat(Path directory) {
        return new FileStore(directory, "", true, true);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void put(String key, Body body) {
        try {
            writer.put(key, prefix + KeyText.checked(name(), key), new Source(body));
        } catch (IOException e) {
            throw folder.failure(key, e);
        }
    }

    @Override
    public ObjectCopies copies() {
        return new FileCopies(this, (key, body, manner) -> {
            try {
                writer.put(key, prefix + KeyText.checked(name(), key), new Source(body), manner);
            } catch (IOException e) {
                throw folder.failure(key, e);
            }
        });
    }

    @Override
    public InputStream get(String key) {
        return get(key, 0, Long.MAX_VALUE);
    }

    @Override
    public InputStream get(String key, long offset, long length) {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("offset and length cannot be negative");
        }
        try {
            return new FileStream(open(key), offset, length, e -> folder.failure(key, e));
        } catch (NoSuchFileException e) {
            throw new ObjectMissing(name, key);
        } catch (IOException e) {
            throw folder.failure(key, e);
        }
    }

    private FileChannel open(String key) throws IOException {
        try (FolderEntry file = folder.locate(prefix + KeyText.checked(name(), key))) {
            // Opening a pipe would wait for its writer.
            if (Folder.kind(file.path())
                    .filter(BasicFileAttributes::isRegularFile)
                    .isEmpty()) {
                throw new ObjectMissing(name, key);
            }
            return file.isExposed()
                    ? OwnFile.openOfOthers(file.path())
                    : FileChannel.open(file.path(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        }
    }

    @Override
    public Optional<ObjectInfo> head(String key) {
        try (FolderEntry entry = folder.locate(prefix + KeyText.checked(name(), key))) {
            return Folder.kind(entry.path())
                    .filter(BasicFileAttributes::isRegularFile)
                    .map(file -> new ObjectInfo(
                            key, file.size(), file.lastModifiedTime().toInstant()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw folder.failure(key, e);
        }
    }

    @Override
    public Iterator<ObjectInfo> list(String keyPrefix) {
        return flat ? listFlat(keyPrefix) : new FileListing(folder, prefix, keyPrefix);
    }

    private Iterator<ObjectInfo> listFlat(String keyPrefix) {
        try (FolderEntry any = folder.locate("x");
                Stream<Path> files = Files.list(any.directory())) {
            return files.map(Path::getFileName)
                    .map(String::valueOf)
                    .map(FileNames::decode)
                    .flatMap(Optional::stream)
                    .filter(key -> key.startsWith(keyPrefix))
                    .sorted(KeyOrder.UTF8)
                    .map(this::head)
                    .flatMap(Optional::stream)
                    .toList()
                    .iterator();
        } catch (IOException e) {
            throw folder.failure("", e);
        }
    }

    @Override
    public void delete(String key) {
        List<String> names = folder.names(prefix + KeyText.checked(name(), key));
        try {
            if (remove(names)) {
                folder.prune(names);
            }
        } catch (NoSuchFileException e) {
            return; // nor is there a directory for it
        } catch (IOException e) {
            throw folder.failure(key, e);
        }
    }

    private boolean remove(List<String> names) throws IOException {
        try (FolderEntry file = folder.locate(names)) {
            if (Folder.kind(file.path())
                    .filter(BasicFileAttributes::isRegularFile)
                    .isEmpty()) {
                return false;
            }
            Files.deleteIfExists(file.path());
            return true;
        }
    }

    @Override
    public List<Leftover> leftovers() {
        try {
            Path start = folder.root();
            for (String name : folder.names(prefix + "x")) {
                start = start.resolve(name);
            }
            return FileLeftovers.find(folder.root(), DurableFile.directoryOf(start), flat ? 1 : Integer.MAX_VALUE);
        } catch (IOException e) {
            throw folder.failure("", e);
        }
    }

    @Override
    public void removeLeftover(Leftover leftover) {
        Path file = folder.root().resolve(leftover.id()).normalize();
        if (!file.startsWith(folder.root()) || !FileLeftovers.isOne(String.valueOf(file.getFileName()))) {
            throw new IllegalArgumentException("not of this store: " + leftover.id());
        }
        List<String> names = new ArrayList<>();
        folder.root().relativize(file).forEach(name -> names.add(name.toString()));
        try {
            if (remove(names)) {
                folder.prune(names);
            }
        } catch (NoSuchFileException e) {
            return; // it is gone
        } catch (IOException e) {
            throw folder.failure(leftover.key(), e);
        }
    }

    @Override
    public void close() {
        // Nothing is held open between calls.
    }
}
