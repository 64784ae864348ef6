package bmm.store;

import bmm.base.DurableFile;
import bmm.base.OwnFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Creates files whole or not at all, and never over another one: written under a hidden name, forced to disk, then
 * linked to its own name, which fails if that name is taken. Of several writers exactly one wins.
 */
final class FileWriter {
    /** Directories can be pruned by a deletion between making them and writing into them. */
    private static final int TRIES = 10;

    /** Not through a link, and not waiting for the reader of a pipe. */
    private static final Set<OpenOption> CLAIMING = Set.of(
            StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS);

    private final Folder folder;
    private final String store;
    private final boolean hardLinks;

    FileWriter(Folder folder, String store, boolean hardLinks) {
        this.folder = folder;
        this.store = store;
        this.hardLinks = hardLinks;
    }

    /**
     * @param key the name of the object for messages
     * @param path its key below the root
     */
    void put(String key, String path, Source source) throws IOException {
        put(key, path, source, null);
    }

    /**
     * @param manner keeps the time of the last change, and may allow to replace a file; null for a new file of now
     */
    void put(String key, String path, Source source, ObjectCopies.@Nullable Manner manner) throws IOException {
        boolean replace = manner != null && manner.replace();
        if (!replace) {
            refuseTaken(key, path);
        }
        try (Unfinished file = create(path)) {
            try {
                file.write(source);
                source.check(store, key);
                if (manner != null) {
                    file.changed(manner.modified());
                }
                Path target = file.entry.path();
                if (replace) {
                    Files.move(file.temporary, target, StandardCopyOption.ATOMIC_MOVE);
                } else {
                    publish(key, file.temporary, file.entry);
                }
            } catch (IOException | RuntimeException e) {
                source.check(store, key);
                throw e;
            } finally {
                Files.deleteIfExists(file.temporary);
            }
            DurableFile.syncDirectory(file.entry.directory());
        }
    }

    private void refuseTaken(String key, String path) throws IOException {
        try (FolderEntry entry = folder.locate(path)) {
            // A link is refused with a reason of its own.
            var unused = Folder.kind(entry.path());
            refuseTaken(key, entry.path());
        } catch (NoSuchFileException e) {
            return; // there is not even a directory for it
        }
    }

    private Unfinished create(String path) throws IOException {
        for (int tried = 1; ; tried++) {
            FolderEntry entry = folder.prepare(path);
            try {
                Path temporary = entry.sibling(FileNames.TEMPORARY + UUID.randomUUID());
                return new Unfinished(entry, temporary, DurableFile.create(temporary));
            } catch (NoSuchFileException e) {
                entry.close();
                if (tried == TRIES) {
                    throw e;
                }
            } catch (IOException | RuntimeException e) {
                entry.close();
                throw e;
            }
        }
    }

    /** A file under its hidden name. It is written through the channel that made it, whatever becomes of that name. */
    private record Unfinished(FolderEntry entry, Path temporary, FileChannel channel) implements AutoCloseable {
        void write(Source source) throws IOException {
            try (InputStream in = source.open()) {
                byte[] buffer = new byte[128 * 1024];
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                }
                channel.force(true);
            }
        }

        /** Sets the time of its last change. */
        void changed(Instant time) throws IOException {
            if (entry.isExposed()) {
                OwnFile.changed(temporary, FileTime.from(time));
            } else {
                Files.setLastModifiedTime(temporary, FileTime.from(time));
            }
        }

        @Override
        public void close() throws IOException {
            try (entry) {
                channel.close();
            }
        }
    }

    private void publish(String key, Path temporary, FolderEntry entry) throws IOException {
        Path target = entry.path();
        if (hardLinks) {
            try {
                Files.createLink(target, temporary);
                return;
            } catch (FileAlreadyExistsException e) {
                // Over NFS the answer to a successful link can get lost; its retransmission then finds the name taken.
                if (Files.getAttribute(temporary, "unix:nlink", LinkOption.NOFOLLOW_LINKS) instanceof Integer links
                        && links == 2) {
                    return;
                }
                refuseTaken(key, target);
                throw e;
            } catch (AccessDeniedException | NoSuchFileException e) {
                throw e;
            } catch (UnsupportedOperationException | FileSystemException e) {
                // FAT, some CIFS and FUSE mounts have no links.
            }
        }
        publishWithoutLinks(key, temporary, entry);
    }

    /**
     * Without links: check and rename, as one under a lock that dies with its holder. The lock file goes only after the
     * rename, so whoever locked a file that is already gone finds the name taken.
     */
    private void publishWithoutLinks(String key, Path temporary, FolderEntry entry) throws IOException {
        Path target = entry.path();
        String hash = HexFormat.of().toHexDigits(target.getFileName().toString().hashCode());
        Path claim = entry.sibling(FileNames.CLAIM + hash);
        synchronized (FileWriter.class) {
            try (FileChannel channel = FileChannel.open(claim, CLAIMING, OwnFile.MODE)) {
                // Closing the channel gives the lock back.
                var unused = channel.lock();
                refuseTaken(key, target);
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
                Files.deleteIfExists(claim);
            }
        }
    }

    private void refuseTaken(String key, Path target) throws IOException {
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(
                    target.toString(), null, "other objects lie below this key, which a folder cannot hold beside it");
        }
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new ObjectExists(store, key);
        }
    }
}
