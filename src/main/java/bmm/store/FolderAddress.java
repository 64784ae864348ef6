package bmm.store;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * A directory: {@code file:///path}.
 *
 * @param root absolute; must exist, so that a missing mount is noticed
 */
public record FolderAddress(Path root, String prefix) implements StoreAddress {
    static FolderAddress parse(String rest) {
        String path = rest.startsWith("//localhost/") ? rest.substring("//localhost".length()) : rest;
        if (path.startsWith("//")) {
            path = path.substring(2);
        }
        if (!path.startsWith("/")) {
            throw StoreAddress.malformed(
                    "file:" + KeyText.shown(rest),
                    "is not an absolute path",
                    "write it with three slashes: file:///mnt/nas");
        }
        try {
            return new FolderAddress(Path.of(path).normalize(), "");
        } catch (InvalidPathException e) {
            throw StoreAddress.malformed(
                    "file:" + KeyText.shown(rest), "is not a path: " + e.getReason(), "use file:///path");
        }
    }

    @Override
    public FolderAddress below(String more) {
        return new FolderAddress(root, StoreAddress.join(prefix, more));
    }

    @Override
    public String toString() {
        return "file:" + StoreAddress.shown(root.toString(), prefix);
    }
}
