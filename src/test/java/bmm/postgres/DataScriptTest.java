package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** What is a row and what is not, wherever a read ends. */
final class DataScriptTest {
    private static final int LONGER_THAN_THE_BUFFER = 700_000;

    /** Notes what comes, as the script said it. */
    private static final class Noted implements DataScript.Tables {
        private final StringBuilder tables = new StringBuilder();
        private boolean midRow;

        @Override
        public void begin(String copyStatement) {
            tables.append(copyStatement).append(";\n");
        }

        @Override
        public void rows(byte[] lines, boolean continued) {
            String text = new String(lines, StandardCharsets.ISO_8859_1);
            assertThat(text).isNotEmpty();
            assertThat(text.endsWith("\n")).isEqualTo(!continued);
            midRow = continued;
            tables.append(text);
        }

        @Override
        public void end() {
            assertThat(midRow).isFalse();
            tables.append("\\.\n");
        }
    }

    private static Noted play(InputStream in, ByteArrayOutputStream statements)
            throws IOException, InterruptedException {
        Noted noted = new Noted();
        new DataScript(in, statements, noted).play();
        return noted;
    }

    private static InputStream bytes(String script) {
        return new ByteArrayInputStream(script.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void rowsAndStatementsGoTheirOwnWays() throws Exception {
        ByteArrayOutputStream statements = new ByteArrayOutputStream();
        Noted noted = play(bytes("""
                        SET row_security = off;

                        COPY public.empty (a) FROM stdin;
                        \\.


                        COPY public."é t" (a, b) FROM stdin;
                        1\tx
                        \\\\.\tnot the end
                        \\N\t.
                        \\.


                        SELECT pg_catalog.setval('public.s', 7, true);
                        -- the last line has no end"""), statements);

        assertThat(noted.tables.toString()).isEqualTo("""
                        COPY public.empty (a) FROM stdin;
                        \\.
                        COPY public."é t" (a, b) FROM stdin;
                        1\tx
                        \\\\.\tnot the end
                        \\N\t.
                        \\.
                        """);
        assertThat(statements.toString(StandardCharsets.UTF_8))
                .isEqualToIgnoringNewLines("SET row_security = off;SELECT pg_catalog.setval('public.s', 7, true);"
                        + "-- the last line has no end");
    }

    /** psql reads such a statement with its rows, as it would without bmm. */
    @Test
    void aTableWithANewlineInItsNameIsLeftToPsql() throws Exception {
        String script = "COPY public.\"a\nb\" (a) FROM stdin;\n1\n\\.\n";
        ByteArrayOutputStream statements = new ByteArrayOutputStream();

        assertThat(play(bytes(script), statements).tables.toString()).isEmpty();
        assertThat(statements.toString(StandardCharsets.UTF_8)).isEqualTo(script);
    }

    @Test
    void dataThatBreaksOffIsNoEnd() {
        for (String cut : List.of("", "1\n", "1\n\\", "1\n\\.")) {
            assertThatThrownBy(() -> play(bytes("COPY public.t (a) FROM stdin;\n" + cut), new ByteArrayOutputStream()))
                    .as(cut)
                    .isInstanceOf(EOFException.class);
        }
    }

    @RepeatedTest(20)
    void itDoesNotMatterWhereAReadEnds(RepetitionInfo repetition) throws Exception {
        Random random = new Random(repetition.getCurrentRepetition());
        StringBuilder tables = new StringBuilder();
        StringBuilder others = new StringBuilder();
        StringBuilder script = new StringBuilder();
        for (int table = 0; table < 5; table++) {
            String statement = "-- comment " + table + "\n";
            others.append(statement);
            script.append(statement);
            StringBuilder data = new StringBuilder("COPY public.t" + table + " (a) FROM stdin;\n");
            int rows = random.nextInt(200);
            for (int row = 0; row < rows; row++) {
                data.append(row(random)).append('\n');
            }
            data.append("\\.\n");
            tables.append(data);
            script.append(data);
        }
        ByteArrayOutputStream statements = new ByteArrayOutputStream();

        Noted noted = play(inPieces(script.toString(), random), statements);

        assertThat(noted.tables.toString().equals(tables.toString())).isTrue();
        assertThat(statements.toString(StandardCharsets.UTF_8)).isEqualTo(others.toString());
    }

    private static String row(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> "";
            case 1 -> "\\\\.";
            case 2 -> ".";
            case 3 -> "\\\\";
            case 4 -> "COPY public.t (a) FROM stdin;";
            case 5 -> random.nextInt(20) == 0 ? ".\\\\".repeat(random.nextInt(LONGER_THAN_THE_BUFFER / 3)) : "x";
            default -> "x".repeat(random.nextInt(3000));
        };
    }

    private static InputStream inPieces(String text, Random random) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                return super.read(
                        bytes, offset, Math.min(length, 1 + random.nextInt(random.nextBoolean() ? 5 : 90_000)));
            }
        };
    }

    @Test
    void aRowLongerThanTheBufferComesInPieces() throws Exception {
        String row = "x".repeat(LONGER_THAN_THE_BUFFER);
        List<Boolean> pieces = new ArrayList<>();
        ByteArrayOutputStream statements = new ByteArrayOutputStream();
        DataScript.Tables tables = new DataScript.Tables() {
            @Override
            public void begin(String copyStatement) {}

            @Override
            public void rows(byte[] lines, boolean continued) {
                pieces.add(continued);
            }

            @Override
            public void end() {}
        };

        new DataScript(bytes("COPY t FROM stdin;\n" + row + "\nshort\n\\.\n"), statements, tables).play();

        assertThat(pieces).startsWith(true, true).endsWith(false);
    }
}
