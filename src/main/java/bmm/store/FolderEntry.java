package bmm.store;

import bmm.base.PinnedFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a file is, or would be, in a {@link Folder}. Its directory stays the same one until this is closed, also where
 * others can exchange it for another or for a link.
 *
 * @param directory where it is in
 * @param path its own
 * @param pinned what holds the directory, null where only this user and root can change the way to it
 */
record FolderEntry(Path directory, Path path, @Nullable PinnedFile pinned) implements AutoCloseable {
    /** Whether others than this user and root can change what is in the directory. */
    boolean isExposed() {
        return pinned != null;
    }

    /** Something beside it. */
    Path sibling(String name) {
        return directory.resolve(name);
    }

    @Override
    public void close() {
        if (pinned != null) {
            pinned.close();
        }
    }
}
