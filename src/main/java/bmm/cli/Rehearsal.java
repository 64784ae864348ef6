package bmm.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
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
 * ahead-of-time cache (JEP 514, JEP 515): commands that need nothing from outside, with their output thrown away.
 */
final class Rehearsal {
    private static final int ROWS = 200_000;

    private Rehearsal() {}

    public static void main(String[] args) throws IOException {
        Path directory = Files.createTempDirectory("bmm-rehearsal");
        try {
            run(directory);
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
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Path envFile = Files.createFile(directory.resolve("bmm.env"));
        for (List<String> command : List.of(
                List.of("--help"),
                List.of("verify", dump.toString(), noArchive.toString()),
                List.of("verify", "--json", "--from", "file://" + directory),
                List.of("backup"),
                List.of("prune", "--dry-run"))) {
            String[] words = Stream.concat(command.stream(), Stream.of("--env-file", envFile.toString()))
                    .toArray(String[]::new);
            new Bmm(nowhere, nowhere, environment, Clock.systemUTC()).run(words);
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
