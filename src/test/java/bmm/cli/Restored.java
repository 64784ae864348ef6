package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.catalog.Manifest;
import bmm.dump.RecordedHash;
import bmm.postgres.Fingerprint;
import bmm.postgres.Fingerprinter;
import bmm.postgres.ScratchServer;
import bmm.postgres.SequenceState;
import bmm.postgres.Snapshot;
import bmm.postgres.TableContent;
import bmm.postgres.TableName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Runs printed restore commands with a shell, as a person would, and compares what came back with a manifest. */
final class Restored {
    private Restored() {}

    /** Runs the command; the database must be gone or elsewhere by then. */
    static void byShell(String command, Path workingDirectory) throws IOException, InterruptedException {
        ScratchServer server = ScratchServer.get();
        Path output = workingDirectory.resolve("restore.log");
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", command)
                .directory(workingDirectory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        Map<String, String> environment = builder.environment();
        environment.put("PGHOST", server.socketDirectory());
        environment.put("PGPORT", String.valueOf(server.port()));
        environment.put("PGUSER", "postgres");
        environment.put("PATH", server.bin() + ":" + System.getenv("PATH"));
        Process process = builder.start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(command).isTrue();
        assertThat(process.exitValue())
                .as("%s%n%s", command, Files.readString(output))
                .isZero();
    }

    /** Asserts that a database holds what the manifest says: rows and hashes of all tables, sequences, large objects. */
    static void holds(String database, Manifest manifest) throws InterruptedException {
        Manifest.Fingerprint recorded = manifest.fingerprint();
        try (Snapshot snapshot = Snapshot.open(ScratchServer.get().server(), database, Duration.ofSeconds(10))) {
            Fingerprint found = new Fingerprinter(snapshot, RecordedHash.of(manifest), 1, table -> {}).compute();
            Map<TableName, TableContent> expected = new TreeMap<>();
            recorded.tables()
                    .forEach(table -> expected.put(
                            new TableName(table.schema(), table.name()), new TableContent(table.rows(), table.hash())));
            assertThat(found.tables()).isEqualTo(expected);
            assertThat(found.largeObjects())
                    .isEqualTo(new TableContent(
                            recorded.largeObjects().count(),
                            recorded.largeObjects().hash()));
            Map<TableName, SequenceState> sequences = new TreeMap<>();
            recorded.sequences()
                    .forEach(one -> sequences.put(
                            new TableName(one.schema(), one.name()), new SequenceState(one.lastValue(), one.called())));
            assertThat(snapshot.sequences()).isEqualTo(sequences);
        }
    }
}
