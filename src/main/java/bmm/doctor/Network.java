package bmm.doctor;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;

/** Which network an address belongs to, by the blocks that IANA has set aside. */
enum Network {
    LOOPBACK("this host"),
    /** RFC 1918. */
    PRIVATE("private"),
    /** RFC 6598: Tailscale gives its hosts addresses of 100.64.0.0/10, as do providers behind their own NAT. */
    SHARED("shared, as in a tailnet"),
    /** RFC 4193: fc00::/7, Tailscale's fd7a:115c:a1e0::/48 among them. */
    UNIQUE_LOCAL("unique local"),
    LINK_LOCAL("link-local"),
    PUBLIC("public");

    private final String words;

    Network(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    static Network of(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (address.isLoopbackAddress()) {
            return LOOPBACK;
        }
        if (address.isLinkLocalAddress()) {
            return LINK_LOCAL;
        }
        if (address instanceof Inet4Address) {
            if ((bytes[0] & 0xff) == 100 && (bytes[1] & 0xc0) == 64) {
                return SHARED;
            }
            return address.isSiteLocalAddress() ? PRIVATE : PUBLIC;
        }
        return address instanceof Inet6Address && (bytes[0] & 0xfe) == 0xfc ? UNIQUE_LOCAL : PUBLIC;
    }
}
