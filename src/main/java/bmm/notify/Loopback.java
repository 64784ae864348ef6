package bmm.notify;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;

/** What does not leave this machine, and so may be in clear text. Decided by what was written: a name server could lie. */
public final class Loopback {
    private Loopback() {}

    /** Whether a host is this machine: {@code localhost}, or an address of 127.0.0.0/8 or ::1. */
    public static boolean isLoopback(String host) {
        String name = host.strip().toLowerCase(Locale.ROOT);
        String bare = name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
        if (bare.equals("localhost") || bare.equals("localhost.")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(bare).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether what is sent to an address can be read on the way: http:// beyond this machine. */
    public static boolean isClearText(String url) {
        try {
            URI address = URI.create(url.strip());
            return "http".equalsIgnoreCase(address.getScheme())
                    && address.getHost() != null
                    && !isLoopback(address.getHost());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * The address to connect to.
     *
     * @throws UnknownHostException if the name leads elsewhere after all
     */
    static String addressOf(String host) throws UnknownHostException {
        InetAddress address = InetAddress.getByName(host);
        if (!address.isLoopbackAddress()) {
            throw new UnknownHostException(host + " is not this machine");
        }
        return address.getHostAddress();
    }
}
