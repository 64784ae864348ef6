package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dumps in SQL text of every pg_dump at hand, played statement by statement: what pg_dump says of both databases is the same. */
@Timeout(180)
final class SqlTextRestoreTest {
    private static final String SOURCE = "text source";
    private static final String TARGET = "text target";

    private static final List<String> FORMS = List.of(
            "",
            "--inserts",
            "--column-inserts --rows-per-insert=7",
            "--clean --if-exists",
            "--disable-dollar-quoting --quote-all-identifiers",
            "--load-via-partition-root --disable-triggers",
            "--use-set-session-authorization");

    @TempDir
    Path directory;

    static Stream<Arguments> everyMajorAndForm() {
        return Stream.of(15, 16, 17, 18).flatMap(major -> FORMS.stream().map(form -> Arguments.of(major, form)));
    }

    private static ScratchServer server(int major) {
        Optional<ScratchServer> server = ScratchServer.ofMajor(major);
        assumeTrue(server.isPresent(), "no PostgreSQL " + major + " here: set BMM_TEST_PG_" + major);
        return server.orElseThrow();
    }

    private byte[] dump(ScratchServer server, String database, String... arguments) throws Exception {
        Path file = directory.resolve("dump.sql");
        List<String> words =
                new ArrayList<>(List.of(server.bin().resolve("pg_dump").toString()));
        words.addAll(List.of("-h", server.socketDirectory(), "-p", String.valueOf(server.port()), "-U", "postgres"));
        words.addAll(List.of("-d", database, "-f", file.toString()));
        words.addAll(List.of(arguments));
        words.removeIf(String::isEmpty);
        assertThat(new ProcessBuilder(words).inheritIO().start().waitFor()).isZero();
        return Files.readAllBytes(file);
    }

    private static void restore(ScratchServer server, byte[] text, PgRestore.Options options) throws Exception {
        PgTools tools = PgTools.in(server.bin(), server.server().connection());
        try (InputStream in = new ByteArrayInputStream(text)) {
            PgRestore.run(tools, TARGET, new PgRestore.Input.Plain(in), options);
        }
    }

    private String content(ScratchServer server, String database) throws Exception {
        return new String(dump(server, database), StandardCharsets.ISO_8859_1)
                .replaceAll("(?m)^\\\\(un)?restrict .*$", "")
                .replaceAll("(?m)^-- Dumped.*$", "");
    }

    private static void fill(ScratchServer server) {
        server.createDatabase(SOURCE);
        server.createDatabase(TARGET);
        server.sql(
                SOURCE,
                "CREATE FUNCTION atomic(i int) RETURNS int BEGIN ATOMIC SELECT 1 AS \"end\"; SELECT CASE WHEN i > 1"
                        + " THEN ';'::text = ';' ELSE i = $1 END; SELECT i + 1; END",
                "CREATE PROCEDURE twice(i int) BEGIN ATOMIC SELECT atomic(i); SELECT atomic(i + 1); END",
                "CREATE FUNCTION dollars() RETURNS text LANGUAGE plpgsql AS $_$ BEGIN RETURN $a$;$a$ || $$'\\;$$; END $_$",
                "CREATE TABLE t (id int PRIMARY KEY, s text DEFAULT E'a\\\\;\\'b', b bytea, CHECK (s <> ';--'))",
                "INSERT INTO t SELECT i, repeat(E'\\\\.\\n;''\\t', i % 5), decode(md5(i::text), 'hex') FROM generate_series(1, 400) i",
                "INSERT INTO t VALUES (0, NULL, NULL), (-1, 'é €', ''), (-2, E'\\\\', '\\x5c'), (-3, ':id :''id''', 'x')",
                "CREATE TABLE \"a\n\\! false\n;\"\"'\\\" (\"c\n;\" int, \"\\\" text)",
                "INSERT INTO \"a\n\\! false\n;\"\"'\\\" VALUES (1, '\\.')",
                "CREATE TABLE p (a int) PARTITION BY RANGE (a)",
                "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
                "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)",
                "INSERT INTO p VALUES (1), (11)",
                "CREATE TABLE log (id int)",
                "CREATE RULE r AS ON UPDATE TO t DO ALSO (INSERT INTO log VALUES (1); INSERT INTO log VALUES (2))",
                "CREATE VIEW v AS SELECT ';'::text AS \"; '\", count(*) FROM t",
                "CREATE MATERIALIZED VIEW m AS SELECT * FROM v",
                "COMMENT ON TABLE t IS E'x\n\\\\! false\n-- Name: y; Type: TABLE\nDROP TABLE t;\n\\\\connect postgres'",
                "CREATE SEQUENCE \"s'\n;\" START 5",
                "SELECT nextval('\"s''\n;\"')",
                "CREATE POLICY pol ON t USING (s <> ';')",
                "SELECT lo_from_bytea(4711, decode(repeat('00ff5c27', 20000), 'hex'))");
    }

    @ParameterizedTest
    @MethodSource("everyMajorAndForm")
    void comesBackAsItWas(int major, String form) throws Exception {
        ScratchServer server = server(major);
        fill(server);

        restore(server, dump(server, SOURCE, form.split(" ", -1)), PgRestore.Options.DEFAULTS);

        assertThat(content(server, TARGET)).isEqualTo(content(server, SOURCE));
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void inOneTransactionAndThroughOwners(int major) throws Exception {
        ScratchServer server = server(major);
        fill(server);
        byte[] text = dump(server, SOURCE);

        restore(server, text, PgRestore.Options.DEFAULTS.with(PgRestore.Flag.SINGLE_TRANSACTION));
        assertThat(content(server, TARGET)).isEqualTo(content(server, SOURCE));

        server.createDatabase(TARGET);
        restore(server, text, PgRestore.Options.DEFAULTS.withJobs(2).by(Owners.OF_A_THROWAWAY_SERVER));
        assertThat(content(server, TARGET)).isEqualTo(content(server, SOURCE));
    }

    @ParameterizedTest
    @CsvSource({
        "EUC_JP, SJIS, ソ表能,",
        "EUC_JP, SJIS, ソ表能, --inserts",
        "EUC_JP, EUC_JP, ソ表能,",
        "UTF8, BIG5, 功許蓋,",
        "UTF8, GBK, 奬誠,",
        "UTF8, GB18030, ſ誠,",
        "UTF8, UHC, 쉑가, --inserts",
        "UTF8, SHIFT_JIS_2004, ソ表能,",
        "LATIN1, LATIN1, éß,",
        "LATIN1, UTF8, éß, --inserts",
        "WIN1251, KOI8R, Жя, --inserts",
        "EUC_TW, BIG5, 資料功,",
        "SQL_ASCII, SQL_ASCII, é功,",
        "SQL_ASCII, SQL_ASCII, é功, --inserts",
    })
    void textInAnotherEncoding(String database, String dumpedIn, String word, String form) throws Exception {
        ScratchServer server = ScratchServer.get();
        for (String name : List.of(SOURCE, TARGET)) {
            server.dropDatabase(name);
            server.sql(
                    "postgres",
                    "CREATE DATABASE \"" + name + "\" TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ENCODING "
                            + database);
        }
        server.sql(
                SOURCE,
                (database.equals("SQL_ASCII") ? "SET client_encoding = SQL_ASCII" : "SET client_encoding = UTF8"),
                "CREATE TABLE \"" + word + "\" (\"" + word + ";\" text DEFAULT E'" + word + "\\\\', x text)",
                "INSERT INTO \"" + word + "\" VALUES ('" + word + "', E'" + word + "\\\\" + word + "\\n'), ('''', ';')",
                "COMMENT ON TABLE \"" + word + "\" IS '" + word + "''; DROP TABLE " + word + "; --'",
                "CREATE SEQUENCE \"" + word + "s\" START 7");
        byte[] text = dump(server, SOURCE, "-E", dumpedIn, form == null ? "" : form);

        restore(server, text, PgRestore.Options.DEFAULTS);
        assertThat(content(server, TARGET)).isEqualTo(content(server, SOURCE));

        server.dropDatabase(TARGET);
        server.sql(
                "postgres",
                "CREATE DATABASE \"" + TARGET + "\" TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ENCODING "
                        + database);
        restore(server, text, PgRestore.Options.DEFAULTS.by(Owners.OF_A_THROWAWAY_SERVER));
        assertThat(content(server, TARGET)).isEqualTo(content(server, SOURCE));
    }

    /** 0xe9 is é in LATIN1, and nothing in UTF-8. */
    @ParameterizedTest
    @ValueSource(strings = {"", "--inserts"})
    void bytesThatAreNoText(String form) throws Exception {
        ScratchServer server = ScratchServer.get();
        for (String name : List.of(SOURCE, TARGET)) {
            server.dropDatabase(name);
            server.sql(
                    "postgres",
                    "CREATE DATABASE \"" + name
                            + "\" TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ENCODING SQL_ASCII");
        }
        server.sql(
                SOURCE,
                "CREATE TABLE t (a text)",
                "INSERT INTO t VALUES (convert_from('\\xe927e9', 'SQL_ASCII')), ('x')",
                "DO $$ BEGIN EXECUTE convert_from('COMMENT ON TABLE t IS ''x'::bytea || '\\xe927', 'SQL_ASCII'); END $$");
        byte[] text = dump(server, SOURCE, form);

        restore(server, text, PgRestore.Options.DEFAULTS);
        assertThat(content(server, TARGET)).isEqualTo(content(server, SOURCE)).contains("é");
        server.sql(TARGET, "DROP TABLE t");
        restore(server, text, PgRestore.Options.DEFAULTS.by(Owners.OF_A_THROWAWAY_SERVER));
        assertThat(content(server, TARGET)).isEqualTo(content(server, SOURCE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\\! touch /tmp/never | line 2: \\! is a command",
                "COPY public.never FROM PROGRAM 'id'; | line 2: a COPY that no dump has",
                "COPY (SELECT 1) TO STDOUT; | line 2:",
                "SELECT pg_catalog.set_config('standard_conforming_strings', 'off', false); | line 2: it changes how strings are read",
                "SELECT 'a' \\gexec | line 2: a backslash",
            })
    void whatIsNoDumpIsNotRun(String statement, String message) {
        ScratchServer server = ScratchServer.get();
        server.createDatabase(TARGET);
        byte[] text = ("CREATE TABLE public.first (a int);\n" + statement + "\nCREATE TABLE public.never (a int);\n")
                .getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> restore(server, text, PgRestore.Options.DEFAULTS))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.VERIFICATION))
                .hasMessageContaining(message);
        assertThat(server.query(TARGET, "SELECT to_regclass('public.first'), to_regclass('public.never')"))
                .isEqualTo("first|");
    }
}
