package bmm.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Lets pgjdbc, which knows TCP only, talk through a Unix socket. The JDK's own channel does it without native code of a
 * library. Named to the driver by its {@code socketFactory} property, the path by {@code socketFactoryArg}.
 */
public final class UnixSocketFactory extends SocketFactory {
    /** The first socket of each connection that is being made, by its token. */
    private static final Map<String, Optional<CopyTap>> CONNECTING = new ConcurrentHashMap<>();

    private final String token;
    private final String path;

    /**
     * Called by the driver.
     *
     * @param argument made by {@link Connecting}
     */
    public UnixSocketFactory(String argument) {
        this.token = argument.substring(0, argument.indexOf(':'));
        this.path = argument.substring(argument.indexOf(':') + 1);
    }

    /** A connection that is being made, in the driver's own thread: where its tap is found afterwards. */
    static final class Connecting implements AutoCloseable {
        private final String token = UUID.randomUUID().toString();

        Connecting() {
            CONNECTING.put(token, Optional.empty());
        }

        String argument(String path) {
            return token + ":" + path;
        }

        @Nullable
        CopyTap tap() {
            return CONNECTING.getOrDefault(token, Optional.empty()).orElse(null);
        }

        @Override
        public void close() {
            CONNECTING.remove(token);
        }
    }

    @Override
    public Socket createSocket() throws IOException {
        UnixSocket socket = new UnixSocket(UnixDomainSocketAddress.of(path));
        CONNECTING.replace(token, Optional.empty(), Optional.of(socket.tap));
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw new IOException("only through the socket " + path);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return createSocket(host.getHostName(), port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        return createSocket(host.getHostName(), port);
    }

    /** Options of TCP have no meaning here and are accepted without effect. */
    private static final class UnixSocket extends Socket {
        private final UnixDomainSocketAddress address;
        private final SocketChannel channel;
        private final CopyTap tap;

        UnixSocket(UnixDomainSocketAddress address) throws IOException {
            this.address = address;
            this.channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            this.tap = new CopyTap(channel);
        }

        @Override
        public void connect(SocketAddress ignored) throws IOException {
            channel.connect(address);
        }

        @Override
        public void connect(SocketAddress ignored, int timeout) throws IOException {
            channel.connect(address);
        }

        @Override
        public InputStream getInputStream() {
            return tap;
        }

        @Override
        public OutputStream getOutputStream() {
            return Channels.newOutputStream(channel);
        }

        @Override
        public boolean isConnected() {
            return channel.isConnected();
        }

        @Override
        public boolean isClosed() {
            return !channel.isOpen();
        }

        @Override
        public void shutdownOutput() throws IOException {
            channel.shutdownOutput();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }

        @Override
        public void setTcpNoDelay(boolean on) {}

        @Override
        public void setKeepAlive(boolean on) {}

        @Override
        public void setSoTimeout(int timeout) {}

        @Override
        public int getSoTimeout() {
            return 0;
        }

        @Override
        public void setReceiveBufferSize(int size) {}

        @Override
        public void setSendBufferSize(int size) {}

        @Override
        public int getReceiveBufferSize() {
            return 8192;
        }

        @Override
        public int getSendBufferSize() {
            return 8192;
        }
    }
}
