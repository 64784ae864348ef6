package bmm.uptime;

import bmm.alert.Layer;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * {@code dns:name}: the name has an address, as this machine's own resolver sees it.
 *
 * @param expected addresses of which each must be among those found; may be empty
 */
record DnsProbe(String name, List<InetAddress> expected) implements Probe {
    @Override
    public String target() {
        return "dns:" + name;
    }

    @Override
    public Layer layer() {
        return Layer.NETWORK;
    }

    @Override
    public Look look(Trail trail, Duration timeout) throws IOException {
        Deadline deadline = Deadline.in(timeout);
        List<InetAddress> found = trail.lookUp(name);
        Duration took = deadline.spent();
        List<String> shown = found.stream().map(InetAddress::getHostAddress).toList();
        for (InetAddress address : expected) {
            if (!found.contains(address)) {
                return Look.down(
                        Stage.DNS,
                        name + " is " + String.join(", ", shown) + ", not " + address.getHostAddress(),
                        took);
            }
        }
        return Look.up(String.join(", ", shown), took);
    }
}
