package bmm.uptime;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;

/** Hosts and the addresses behind them. */
final class Addresses {
    private Addresses() {}

    /** All addresses of a host; brackets around an IPv6 address are taken off. */
    static List<InetAddress> of(String host) throws UnknownHostException {
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return List.of(InetAddress.getAllByName(bracketed ? host.substring(1, host.length() - 1) : host));
    }

    /** Whether one of them is not this machine's. */
    static boolean anyElsewhere(List<InetAddress> addresses) {
        try {
            for (InetAddress address : addresses) {
                if (!address.isLoopbackAddress() && NetworkInterface.getByInetAddress(address) == null) {
                    return true;
                }
            }
            return false;
        } catch (SocketException e) {
            return true;
        }
    }
}
