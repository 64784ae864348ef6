package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import bmm.base.ExitCode;
import bmm.postgres.PgRestore.Section;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A restore in three parts, whose tables are filled by several sessions of a real server. */
@Timeout(120)
final class DataRestoreTest {
    private static final String TARGET = "filled by several";
    private static final String CONTENT =
            "SELECT count(*), sum(hashtextextended(t::text, 0)), max(length(s)) FROM public.t";

    private final ScratchServer server = ScratchServer.get();
    private final PgTools tools = PgTools.in(server.bin(), server.server().connection());

    @TempDir
    Path directory;

    private String source = "";

    @BeforeEach
    void twoDatabases() {
        source = "source of several";
        server.createDatabase(source);
        server.createDatabase(TARGET);
        server.sql(
                source,
                "CREATE TABLE t (id bigint PRIMARY KEY, s text, n numeric)",
                "INSERT INTO t SELECT i, repeat(md5(i::text), 1 + i % 7), i / 3.0 FROM generate_series(1, 60000) i",
                "INSERT INTO t VALUES (0, NULL, 'NaN'), (-1, '', NULL), (-2, E'\\\\.\\n\\\\.\\n.', 1)",
                "INSERT INTO t SELECT -3, repeat('é', 2000000), 0",
                "CREATE TABLE \"a\nb\" (x int)",
                "INSERT INTO \"a\nb\" VALUES (1), (2)",
                "CREATE TABLE none (x int)",
                "CREATE SEQUENCE s START 5",
                "SELECT nextval('s')",
                "SELECT lo_from_bytea(4711, '\\xdeadbeef')");
    }

    @AfterEach
    void neither() {
        server.dropDatabase(source);
        server.dropDatabase(TARGET);
    }

    private Path dump(String... arguments) throws Exception {
        Path file = directory.resolve("dump" + arguments[0]);
        List<String> words =
                new ArrayList<>(List.of(server.bin().resolve("pg_dump").toString()));
        words.addAll(List.of("-h", server.socketDirectory(), "-p", String.valueOf(server.port()), "-U", "postgres"));
        words.addAll(List.of("-d", source, "-f", file.toString()));
        words.addAll(List.of(arguments));
        assertThat(new ProcessBuilder(words).inheritIO().start().waitFor()).isZero();
        return file;
    }

    private void restore(PgRestore.Input input, PgRestore.Options options) throws InterruptedException {
        PgRestore.run(tools, TARGET, input, options);
    }

    private static PgRestore.Options byOwners(int sessions) {
        return PgRestore.Options.DEFAULTS
                .withJobs(sessions)
                .by(Owners.OF_A_THROWAWAY_SERVER)
                .only(Section.DATA);
    }

    private void restoreInParts(Path file, int sessions) throws Exception {
        boolean isDirectory = Files.isDirectory(file);
        PgRestore.Input input =
                isDirectory ? new PgRestore.Input.Directory(file) : new PgRestore.Input.CustomFile(file);
        restore(input, PgRestore.Options.DEFAULTS.only(Section.PRE_DATA));
        if (isDirectory) {
            restore(input, byOwners(sessions));
        } else {
            try (InputStream in = Files.newInputStream(file)) {
                restore(new PgRestore.Input.CustomStream(in), byOwners(sessions));
            }
        }
        restore(input, PgRestore.Options.DEFAULTS.only(Section.POST_DATA));
    }

    private void isTheSame() {
        assertThat(server.query(TARGET, CONTENT)).isEqualTo(server.query(source, CONTENT));
        assertThat(server.query(TARGET, "SELECT sum(x) FROM \"a\nb\"")).isEqualTo("3");
        assertThat(server.query(TARGET, "SELECT last_value, is_called FROM s")).isEqualTo("5|t");
        assertThat(server.query(TARGET, "SELECT encode(lo_get(4711), 'hex')")).isEqualTo("deadbeef");
        assertThat(server.query(
                        TARGET, "SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass AND indisprimary"))
                .isEqualTo("1");
    }

    @Test
    void everythingComesBack() throws Exception {
        restoreInParts(dump("-Fc"), 3);
        isTheSame();
    }

    @Test
    void fromADirectoryToo() throws Exception {
        restoreInParts(dump("-Fd"), 2);
        isTheSame();
    }

    @Test
    void alsoWhatWasDumpedAsStatements() throws Exception {
        server.sql(source, "DELETE FROM t WHERE id > 100");
        restoreInParts(dump("-Fc", "--inserts"), 2);
        isTheSame();
    }

    @Test
    void severalSessionsTakePart() throws Exception {
        Path file = dump("-Fc");
        restore(new PgRestore.Input.CustomFile(file), PgRestore.Options.DEFAULTS.only(Section.PRE_DATA));
        server.sql(
                TARGET,
                "CREATE TABLE fillers (pid int PRIMARY KEY)",
                "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS"
                        + " 'BEGIN INSERT INTO fillers VALUES (pg_backend_pid()) ON CONFLICT DO NOTHING; RETURN NULL; END'",
                "CREATE TRIGGER note AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION note()");

        restore(new PgRestore.Input.CustomFile(file), byOwners(3));

        assertThat(server.query(TARGET, "SELECT count(*) BETWEEN 2 AND 3 FROM fillers"))
                .isEqualTo("t");
    }

    @Test
    void rowsThatTheServerRefusesAreNamed() throws Exception {
        Path file = dump("-Fc");
        restore(new PgRestore.Input.CustomFile(file), PgRestore.Options.DEFAULTS.only(Section.PRE_DATA));
        server.sql(TARGET, "ALTER TABLE t ADD CONSTRAINT few CHECK (id < 30000)");

        RestoreFailure failure = catchThrowableOfType(
                RestoreFailure.class, () -> restore(new PgRestore.Input.CustomFile(file), byOwners(2)));

        assertThat(failure.exitCode()).isEqualTo(ExitCode.RESTORE);
        assertThat(failure)
                .hasMessageContaining("violates check constraint \"few\"")
                .hasMessageContaining("t");
        assertThat(server.query(TARGET, "SELECT count(*) FROM t WHERE id < 30000"))
                .isNotEqualTo("30000");
    }

    @Test
    void statementsThatTheServerRefusesAreNamed() throws Exception {
        Path file = dump("-Fc");
        restore(new PgRestore.Input.CustomFile(file), PgRestore.Options.DEFAULTS.only(Section.PRE_DATA));
        server.sql(TARGET, "DROP SEQUENCE s");

        RestoreFailure failure = catchThrowableOfType(
                RestoreFailure.class, () -> restore(new PgRestore.Input.CustomFile(file), byOwners(2)));

        assertThat(failure).hasMessageContaining("relation \"public.s\" does not exist");
    }

    @Test
    void anArchiveThatIsCutIsNotWhole() throws Exception {
        Path file = dump("-Fc", "-Z0");
        restore(new PgRestore.Input.CustomFile(file), PgRestore.Options.DEFAULTS.only(Section.PRE_DATA));
        Path cut = Files.write(directory.resolve("cut"), Arrays.copyOf(Files.readAllBytes(file), 3_000_000));

        RestoreFailure failure = catchThrowableOfType(RestoreFailure.class, () -> {
            try (InputStream in = Files.newInputStream(cut)) {
                restore(new PgRestore.Input.CustomStream(in), byOwners(2));
            }
        });

        assertThat(failure).hasMessageContaining("end of file");
    }

    @Test
    void tooLongIsStopped() throws Exception {
        Path file = dump("-Fc");
        restore(new PgRestore.Input.CustomFile(file), PgRestore.Options.DEFAULTS.only(Section.PRE_DATA));
        Process holder = server.session(TARGET, "BEGIN; LOCK TABLE t; SELECT pg_sleep(100)")
                .start();
        try {
            while (!server.query(
                            TARGET,
                            "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted"
                                    + " AND relation = 't'::regclass")
                    .equals("1")) {
                Thread.sleep(20);
            }

            RestoreFailure failure = catchThrowableOfType(
                    RestoreFailure.class,
                    () -> restore(
                            new PgRestore.Input.CustomFile(file), byOwners(2).within(Duration.ofSeconds(2))));

            assertThat(failure).hasMessageContaining("took longer than 2.0 s");
        } finally {
            holder.destroy();
            holder.waitFor();
        }
    }
}
