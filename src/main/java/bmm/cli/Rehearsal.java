package bmm.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * What the packaging runs once so that the JVM learns which classes and methods bmm needs, and keeps them in an
 * ahead-of-time cache (JEP 514, JEP 515): commands that need nothing from outside, with their output thrown away. With
 * {@code quick} only those that are over in a moment, and then cost little more than their start.
 */
final class Rehearsal {
    private static final int ROWS = 200_000;

    private Rehearsal() {}

    public static void main(String[] args) throws IOException {
        Path directory = Files.createTempDirectory("bmm-rehearsal");
        try {
            tick(directory);
            if (args.length == 0) {
                run(directory);
            }
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void run(Path directory) throws IOException {
        Path dump = directory.resolve("app-20261121T031500Z.sql.gz");
        write(dump);
        Path noArchive = Files.write(directory.resolve("app-20261121T041500Z.dump.zst"), new byte[] {1, 2, 3});
        // No server listens there: everything is made ready, and the connection fails.
        Map<String, String> environment = Map.of(
                "HOME", directory.toString(),
                "PGHOST", directory.toString(),
                "PGUSER", "nobody",
                "BMM_DATABASES", "app",
                "BMM_BACKUP_DIR",
                        Files.createDirectory(directory.resolve("backups")).toString(),
                "BMM_STATE_DIR", directory.resolve("state").toString(),
                "BMM_BACKUP_REMOTE", "file://" + directory.resolve("off-site"));
        Path envFile = Files.createFile(directory.resolve("bmm.env"));
        for (List<String> command : List.of(
                List.of("--help"),
                List.of("verify", dump.toString(), noArchive.toString()),
                List.of("verify", "--json", "--from", "file://" + directory),
                List.of("backup"),
                List.of("prune", "--dry-run"))) {
            String[] words = Stream.concat(command.stream(), Stream.of("--env-file", envFile.toString()))
                    .toArray(String[]::new);
            new Bmm(nowhere(), nowhere(), environment, Clock.systemUTC()).run(words);
        }
    }

    /** Some ticks, over all that can be looked at without leaving the machine. */
    private static void tick(Path directory) throws IOException {
        try (HealthPage page = new HealthPage()) {
            Path envFile = Files.write(
                    directory.resolve("ticks.env"),
                    List.of(
                            "BMM_STATE_DIR=" + directory.resolve("ticks"),
                            "BMM_UPTIME_ATTEMPTS=1",
                            "BMM_UPTIME_REFERENCES=none",
                            "BMM_PROBE_PAGE=http://" + page.address()
                                    + "/ status=200 json:$.status=ok body:ok latency<5s",
                            "BMM_PROBE_SECURE=https://" + page.address() + "/ timeout=1s",
                            "BMM_PROBE_PORT=tcp://" + page.address(),
                            "BMM_PROBE_NAME=dns:localhost",
                            "BMM_PROBE_DISK=disk:" + directory,
                            "BMM_PROBE_COMMAND=cmd:echo all is well"));
            for (List<String> command : List.of(
                    List.of("uptime", "--env-file", envFile.toString()),
                    List.of("uptime", "--json", "--env-file", envFile.toString()),
                    List.of("--help"))) {
                new Bmm(nowhere(), nowhere(), Map.of(), Clock.systemUTC()).run(command.toArray(String[]::new));
            }
            // The way that the process itself takes.
            var unused = Main.run("--version");
        }
    }

    private static PrintStream nowhere() {
        return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    }

    /** Answers every connection with one good page. */
    private static final class HealthPage implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

        HealthPage() throws IOException {
            Thread thread = new Thread(this::serve, "health-page");
            thread.setDaemon(true);
            thread.start();
        }

        private void serve() {
            while (!listener.isClosed()) {
                serveOne();
            }
        }

        private void serveOne() {
            try (Socket socket = listener.accept()) {
                var unused = socket.getInputStream().read(new byte[4096]);
                socket.getOutputStream()
                        .write(("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n"
                                        + "Connection: close\r\n\r\n{\"status\":\"ok\"}")
                                .getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                return; // who asked went away
            }
        }

        int port() {
            return listener.getLocalPort();
        }

        String address() {
            return "localhost:" + port();
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    private static void write(Path dump) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(dump))) {
            StringBuilder text = new StringBuilder("""
                    --
                    -- Name: t; Type: TABLE DATA; Schema: public; Owner: app
                    --

                    COPY public.t (id, at, name) FROM stdin;
                    """);
            for (int i = 0; i < ROWS; i++) {
                text.append(i)
                        .append("\t2026-11-21 03:15:00+00\tsome (quoted) text ")
                        .append(i)
                        .append('\n');
            }
            text.append("\\.\n\n-- PostgreSQL database dump complete\n");
            out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
