package bmm.store;

import bmm.base.DurableFile;
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
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Creates files whole or not at all, and never over another one: written under a hidden name, forced to disk, then
 * linked to its own name, which fails if that name is taken. Of several writers exactly one wins.
 */
final class FileWriter {
    /** Directories can be pruned by a deletion between making them and writing into them. */
    private static final int TRIES = 10;

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
        Path target = folder.locate(path);
        if (!replace) {
            refuseTaken(key, target);
        }
        Path temporary = createTemporary(path);
        try {
            write(temporary, source);
            source.check(store, key);
            if (manner != null) {
                Files.setLastModifiedTime(temporary, FileTime.from(manner.modified()));
            }
            if (replace) {
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            } else {
                publish(key, temporary, target);
            }
        } catch (IOException | RuntimeException e) {
            source.check(store, key);
            throw e;
        } finally {
            Files.deleteIfExists(temporary);
        }
        DurableFile.syncDirectory(DurableFile.directoryOf(target));
    }

    private Path createTemporary(String path) throws IOException {
        for (int tried = 1; ; tried++) {
            try {
                Path temporary = folder.prepare(path).resolveSibling(FileNames.TEMPORARY + UUID.randomUUID());
                DurableFile.create(temporary).close();
                return temporary;
            } catch (NoSuchFileException e) {
                if (tried == TRIES) {
                    throw e;
                }
            }
        }
    }

    private static void write(Path temporary, Source source) throws IOException {
        try (InputStream in = source.open();
                FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            byte[] buffer = new byte[128 * 1024];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            }
            out.force(true);
        }
    }

    private void publish(String key, Path temporary, Path target) throws IOException {
        if (hardLinks) {
            try {
                Files.createLink(target, temporary);
                return;
            } catch (FileAlreadyExistsException e) {
                // Over NFS the answer to a successful link can get lost; its retransmission then finds the name taken.
                if (Files.getAttribute(temporary, "unix:nlink") instanceof Integer links && links == 2) {
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
        publishWithoutLinks(key, temporary, target);
    }

    /**
     * Without links: check and rename, as one under a lock that dies with its holder. The lock file goes only after the
     * rename, so whoever locked a file that is already gone finds the name taken.
     */
    private void publishWithoutLinks(String key, Path temporary, Path target) throws IOException {
        String hash = HexFormat.of().toHexDigits(target.getFileName().toString().hashCode());
        Path claim = target.resolveSibling(FileNames.CLAIM + hash);
        synchronized (FileWriter.class) {
            try (FileChannel channel = FileChannel.open(claim, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
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
