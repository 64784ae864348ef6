package bmm.notify;

import bmm.base.Failure;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The journal of this machine, under the tag {@code bmm-ops}: through the socket on which systemd takes the output of
 * services, or, where there is none, through a program such as logger(1).
 */
public final class Syslog implements Channel {
    public static final String TAG = "bmm-ops";

    /** Where systemd-journald listens for streams of lines. */
    public static final Path JOURNAL = Path.of("/run/systemd/journal/stdout");

    /** Hands a line to the system's log in another way. */
    @FunctionalInterface
    public interface Logger {
        void log(int priority, String line) throws IOException, InterruptedException;
    }

    private final Path socket;
    private final Logger otherwise;

    public Syslog(Path socket, Logger otherwise) {
        this.socket = socket;
        this.otherwise = otherwise;
    }

    @Override
    public Delivery send(Message message, @Nullable Instant doubtfulSince) throws InterruptedException {
        int priority = priority(message);
        String line = message.source() + ": " + message.title();
        try {
            try {
                toJournal(priority, line);
            } catch (IOException | UnsupportedOperationException e) {
                otherwise.log(priority, line);
            }
            return new Delivery.Delivered();
        } catch (IOException e) {
            return new Delivery.Later(Failure.reason(e));
        }
    }

    /** The header of a stream: tag, unit, priority, level prefix, forwarding to syslog, kmsg and console; then lines. */
    private void toJournal(int priority, String line) throws IOException {
        String stream = TAG + "\n\n" + priority + "\n0\n0\n0\n0\n" + line + "\n";
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer bytes = ByteBuffer.wrap(stream.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    /** As in syslog(3). */
    private static int priority(Message message) {
        if (message.kind() == Message.Kind.RECOVERY || message.kind() == Message.Kind.TEST) {
            return 5;
        }
        return switch (message.severity()) {
            case INFO -> 6;
            case WARNING -> 4;
            case CRITICAL -> 2;
        };
    }
}
