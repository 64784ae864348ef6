package bmm.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.postgres.PgRestore;
import bmm.postgres.PgTools;
import bmm.postgres.ScratchServer;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Random SQL text has the same effect whether psql runs it or bmm does: both see the same statements in it. */
@Timeout(120)
final class StatementsAgainstPsqlTest {
    private static final String BY_PSQL = "fuzz by psql";
    private static final String BY_BMM = "fuzz by bmm";
    private static final List<String> PIECES = List.of(
            ";",
            "'",
            "''",
            "\\\\",
            "\\'",
            "\"",
            "\"\"",
            "$$",
            "$a$",
            "$",
            "--",
            "/*",
            "*/",
            "\n",
            " ",
            "x",
            "e",
            "E",
            "(",
            ")",
            "begin atomic",
            "end",
            "case",
            "\\.",
            "é",
            "1",
            "a$b",
            ".",
            ",",
            "copy t from stdin;\n");
    private static final List<String> BETWEEN = List.of(
            " ", "\n", " -- ;' comment \" $$\n", " /* ; ' /* nested \" */ $$ */ ", "\t", "\r\n", "/**/", " --\r");

    @TempDir
    Path directory;

    private final ScratchServer server = ScratchServer.get();

    @RepeatedTest(12)
    void theyAgree(RepetitionInfo repetition) throws Exception {
        Random random = new Random(4711L * repetition.getCurrentRepetition());
        String script = script(random);
        for (String database : List.of(BY_PSQL, BY_BMM)) {
            server.createDatabase(database);
            server.sql(database, "CREATE TABLE seen (id serial, what text)");
        }
        Path file = Files.writeString(directory.resolve("script.sql"), script, StandardCharsets.UTF_8);

        server.file(BY_PSQL, file);
        PgRestore.run(
                PgTools.in(server.bin(), server.server().connection()),
                BY_BMM,
                new PgRestore.Input.Plain(new ByteArrayInputStream(script.getBytes(StandardCharsets.UTF_8))),
                PgRestore.Options.DEFAULTS);

        String state =
                "SELECT string_agg(id || what, '|' ORDER BY id), (SELECT count(*) FROM pg_proc WHERE proname LIKE 'f%'"
                        + " AND pronamespace = 'public'::regnamespace), (SELECT count(*) FROM pg_rewrite) FROM seen";
        assertThat(server.query(BY_BMM, state))
                .isEqualTo(server.query(BY_PSQL, state))
                .isNotEmpty();
    }

    /** psql, which looks at one line at a time, takes the second part for a string of its own. The server decides. */
    @Test
    void aStringGoesOnUnderTheRulesItBeganWith() throws Exception {
        server.createDatabase(BY_BMM);
        server.sql(BY_BMM, "CREATE TABLE seen (id serial, what text)");
        String script = "INSERT INTO public.seen (what) VALUES (E'a\\'' -- ;'\n 'b\\';c');";

        PgRestore.run(
                PgTools.in(server.bin(), server.server().connection()),
                BY_BMM,
                new PgRestore.Input.Plain(new ByteArrayInputStream(script.getBytes(StandardCharsets.UTF_8))),
                PgRestore.Options.DEFAULTS);

        assertThat(server.query(BY_BMM, "SELECT what FROM seen")).isEqualTo("a'b';c");
    }

    private static String script(Random random) {
        StringBuilder script = new StringBuilder("SET search_path = public;\n");
        boolean standard = true;
        for (int i = 0; i < 120; i++) {
            script.append(between(random));
            switch (random.nextInt(14)) {
                case 0 -> {
                    standard = random.nextBoolean();
                    script.append("SET standard_conforming_strings = ")
                            .append(standard ? "on" : "off")
                            .append(";\n"); // psql learns of it at the end of the line
                }
                case 1 ->
                    script.append("CREATE OR REPLACE FUNCTION f")
                            .append(i % 7)
                            .append("() RETURNS text LANGUAGE sql AS $f$ SELECT ")
                            .append("'x;'::text; $f$;");
                case 2 ->
                    script.append("CREATE OR REPLACE FUNCTION f")
                            .append(i)
                            .append("() RETURNS text")
                            .append(between(random))
                            .append("BEGIN")
                            .append(between(random))
                            .append("ATOMIC SELECT CASE WHEN true THEN 'a;' ELSE 'b' END")
                            .append(between(random))
                            .append("; SELECT 'c'::text;")
                            .append(between(random))
                            .append("END;");
                case 3 ->
                    script.append("CREATE TABLE r")
                            .append(i)
                            .append(" (a int); CREATE RULE r")
                            .append(i)
                            .append(" AS ON INSERT TO r")
                            .append(i)
                            .append(" DO ALSO (INSERT INTO seen (what) VALUES ('")
                            .append(i)
                            .append(";');")
                            .append(between(random))
                            .append("INSERT INTO seen (what) VALUES ('twice')); INSERT INTO r")
                            .append(i)
                            .append(" VALUES (1);");
                case 4 ->
                    script.append("COPY seen (what) FROM stdin;\n")
                            .append(rows(random))
                            .append("\\.\n");
                case 5 -> script.append(";").append(between(random)).append(";");
                default ->
                    script.append("INSERT INTO seen (what)")
                            .append(between(random))
                            .append("VALUES (")
                            .append(value(random, standard))
                            .append(")")
                            .append(between(random))
                            .append(';');
            }
        }
        return script.append("\nSET standard_conforming_strings = on;\n").toString();
    }

    private static String between(Random random) {
        return BETWEEN.get(random.nextInt(BETWEEN.size()));
    }

    private static String junk(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(9); i > 0; i--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }

    private static String rows(Random random) {
        StringBuilder rows = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            rows.append(junk(random).replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t"))
                    .append('\n');
        }
        return rows.toString();
    }

    /** A constant that holds junk, quoted in one of many ways. */
    private static String value(Random random, boolean standard) {
        String junk = junk(random);
        return switch (random.nextInt(7)) {
            case 0 -> "'" + (standard ? junk : junk.replace("\\", "\\\\")).replace("'", "''") + "'";
            case 1 -> "E'" + junk.replace("\\", "\\\\").replace("'", random.nextBoolean() ? "\\'" : "''") + "'";
            case 2 -> "$q$" + junk.replace("$q$", "") + "$q$";
            case 3 -> "E'" + junk.replace("\\", "\\\\").replace("'", "\\'") + "'" + " -- '\n " + "'and;''more'";
            case 4 -> "N'" + (standard ? junk : junk.replace("\\", "\\\\")).replace("'", "''") + "'";
            case 5 ->
                standard
                        ? "U&'" + junk.replace("\\", "\\\\").replace("'", "''") + "'"
                        : "(SELECT 'x' AS \"" + junk.replace("\"", "\"\"") + "y\")";
            default ->
                "(SELECT 'a' || x" + between(random) + "FROM (VALUES ('b;')) AS \"t;" + junk.replace("\"", "\"\"")
                        + "\"(x))";
        };
    }
}
