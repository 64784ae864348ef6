package bmm.store;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place that the rclone program reaches: {@code rclone:remote:path}.
 *
 * @param remote name of a remote in rclone's configuration
 * @param path the path there, as rclone takes it; may be empty
 */
public record RcloneAddress(String remote, String path, String prefix) implements StoreAddress {
    static RcloneAddress parse(String rest) {
        // "remote,option=value:" and ":backend,…:" would bring secrets into the address.
        Matcher parts = Pattern.compile("([\\w.][\\w.+@ -]*):(.*)", Pattern.UNICODE_CHARACTER_CLASS | Pattern.DOTALL)
                .matcher(rest);
        if (!parts.matches()) {
            throw StoreAddress.malformed(
                    "an rclone: address",
                    "names no remote",
                    "write rclone:remote:path with a remote of rclone's configuration (rclone listremotes)");
        }
        String path = parts.group(2);
        // Between square brackets rclone's own server finds the place in its URLs.
        if (path.startsWith("//") || path.contains("]") || path.chars().anyMatch(Character::isISOControl)) {
            throw StoreAddress.malformed(
                    "an rclone: address",
                    "has a path that cannot be used",
                    "known kinds of stores are " + StoreAddress.SUPPORTED);
        }
        return new RcloneAddress(parts.group(1), path.equals("/") ? path : StoreAddress.withoutSlash(path), "");
    }

    /** The root as rclone writes it. */
    String root() {
        return remote + ":" + path;
    }

    @Override
    public RcloneAddress below(String more) {
        return new RcloneAddress(remote, path, StoreAddress.join(prefix, more));
    }

    @Override
    public String toString() {
        String place = "rclone:" + root();
        return prefix.isEmpty() || !path.isEmpty()
                ? StoreAddress.shown(place, prefix)
                : place + StoreAddress.withoutSlash(prefix);
    }
}
