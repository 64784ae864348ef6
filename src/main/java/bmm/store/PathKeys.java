package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Some servers take a key for a path: MinIO stores {@code /a} as {@code a}, others {@code a//b} as {@code a/b}. Such an
 * object would come back from a listing under another key.
 */
final class PathKeys {
    private PathKeys() {}

    /** The key that such a server makes of a key; the same one for nearly all. */
    static String asPath(String key) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : key.split("/", -1)) {
            switch (part) {
                case "", "." -> {}
                case ".." -> parts.pollLast();
                default -> parts.addLast(part);
            }
        }
        return String.join("/", parts) + (key.endsWith("/") && !parts.isEmpty() ? "/" : "");
    }

    /** The store keeps the key under another name; what was stored is removed before this is thrown. */
    static Failure renamed(S3Address address, String key, String renamed) {
        return new Failure(
                ExitCode.STORE,
                address + ": " + KeyText.shown(key) + ": the store would name it " + KeyText.shown(renamed),
                "use a key without empty parts, . and ..; nothing was stored");
    }
}
