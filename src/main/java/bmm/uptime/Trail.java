package bmm.uptime;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How far one attempt has come, for whoever gives up waiting for it. */
final class Trail {
    private volatile @Nullable Stage stage;
    private volatile boolean asked;
    private volatile @Nullable List<InetAddress> found;

    /** Called when the attempt enters a stage. */
    void at(Stage next) {
        stage = next;
    }

    /** The stage that it is in; null before the first, and for probes that have none. */
    @Nullable
    Stage stage() {
        return stage;
    }

    /** Looks up the addresses of a host; the stage is DNS. */
    List<InetAddress> lookUp(String host) throws UnknownHostException {
        at(Stage.DNS);
        asked = true;
        found = null;
        List<InetAddress> addresses = Addresses.of(host);
        found = addresses;
        return addresses;
    }

    /** Whether the way led out of this machine, or would have, as far as can be told. */
    boolean leadsOutside() {
        List<InetAddress> addresses = found;
        return asked && (addresses == null || Addresses.anyElsewhere(addresses));
    }
}
