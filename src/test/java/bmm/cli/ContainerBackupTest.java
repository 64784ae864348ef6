package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.catalog.Manifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code BMM_PG_CONTAINER}: PostgreSQL 17 in a container, found and logged in to by the container's name alone. */
@EnabledIfEnvironmentVariable(
        named = PostgresContainer.IMAGE_17,
        matches = ".+",
        disabledReason = "names no image: no Docker engine to run PostgreSQL 17 in")
class ContainerBackupTest {
    private static final String AWKWARD = "-zoo \"a\" 'b' $c=d \\e";

    private static PostgresContainer postgres;

    @TempDir
    Path root;

    private final Map<String, String> settings = new HashMap<>();
    private Path backups;

    private record Outcome(int exit, String out, String err) {
        Outcome isDone() {
            assertThat(exit).as("%s%s", out, err).isZero();
            return this;
        }

        void failed(int code, String message, String hint) {
            assertThat(exit).as("%s%s", out, err).isEqualTo(code);
            assertThat(err.lines().filter(line -> line.contains("level=error")))
                    .as(err)
                    .anySatisfy(line ->
                            assertThat(line).contains(message).contains("hint=").contains(hint));
            assertThat(out + err).doesNotContain(PostgresContainer.PASSWORD);
        }

        String restoreCommand() {
            return out.lines()
                    .filter(line -> line.startsWith("restore:"))
                    .map(line -> line.substring(line.indexOf(Scene.OR) + Scene.OR.length()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @BeforeAll
    static void start() {
        postgres = new PostgresContainer(PostgresContainer.IMAGE_17);
        postgres.loadTypes("zoo");
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void settings() throws IOException {
        backups = Files.createDirectories(root.resolve("back ups"));
        Files.createFile(root.resolve("none.env"));
        settings.put("BMM_PG_CONTAINER", postgres.name());
        settings.put("BMM_BACKUP_DIR", backups.toString());
        settings.put("BMM_STATE_DIR", root.resolve("state").toString());
        settings.put("BMM_MIN_FREE", "0");
        settings.put("BMM_DATABASES", "zoo");
    }

    private Outcome bmm(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = new Bmm(print(out), print(err), settings, Clock.systemUTC()).run(words(arguments));
        return new Outcome(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    /** Not an env file of this machine. */
    private String[] words(String... arguments) {
        return Stream.concat(
                        Stream.of(arguments),
                        Stream.of("--env-file", root.resolve("none.env").toString()))
                .toArray(String[]::new);
    }

    /** bmm in a process of its own, with an environment of its own. */
    private Process process(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "bmm.cli.Main"));
        command.addAll(List.of(words(arguments)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(root.resolve("out").toFile())
                .redirectError(root.resolve("err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("BMM_"));
        builder.environment().putAll(settings);
        builder.environment().putAll(environment);
        return builder.start();
    }

    private Outcome await(Process process) throws Exception {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Outcome(
                process.exitValue(), Files.readString(root.resolve("out")), Files.readString(root.resolve("err")));
    }

    private static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting until " + what).isLessThan(deadline);
            Thread.sleep(100);
        }
    }

    private List<Path> stored(String ending) throws IOException {
        try (Stream<Path> files = Files.list(backups)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
    }

    private Manifest newestManifest() throws IOException {
        return Manifest.parse(Files.readAllBytes(stored(".manifest.json").getLast()));
    }

    @ParameterizedTest
    @CsvSource({
        "BMM_COMPRESSION, zstd, pg_dump:zstd, zoo",
        "BMM_COMPRESSION, gzip, pg_dump:gzip, zoo",
        "BMM_DUMP_FORMAT, plain, gzip, zoo",
        "BMM_DUMP_JOBS, 2, pg_dump:zstd, zoo",
        "BMM_DUMP_FORMAT, custom, pg_dump:zstd, awkward",
        "BMM_DUMP_JOBS, 3, pg_dump:zstd, awkward",
        "BMM_DUMP_FORMAT, plain, gzip, awkward",
    })
    void everyKindOfDumpIsProvedAndComesBack(String key, String value, String compression, String name)
            throws Exception {
        String database = name.equals("awkward") ? AWKWARD : name;
        if (name.equals("awkward")) {
            postgres.loadTypes(database);
        }
        settings.put(key, value);
        settings.put("BMM_DATABASES", database);

        Outcome outcome = bmm("backup").isDone();

        Manifest source = newestManifest();
        assertThat(source.verified()).contains("hash", "archive", "tables", "rows", "content", "sequences");
        assertThat(source.dump().compression()).isEqualTo(compression);
        assertThat(source.restore()).doesNotContain("docker");
        bmm("verify", "--all").isDone();

        String quoted = "\"" + database.replace("\"", "\"\"") + "\"";
        postgres.sql("app", "DROP DATABASE " + quoted);
        byShell(outcome.restoreCommand());
        bmm("backup").isDone();
        Manifest restored = newestManifest();
        assertThat(restored).isNotEqualTo(source);
        assertThat(restored.fingerprint()).isEqualTo(source.fingerprint());
        assertThat(postgres.leftovers()).isEmpty();
        if (name.equals("awkward")) {
            postgres.sql("app", "DROP DATABASE " + quoted);
        }
    }

    private void byShell(String command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", command)
                .redirectErrorStream(true)
                .redirectOutput(root.resolve("restore.log").toFile());
        builder.environment().put("PGPASSWORD", PostgresContainer.PASSWORD);
        assertThat(builder.start().waitFor())
                .as("%s%n%s", command, Files.readString(root.resolve("restore.log")))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void everyDamageToAnArchiveWithPgDumpsOwnZstdIsDetected(String jobs) throws Exception {
        settings.put("BMM_DUMP_JOBS", jobs);
        bmm("backup").isDone();
        Path dump = backups.resolve(newestManifest().dump().file());
        Path whole = Files.copy(dump, root.resolve("whole"));
        byte[] bytes = Files.readAllBytes(whole);
        Random random = new Random(17);
        for (int i = 0; i < 100; i++) {
            int place = random.nextInt(bytes.length);
            byte[] damaged = i % 2 == 0 ? bytes.clone() : Arrays.copyOf(bytes, place);
            if (i % 2 == 0) {
                damaged[place] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(dump, damaged);
            assertThat(bmm("verify", "-q", dump.toString()).exit())
                    .as("damaged at %d of %d", place, bytes.length)
                    .isEqualTo(4);
        }
        Files.copy(whole, dump, StandardCopyOption.REPLACE_EXISTING);
        bmm("verify", dump.toString()).isDone();
    }

    @Test
    void anArchiveWithLz4IsRefusedByName() throws Exception {
        String file = backups.resolve("zoo-20261121T031500Z.dump").toString();
        byShell("docker exec -e PGPASSWORD " + postgres.name() + " pg_dump -Fc --compress=lz4 -U '"
                + PostgresContainer.USER + "' zoo >'" + file + "'");

        Outcome outcome = bmm("verify", file);

        assertThat(outcome.exit()).isEqualTo(4);
        assertThat(outcome.out() + outcome.err()).contains("compressed with lz4, which bmm does not decode");
    }

    /** A view that is being changed makes pg_dump wait without end, and nobody else. */
    private AutoCloseable slowView() throws Exception {
        postgres.sql("zoo", "CREATE OR REPLACE VIEW public.slow AS SELECT 1 AS one");
        Thread session = Thread.ofVirtual()
                .start(
                        () -> postgres.sql(
                                "zoo",
                                "SET application_name = 'holder'; BEGIN; ALTER VIEW public.slow SET (security_barrier = true);"
                                        + " DO $$ BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END $$; ROLLBACK"));
        until("the view is locked", () -> sessions("holder", "wait_event = 'PgSleep'") == 1);
        return () -> {
            postgres.sql(
                    "app", "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'holder'");
            session.join();
        };
    }

    private static int sessions(String applicationName, String condition) {
        return Integer.parseInt(postgres.sql(
                "app",
                "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '" + applicationName + "%' AND "
                        + condition));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void nothingKeepsRunningInsideAfterATimeout(String jobs) throws Exception {
        settings.put("BMM_DUMP_JOBS", jobs);
        settings.put("BMM_DUMP_TIMEOUT", "3s");
        try (AutoCloseable slow = slowView()) {
            assertThat(slow).isNotNull();
            bmm("backup").failed(2, "took too long and was stopped", "BMM_DUMP_TIMEOUT");

            assertThat(postgres.leftovers()).isEmpty();
        }
        assertThat(stored("")).filteredOn(file -> !file.endsWith(".bmm.lock")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void nothingKeepsRunningInsideAfterSigterm(String jobs) throws Exception {
        settings.put("BMM_DUMP_JOBS", jobs);
        try (AutoCloseable slow = slowView()) {
            assertThat(slow).isNotNull();
            Process running = process(Map.of(), "backup", "-v");
            until("pg_dump waits", () -> sessions("bmm-dump", "wait_event_type = 'Lock'") > 0);
            assertThat(commandLines())
                    .contains("docker exec -i -e PGDATABASE")
                    .doesNotContain(PostgresContainer.PASSWORD);
            running.destroy();

            await(running).failed(2, "stopped", "run it again");
            assertThat(postgres.leftovers()).isEmpty();
        }
        assertThat(stored("")).filteredOn(file -> !file.endsWith(".bmm.lock")).isEmpty();
    }

    /** Of all processes on this machine: what any user of it can read. */
    private static String commandLines() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            for (Path process : processes.toList()) {
                try {
                    all.append(Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                                    .replace('\0', ' '))
                            .append('\n');
                } catch (IOException e) {
                    all.append(process).append(" has ended\n");
                }
            }
        }
        return all.toString();
    }

    @Test
    void aContainerThatDiesIsTheFailureThatIsTold() throws Exception {
        try (PostgresContainer other = new PostgresContainer(PostgresContainer.IMAGE_17)) {
            settings.put("BMM_PG_CONTAINER", other.name());
            settings.put("BMM_DATABASES", "app");
            other.sql("app", "CREATE TABLE large AS SELECT i, md5(i::text) FROM generate_series(1, 3000000) AS i");
            Thread killer = Thread.ofVirtual().start(() -> {
                try {
                    until(
                            "pg_dump runs",
                            () -> other.sql(
                                            "app",
                                            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY public.large%'")
                                    .equals("1"));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                other.kill();
            });
            Outcome outcome = bmm("backup");
            killer.join();

            assertThat(outcome.exit()).as(outcome.err()).isEqualTo(2);
            assertThat(outcome.err()).containsPattern("level=error .*(pg_dump failed|connection broke)");
        }
    }

    @Test
    void wrongNamesAndStoppedContainersAreToldApart() {
        settings.put("BMM_PG_CONTAINER", "no-such-container");
        bmm("backup").failed(2, "there is no container no-such-container", "docker ps");

        try (PostgresContainer other = new PostgresContainer(PostgresContainer.IMAGE_17)) {
            other.stop();
            settings.put("BMM_PG_CONTAINER", other.name());
            bmm("backup").failed(2, "container " + other.name() + " is not running", "docker start " + other.name());
        }
    }

    @Test
    void withoutDockerClientOrEngineNothingIsBegun() throws Exception {
        await(process(Map.of("PATH", root.toString()), "backup")).failed(9, "docker is not there", "docker client");

        await(process(Map.of("DOCKER_HOST", "unix://" + root.resolve("no.sock")), "backup"))
                .failed(2, "container " + postgres.name() + ": ", "is the Docker engine running");
    }

    @Test
    void wrongPasswords() {
        settings.put("PGPASSWORD", "not this one");

        bmm("backup").failed(2, "wrong password for role", "PGPASSWORD");
    }

    @Test
    void whatTheImageLacksIsNamed() {
        try (PostgresContainer other = new PostgresContainer(PostgresContainer.IMAGE_17)) {
            settings.put("BMM_PG_CONTAINER", other.name());
            settings.put("BMM_DATABASES", "app");
            settings.put("BMM_DUMP_JOBS", "2");
            other.shell("rm \"$(command -v tar)\"");
            bmm("backup").failed(2, "there is no tar in this container", "unset BMM_DUMP_JOBS");

            other.shell("rm \"$(command -v pg_dump)\"");
            bmm("backup").failed(9, "there is no pg_dump in container " + other.name(), "BMM_PG_CONTAINER");
            assertThat(other.leftovers()).isEmpty();
        }
    }
}
