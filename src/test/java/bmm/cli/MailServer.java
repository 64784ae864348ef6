package bmm.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A server that speaks as much of SMTP with STARTTLS (RFC 5321, RFC 3207) as a client that sends one mail needs. */
final class MailServer implements AutoCloseable {
    /** What came through TLS, headers and all. */
    final List<String> mails = new CopyOnWriteArrayList<>();

    /** What was said before TLS, where all can read it. */
    final List<String> inClearText = new CopyOnWriteArrayList<>();

    /** Whether it offers TLS at all, or has somebody on the way who takes the offer out. */
    volatile boolean offersTls = true;

    /** How conversations broke off. */
    final List<IOException> refused = new CopyOnWriteArrayList<>();

    private final SSLContext tls;
    private final ServerSocket server;

    MailServer(SSLContext tls) throws IOException {
        this.tls = tls;
        this.server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    int port() {
        return server.getLocalPort();
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                if (talk(socket, false)) {
                    SSLSocket safe = (SSLSocket) tls.getSocketFactory().createSocket(socket, null, true);
                    talk(safe, true);
                }
            } catch (IOException e) {
                refused.add(e);
            }
        }
    }

    /** Returns whether the client wants TLS from here on. */
    private boolean talk(Socket socket, boolean safe) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(socket.getOutputStream(), true, StandardCharsets.UTF_8);
        if (!safe) {
            out.print("220 test ESMTP\r\n");
        }
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (!safe) {
                inClearText.add(line);
            }
            switch (line.substring(0, Math.min(4, line.length())).toUpperCase(Locale.ROOT)) {
                case "EHLO" ->
                    out.print("250-test\r\n" + (safe || !offersTls ? "" : "250-STARTTLS\r\n")
                            + "250 AUTH PLAIN LOGIN\r\n");
                case "STAR" -> {
                    out.print("220 go ahead\r\n");
                    return true;
                }
                case "AUTH" -> out.print("535 wrong\r\n");
                case "DATA" -> {
                    out.print("354 end with a dot\r\n");
                    StringBuilder mail = new StringBuilder();
                    for (String text = in.readLine(); text != null && !text.equals("."); text = in.readLine()) {
                        mail.append(text).append('\n');
                    }
                    if (safe) {
                        mails.add(mail.toString());
                    }
                    out.print("250 taken\r\n");
                }
                case "QUIT" -> {
                    out.print("221 bye\r\n");
                    return false;
                }
                default -> out.print("250 well\r\n");
            }
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
