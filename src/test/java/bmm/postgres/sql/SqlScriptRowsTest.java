package bmm.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
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
final class SqlScriptRowsTest {
    private static final int LONGER_THAN_THE_WINDOW = 700_000;

    private static InputStream bytes(String script) {
        return new ByteArrayInputStream(script.getBytes(StandardCharsets.UTF_8));
    }

    /** Statements, each in a line that ends in a semicolon, and rows as they came. */
    private static String play(InputStream in) throws IOException, InterruptedException {
        StringBuilder played = new StringBuilder();
        SqlScript script = new SqlScript(in);
        for (SqlStatement statement = script.next(); statement != null; statement = script.next()) {
            played.append(new String(statement.text(), StandardCharsets.UTF_8)).append(";\n");
            if (script.hasRows()) {
                boolean[] midRow = {false};
                script.rows((lines, continued) -> {
                    String text = new String(lines, StandardCharsets.UTF_8);
                    assertThat(text).isNotEmpty();
                    assertThat(text.endsWith("\n")).isEqualTo(!continued);
                    midRow[0] = continued;
                    played.append(text);
                });
                assertThat(midRow[0]).isFalse();
                played.append("\\.\n");
            }
        }
        return played.toString();
    }

    @Test
    void rowsFollowTheirCopy() throws Exception {
        assertThat(play(bytes("""
                        SET row_security = off;

                        COPY public.empty (a) FROM stdin;
                        \\.


                        COPY public."t
                        ;" (a, b) FROM stdin;
                        1\tx
                        \\\\.\tnot the end
                        COPY public.t FROM stdin;
                        \\N\t'.
                        \\.


                        SELECT pg_catalog.setval('public.s', 7, true);
                        -- the last line has no end"""))).isEqualTo("""
                        SET row_security = off;
                        COPY public.empty (a) FROM stdin;
                        \\.
                        COPY public."t
                        ;" (a, b) FROM stdin;
                        1\tx
                        \\\\.\tnot the end
                        COPY public.t FROM stdin;
                        \\N\t'.
                        \\.
                        SELECT pg_catalog.setval('public.s', 7, true);
                        """);
    }

    @Test
    void dataThatBreaksOffIsNoEnd() {
        for (String cut : List.of("", "1\n", "1\n\\", "1\n\\.")) {
            assertThatThrownBy(() -> play(bytes("COPY public.t (a) FROM stdin;\n" + cut)))
                    .as(cut)
                    .isInstanceOf(EOFException.class);
        }
    }

    @RepeatedTest(20)
    void itDoesNotMatterWhereAReadEnds(RepetitionInfo repetition) throws Exception {
        Random random = new Random(repetition.getCurrentRepetition());
        StringBuilder script = new StringBuilder();
        for (int table = 0; table < 5; table++) {
            script.append("SELECT ").append(table).append(";\n");
            script.append("COPY public.t").append(table).append(" (a) FROM stdin;\n");
            int rows = random.nextInt(200);
            for (int row = 0; row < rows; row++) {
                script.append(row(random)).append('\n');
            }
            script.append("\\.\n");
        }

        String played = play(inPieces(script.toString(), random));

        assertThat(played.equals(script.toString())).isTrue();
    }

    private static String row(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> "";
            case 1 -> "\\\\.";
            case 2 -> ".";
            case 3 -> "\\\\";
            case 4 -> "COPY public.t (a) FROM stdin;";
            case 5 -> random.nextInt(20) == 0 ? ".\\\\".repeat(random.nextInt(LONGER_THAN_THE_WINDOW / 3)) : "x";
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
    void aRowLongerThanTheWindowComesInPieces() throws Exception {
        String row = "x".repeat(LONGER_THAN_THE_WINDOW);
        List<Boolean> pieces = new ArrayList<>();
        SqlScript script = new SqlScript(bytes("COPY t FROM stdin;\n" + row + "\nshort\n\\.\n"));

        assertThat(script.next()).isNotNull();
        script.rows((lines, continued) -> pieces.add(continued));

        assertThat(pieces).startsWith(true, true).endsWith(false);
        assertThat(script.next()).isNull();
    }

    /** The rest of a row may look like the end of all rows. */
    @Test
    void whoStopsListeningInARowDoesNotLoseTheEnd() throws Exception {
        String row = "x".repeat((1 << 18) - 2) + "\\\\.";
        SqlScript script = new SqlScript(bytes("COPY t FROM stdin;\n" + row + "\n" + row + "\n1\n\\.\nSELECT 1;"));
        assertThat(script.next()).isNotNull();
        assertThatThrownBy(() -> script.rows((lines, continued) -> {
                    throw new IOException("enough");
                }))
                .hasMessage("enough");

        script.rows((lines, continued) -> {});

        assertThat(String.valueOf(script.next())).isEqualTo("line 6: SELECT 1");
    }
}
