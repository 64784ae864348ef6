package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Where the drills of a test take place: a directory with a short path, which must be empty in the end. */
final class DrillPlace implements AutoCloseable {
    final Path directory;
    private final Scene scene;

    DrillPlace(Scene scene) throws IOException {
        this.scene = scene;
        // The path of a socket is short, and the server's user must get there.
        directory = Files.createTempDirectory("bmm-dr");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        scene.set("BMM_TEMP_DIR", directory.toString());
        // The tests' role is a superuser, and what they restore is their own.
        scene.set("BMM_DRILL_ACCEPT", "owners-code-runs-as-superuser");
    }

    /** Makes a database with one table of a thousand rows, and backs it up. */
    void smallDatabase(String name) {
        scene.server.createDatabase(name);
        scene.server.sql(
                name,
                "CREATE TABLE t (id int PRIMARY KEY, s text)",
                "INSERT INTO t SELECT i, 'row ' || i FROM generate_series(1, 1000) i",
                "CREATE SEQUENCE s",
                "SELECT setval('s', 42)");
        scene.backup(name).isDone();
    }

    /**
     * Programs of the server's own version, where pg_restore does something more when it has done its work: with {@code
     * $REAL}, and connected to the restored database.
     */
    void afterRestore(String script) throws IOException {
        Path programs = Files.createDirectory(scene.root.resolve("programs"));
        // The server's user runs some of them.
        Path everybodys = Path.of(System.getProperty("java.io.tmpdir"));
        for (Path path = programs; path != null && !path.equals(everybodys); path = path.getParent()) {
            if (Files.isWritable(path)) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        for (String tool : List.of("initdb", "postgres", "pg_ctl", "pg_dump", "pg_dumpall", "psql")) {
            Files.createSymbolicLink(programs.resolve(tool), scene.server.bin().resolve(tool));
        }
        Path restore = programs.resolve("pg_restore");
        Files.writeString(
                restore,
                "#!/bin/sh\nREAL='" + scene.server.bin() + "'\n\"$REAL/pg_restore\" \"$@\" || exit\n" + script + "\n");
        Files.setPosixFilePermissions(restore, PosixFilePermissions.fromString("rwxr-xr-x"));
        scene.set("BMM_PG_BIN", programs.toString());
    }

    /** What drills have left, temporary files included. */
    List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    Path onlyRecord() throws IOException {
        try (Stream<Path> files = Files.list(scene.root.resolve("state/drills"))) {
            List<Path> records = files.toList();
            assertThat(records).hasSize(1);
            return records.getFirst();
        }
    }

    /** What a shell prints. */
    String shell(String script) throws IOException, InterruptedException {
        Path output = scene.root.resolve("shell.out");
        Process process = new ProcessBuilder("/bin/bash", "-o", "pipefail", "-c", script)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(script).isTrue();
        String said = Files.readString(output, StandardCharsets.UTF_8).strip();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    @Override
    public void close() throws IOException {
        scene.run("restore-drill", "--clean").isDone();
        assertThat(scene.server.query("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'bmm\\_drill%'"))
                .isEmpty();
        assertThat(left()).isEmpty();
        Files.delete(directory);
    }
}
