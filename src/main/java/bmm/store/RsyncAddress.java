package bmm.store;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A directory on another host, reached by ssh: {@code rsync:user@host:/path}.
 *
 * @param host {@code user@host} or a host; may be an alias of ~/.ssh/config
 * @param root absolute path over there; must exist
 */
public record RsyncAddress(String host, String root, String prefix) implements StoreAddress {
    static RsyncAddress parse(String rest) {
        Matcher parts =
                Pattern.compile("([^:\\[]*(?:\\[[^]]*])?):(.*)", Pattern.DOTALL).matcher(rest);
        final String form = "write rsync:user@host:/path";
        if (!parts.matches()) {
            throw StoreAddress.malformed("an rsync: address", "names no host and path", form);
        }
        // Neither may be taken for an option, whatever program reads it.
        if (!parts.group(1).matches("([A-Za-z0-9_][A-Za-z0-9_.-]*@)?([A-Za-z0-9][A-Za-z0-9._-]*|\\[[0-9a-fA-F:.]+])")) {
            throw StoreAddress.malformed("an rsync: address", "names no valid host", form);
        }
        String root = parts.group(2);
        if (!root.startsWith("/") || root.chars().anyMatch(Character::isISOControl)) {
            throw StoreAddress.malformed("an rsync: address", "has no absolute path behind the host", form);
        }
        while (root.length() > 1 && root.endsWith("/")) {
            root = root.substring(0, root.length() - 1);
        }
        return new RsyncAddress(parts.group(1), root, "");
    }

    @Override
    public RsyncAddress below(String more) {
        return new RsyncAddress(host, root, StoreAddress.join(prefix, more));
    }

    @Override
    public String toString() {
        return "rsync:" + host + ":" + StoreAddress.shown(root, prefix);
    }
}
