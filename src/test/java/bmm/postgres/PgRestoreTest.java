package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Archives and SQL text, restored into a real server. */
@Timeout(120)
final class PgRestoreTest {
    private static final String SOURCE = "restore source";
    private static final String TARGET = "restore 'target' \\ =";

    private final ScratchServer server = ScratchServer.get();

    private PgTools tools;

    @TempDir
    Path directory;

    @BeforeEach
    void aDatabaseToRestoreInto() {
        tools = PgTools.in(server.bin(), server.server().connection());
        server.createDatabase(TARGET);
        server.createDatabase(SOURCE);
        server.sql(
                SOURCE,
                "CREATE TABLE t (id int PRIMARY KEY, s text)",
                "INSERT INTO t SELECT i, 'x' || i FROM generate_series(1, 1000) i");
    }

    private Path dump(String... arguments) throws IOException, InterruptedException {
        Path file = directory.resolve("dump");
        List<String> words = new ArrayList<>(List.of(
                server.bin().resolve("pg_dump").toString(),
                "-h",
                server.socketDirectory(),
                "-p",
                String.valueOf(server.port()),
                "-U",
                "postgres",
                "-d",
                SOURCE,
                "-f",
                file.toString()));
        words.addAll(List.of(arguments));
        Process process = new ProcessBuilder(words).inheritIO().start();
        assertThat(process.waitFor()).isZero();
        return file;
    }

    private String rows() {
        return server.query(TARGET, "SELECT count(*), min(s) FROM public.t");
    }

    private void restore(PgRestore.Input input, PgRestore.Options options) throws InterruptedException {
        PgRestore.run(tools, TARGET, input, options);
    }

    @Test
    void restoresEveryKindOfInput() throws Exception {
        Path custom = dump("-Fc");
        restore(new PgRestore.Input.CustomFile(custom), PgRestore.Options.DEFAULTS.withJobs(2));
        assertThat(rows()).isEqualTo("1000|x1");
        try (InputStream stream = Files.newInputStream(custom)) {
            restore(
                    new PgRestore.Input.CustomStream(stream),
                    PgRestore.Options.DEFAULTS.withJobs(2).with(PgRestore.Flag.CLEAN));
        }
        assertThat(rows()).isEqualTo("1000|x1");
        Files.delete(custom);

        Path parts = dump("-Fd");
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        restore(
                new PgRestore.Input.Directory(parts),
                PgRestore.Options.DEFAULTS
                        .withJobs(2)
                        .with(PgRestore.Flag.CLEAN)
                        .telling(told::add));
        assertThat(rows()).isEqualTo("1000|x1");
        assertThat(told).anyMatch(line -> line.contains("public.t"));
    }

    @Test
    void restoresSqlText() throws Exception {
        try (InputStream stream = Files.newInputStream(dump("-Fp"))) {
            restore(
                    new PgRestore.Input.Plain(stream),
                    PgRestore.Options.DEFAULTS.withSettings(List.of("application_name=a b\\c")));
        }
        assertThat(rows()).isEqualTo("1000|x1");
    }

    @Test
    void whatPgRestorePassesOverIsAFailureThatNamesTheObject() throws Exception {
        Path custom = dump("-Fc");
        server.sql(TARGET, "CREATE TABLE public.t (id int)");

        RestoreFailure failure = catchThrowableOfType(
                RestoreFailure.class,
                () -> restore(new PgRestore.Input.CustomFile(custom), PgRestore.Options.DEFAULTS));

        assertThat(failure.exitCode()).isEqualTo(ExitCode.RESTORE);
        assertThat(failure)
                .hasMessageContaining("relation \"t\" already exists (TABLE t postgres)")
                .hasMessageContaining("more error");
        assertThat(failure.hint()).asString().contains("empty database");
        assertThat(failure.errors()).hasSizeGreaterThan(1);
    }

    @Test
    void namesTheRolesThatAreMissing() throws Exception {
        server.sql("postgres", "DROP ROLE IF EXISTS \"one role\"", "CREATE ROLE \"one role\"");
        server.sql(SOURCE, "ALTER TABLE t OWNER TO \"one role\"");
        Path custom = dump("-Fc");
        server.sql(SOURCE, "DROP OWNED BY \"one role\"", "DROP ROLE \"one role\"");

        RestoreFailure failure = catchThrowableOfType(
                RestoreFailure.class,
                () -> restore(new PgRestore.Input.CustomFile(custom), PgRestore.Options.DEFAULTS));

        assertThat(failure.missingRoles()).containsExactly("one role");
        assertThat(failure.hint()).asString().contains("globals");
        makeRoles("CREATE ROLE postgres;\nCREATE ROLE \"one role\";\n");
        restore(new PgRestore.Input.CustomFile(custom), PgRestore.Options.DEFAULTS.with(PgRestore.Flag.CLEAN));
        assertThat(server.query(TARGET, "SELECT relowner::regrole FROM pg_class WHERE oid = 'public.t'::regclass"))
                .isEqualTo("\"one role\"");
        server.sql(TARGET, "DROP OWNED BY \"one role\"", "DROP ROLE \"one role\"");
    }

    private void makeRoles(String sql) {
        assertThat(GlobalsRestore.run(server.server(), Globals.of(sql.getBytes(StandardCharsets.UTF_8))))
                .isEmpty();
    }

    @Test
    void namesAnExtensionThatIsNotInstalledAndItsPackage() {
        byte[] sql = "CREATE EXTENSION pg_nowhere;\n".getBytes(StandardCharsets.UTF_8);

        RestoreFailure failure = catchThrowableOfType(
                RestoreFailure.class,
                () -> restore(new PgRestore.Input.Plain(new ByteArrayInputStream(sql)), PgRestore.Options.DEFAULTS));

        assertThat(failure).hasMessageContaining("pg_nowhere");
        assertThat(failure.hint()).asString().contains("postgresql-" + tools.major() + "-nowhere");
        assertThat(ExtensionPackage.hint("citext", 17)).asString().contains("postgresql-17 ");
    }

    @Test
    void aBadRowNamesItsTable() {
        byte[] sql = "CREATE TABLE public.t (id int);\nCOPY public.t FROM stdin;\n1\nnonsense\n\\.\n"
                .getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() ->
                        restore(new PgRestore.Input.Plain(new ByteArrayInputStream(sql)), PgRestore.Options.DEFAULTS))
                .hasMessageContaining("invalid input syntax for type integer")
                .hasMessageContaining("(table t)");
    }

    @Test
    void aStreamThatBreaksIsNotTakenForItsEnd() {
        InputStream broken = new InputStream() {
            private boolean begun;

            @Override
            public int read() throws IOException {
                throw new IOException("damaged block");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                if (begun) {
                    throw new IOException("damaged block");
                }
                begun = true;
                byte[] sql = "CREATE TABLE public.half (id int);\n".getBytes(StandardCharsets.UTF_8);
                System.arraycopy(sql, 0, bytes, offset, sql.length);
                return sql.length;
            }
        };

        assertThatThrownBy(() -> restore(new PgRestore.Input.Plain(broken), PgRestore.Options.DEFAULTS))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.VERIFICATION))
                .hasMessageContaining("damaged block");
    }

    @Test
    void oneThatTakesTooLongIsStoppedOnTheServerToo() throws Exception {
        byte[] sql = "SELECT pg_sleep(60);\n".getBytes(StandardCharsets.UTF_8);
        PgRestore.Options options = PgRestore.Options.DEFAULTS.within(Duration.ofSeconds(1));
        long begin = System.nanoTime();

        assertThatThrownBy(() -> restore(new PgRestore.Input.Plain(new ByteArrayInputStream(sql)), options))
                .isInstanceOf(RestoreFailure.class)
                .hasMessageContaining("took longer than 1.0 s");

        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin)).isLessThan(20);
        assertThat(server.query(
                        "postgres",
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'bmm-restore-%'"))
                .isEqualTo("0");
    }

    @Test
    void aDumpThatIsNoneIsAFailure() throws Exception {
        Path file = Files.writeString(directory.resolve("none"), "not an archive");

        assertThatThrownBy(() -> restore(new PgRestore.Input.CustomFile(file), PgRestore.Options.DEFAULTS))
                .isInstanceOf(RestoreFailure.class)
                .hasMessageContaining("archive");
    }
}
