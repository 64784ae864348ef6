package bmm.notify;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The journal's socket, with somebody else behind it: no journald runs where the tests do. */
@Timeout(60)
class SyslogTest {
    @TempDir
    Path directory;

    private static void never(int priority, String line) {
        throw new AssertionError("not to the other log: " + line);
    }

    @Test
    void speaksAsSystemdsServicesDo() throws Exception {
        Path socket = directory.resolve("stdout");
        try (ServerSocketChannel journal = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            journal.bind(UnixDomainSocketAddress.of(socket));
            CompletableFuture<String> heard = CompletableFuture.supplyAsync(() -> {
                try (SocketChannel stream = journal.accept()) {
                    return new String(Channels.newInputStream(stream).readAllBytes(), StandardCharsets.UTF_8);
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertThat(new Syslog(socket, SyslogTest::never).send(Messages.problem("api DOWN: größer\nnot two"), null))
                    .isEqualTo(new Delivery.Delivered());
            // sd_journal_stream_fd(3): identifier, unit, priority, level prefix, forward to syslog, kmsg, console.
            assertThat(heard.get(30, TimeUnit.SECONDS))
                    .isEqualTo("bmm-ops\n\n2\n0\n0\n0\n0\nshop: api DOWN: größer\\nnot two\n");
        }
    }

    @Test
    void withoutAJournalTheOtherLogHasIt() throws Exception {
        StringBuilder logged = new StringBuilder();
        Syslog syslog = new Syslog(
                directory.resolve("none"),
                (priority, line) -> logged.append(priority).append(' ').append(line));
        assertThat(syslog.send(Messages.problem("api DOWN"), null)).isEqualTo(new Delivery.Delivered());
        assertThat(logged).hasToString("2 shop: api DOWN");
    }
}
