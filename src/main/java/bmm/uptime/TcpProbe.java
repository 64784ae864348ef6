package bmm.uptime;

import bmm.alert.Layer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

/** {@code tcp://host:port}: something accepts connections there, on any of the addresses of the name. */
record TcpProbe(String host, int port) implements Probe {
    @Override
    public String target() {
        return "tcp://" + host + ":" + port;
    }

    @Override
    public Layer layer() {
        return Layer.NETWORK;
    }

    @Override
    public Look look(Trail trail, Duration timeout) throws IOException {
        Deadline deadline = Deadline.in(timeout);
        List<InetAddress> addresses = trail.lookUp(host);
        trail.at(Stage.TCP);
        IOException last = new ConnectException("no address");
        for (int i = 0; i < addresses.size(); i++) {
            // An address that swallows everything must leave time for the others.
            int share = Math.max(1, deadline.socketTimeout() / (addresses.size() - i));
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(addresses.get(i), port), share);
                return Look.up("accepts connections", deadline.spent());
            } catch (IOException e) {
                last = new IOException(addresses.get(i).getHostAddress() + " port " + port + ": " + Reasons.of(e), e);
            }
        }
        throw last;
    }
}
