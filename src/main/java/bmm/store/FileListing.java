package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Walks a directory tree in the order of keys. Only the names of the directories on the way down to the current one are
 * in memory. A directory {@code a} takes its place as {@code a/}: the file {@code a-b} comes before what is in it.
 */
final class FileListing implements Iterator<ObjectInfo> {
    /**
     * A directory being read.
     *
     * @param directory its path, null where others could exchange it: then each file is found by its key
     * @param key that leads to it
     * @param parts what is still to come, directories ending in a slash
     */
    private record Level(@Nullable Path directory, String key, Iterator<String> parts) {}

    /** Their names are in memory, so that they can be sorted. */
    private static final int MOST_PARTS = 4_000_000;

    private final Folder folder;
    private final String base;
    private final String prefix;
    private final Deque<Level> levels = new ArrayDeque<>();
    private @Nullable ObjectInfo next;

    /**
     * @param base what all keys of the store begin with below the root
     * @param prefix what the listed ones begin with below that
     */
    FileListing(Folder folder, String base, String prefix) {
        this.folder = folder;
        this.base = base;
        this.prefix = base + prefix;
        String top = this.prefix.substring(0, this.prefix.lastIndexOf('/') + 1);
        try {
            descend(top);
        } catch (IOException e) {
            throw folder.failure(prefix, e);
        }
        next = advance();
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public ObjectInfo next() {
        ObjectInfo current = next;
        if (current == null) {
            throw new NoSuchElementException();
        }
        next = advance();
        return current;
    }

    private @Nullable ObjectInfo advance() {
        while (!levels.isEmpty()) {
            Level level = levels.peek();
            if (!level.parts().hasNext()) {
                levels.pop();
                continue;
            }
            String part = level.parts().next();
            String key = level.key() + part;
            try {
                if (part.endsWith("/")) {
                    descend(key);
                } else {
                    Optional<BasicFileAttributes> file = kind(level, part).filter(BasicFileAttributes::isRegularFile);
                    if (file.isPresent()) {
                        return info(key, file.get());
                    }
                }
            } catch (IOException e) {
                throw folder.failure(key, e);
            }
        }
        return null;
    }

    private Optional<BasicFileAttributes> kind(Level level, String part) throws IOException {
        Path directory = level.directory();
        if (directory != null) {
            return Folder.kind(directory.resolve(FileNames.encode(part)));
        }
        try (FolderEntry entry = folder.locate(level.key() + part)) {
            return Folder.kind(entry.path());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private ObjectInfo info(String key, BasicFileAttributes file) {
        return new ObjectInfo(
                key.substring(base.length()),
                file.size(),
                file.lastModifiedTime().toInstant());
    }

    private void descend(String key) throws IOException {
        List<String> parts = new ArrayList<>();
        Path directory = null;
        // The key of an imagined file in that directory finds the way down, links refused.
        try (FolderEntry any = folder.locate(key + "x");
                DirectoryStream<Path> entries = Files.newDirectoryStream(any.directory())) {
            directory = any.isExposed() ? null : any.directory();
            for (Path entry : entries) {
                String part = part(entry);
                if (part != null && isWanted(key + part)) {
                    parts.add(part);
                    if (parts.size() > MOST_PARTS) {
                        throw new Failure(
                                ExitCode.STORE,
                                folder.name() + ": more than " + MOST_PARTS + " files in one directory",
                                "find out who writes there, or name a directory of the backups' own");
                    }
                }
            }
        } catch (NoSuchFileException e) {
            // Pruned since its name was read; a root that went missing is noticed here.
            var unused = folder.root();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        parts.sort(KeyOrder.UTF8);
        levels.push(new Level(directory, key, parts.iterator()));
    }

    private boolean isWanted(String key) {
        return key.startsWith(prefix) || (key.endsWith("/") && prefix.startsWith(key));
    }

    /** The key part of an entry, a directory's with a slash behind it; null for what is no object. */
    private @Nullable String part(Path entry) throws IOException {
        String name = entry.getFileName().toString();
        BasicFileAttributes kind;
        try {
            kind = Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return null;
        }
        if (!kind.isDirectory() && !kind.isRegularFile()) {
            return null;
        }
        Optional<String> part = FileNames.decode(name);
        if (part.isPresent()) {
            return kind.isDirectory() ? part.get() + "/" : part.get();
        }
        if (name.startsWith(FileNames.RESERVED) && !name.startsWith(FileNames.ENCODED)) {
            return null;
        }
        // Leaving it out would let a mirror believe that the source has lost it.
        throw new Failure(
                ExitCode.STORE,
                folder.name() + ": a file name is no key: " + KeyText.shown(entry.toString()),
                "rename the file; it is not UTF-8 text, or holds control characters"
                        + " (or the locale is not UTF-8: set LC_ALL=C.UTF-8)");
    }
}
