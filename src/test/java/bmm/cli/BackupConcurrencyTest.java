package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database goes on while it is backed up, and that is no reason for an alarm. */
final class BackupConcurrencyTest {
    private static final int RUNS = 20;

    @TempDir
    Path directory;

    @Test
    void writersMeanNoFalseAlarm() throws Exception {
        Scene scene = new Scene(directory);
        scene.set("BMM_MAX_SHRINK", "100").set("BMM_GLOBALS", "no");
        scene.server.createDatabase("busy");
        scene.server.sql(
                "busy",
                "CREATE TABLE grows (id serial, a text)",
                "CREATE TABLE emptied AS SELECT generate_series(1, 20000) AS i",
                "CREATE SEQUENCE alone",
                "CREATE TABLE comes_and_goes (a int)",
                "CREATE SEQUENCE seq_goes");
        // Each transaction is short, as an application's are.
        String work = """
                DO $$ BEGIN
                  FOR i IN 1..100000 LOOP
                    INSERT INTO grows (a) SELECT md5(random()::text) FROM generate_series(1, 20);
                    UPDATE grows SET a = 'changed' WHERE id % 50 = i % 50;
                    COMMIT;
                    PERFORM nextval('alone');
                    PERFORM pg_sleep(0.005);
                    CONTINUE WHEN i % 40 <> 0;
                    TRUNCATE emptied;
                    INSERT INTO emptied SELECT generate_series(1, 100 + i % 1000);
                    COMMIT;
                    DROP TABLE comes_and_goes;
                    CREATE TABLE comes_and_goes (a int, b int);
                    COMMIT;
                    ALTER TABLE comes_and_goes ADD COLUMN c text DEFAULT 'x';
                    CREATE TABLE another (a int);
                    COMMIT;
                    DROP TABLE another;
                    COMMIT;
                  END LOOP;
                END $$""";
        Process writer = scene.server
                .session("busy", work)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("writer").toFile())
                .start();
        try {
            for (int i = 0; i < RUNS; i++) {
                scene.set("BMM_DUMP_JOBS", i % 4 == 3 ? "2" : "1")
                        .backup("busy")
                        .isDone();
                assertThat(scene.manifest().verified()).contains("content");
                assertThat(writer.isAlive())
                        .as(Files.readString(directory.resolve("writer")))
                        .isTrue();
            }
        } finally {
            writer.destroy();
            writer.waitFor(20, TimeUnit.SECONDS);
        }
    }
}
