package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows counted and hashed from COPY text are what the server counts and hashes. */
final class CopyRowsTest {
    private static final String[] NASTY = {
        "\\", "\"", "'", ",", "(", ")", " ", "\t", "\n", "\r", "\b", "\f", "\u000b", "\\N", "\\.", "N", ".", "a", "é",
        "數", "🐘", "\u0085", "\u00a0", "\u3000", "\u0001", "\u007f", "{", "}", "NULL"
    };

    private static String nasty(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(NASTY[random.nextInt(NASTY.length)]);
        }
        return text.toString();
    }

    @ParameterizedTest
    @CsvSource({"COLUMNS, text text text", "COLUMNS, row text row", "COLUMNS, ''", "SHA256, text text text"})
    void anyTextHashesAsOnTheServer(RowHash hash, String kinds) {
        ColumnPlan plan = ColumnPlan.parse(kinds);
        ScratchServer server = ScratchServer.get();
        server.createDatabase("copyrows");
        Random random = new Random(3);
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            rows.append(i == 0 ? "" : ",").append('(');
            for (int column = 0; column < 3; column++) {
                rows.append(column == 0 ? "" : ",")
                        .append(
                                random.nextInt(8) == 0
                                        ? "NULL"
                                        : "'" + nasty(random).replace("'", "''") + "'");
            }
            rows.append(')');
        }
        server.sql("copyrows", "CREATE TABLE t (a text, b text, c text)", "INSERT INTO t VALUES " + rows);
        String expected = server.query(
                "copyrows", "SELECT sum(" + ServerRowHash.sql(hash, plan, List.of("a", "b", "c")) + ") FROM t");
        byte[] copy = (server.query("copyrows", "COPY t TO STDOUT") + "\n\\.\n").getBytes(StandardCharsets.UTF_8);

        TableContent content = read(hash, plan, copy, copy.length);

        assertThat(content).isEqualTo(new TableContent(500, new BigInteger(expected)));
        for (int piece : new int[] {1, 2, 3, 7, 64, 1000}) {
            assertThat(read(hash, plan, copy, piece)).isEqualTo(content);
        }
    }

    private static TableContent read(RowHash hash, ColumnPlan plan, byte[] copy, int piece) {
        CopyRows rows = new CopyRows(new RowHasher(hash, plan, true));
        for (int at = 0; at < copy.length; at += piece) {
            rows.accept(copy, at, Math.min(piece, copy.length - at));
        }
        assertThat(rows.isComplete()).isTrue();
        return rows.content();
    }

    @Test
    void aBoundaryAnywhereChangesNothing() {
        byte[] copy = "a\\tb\t\\N\t\n\\\\.\t\"\t(,)\n\\.x\tb\tc\n\\N\t\\N\t\\N\n\\.\n".getBytes(StandardCharsets.UTF_8);
        TableContent whole = read(RowHash.COLUMNS, ColumnPlan.parse("text row text"), copy, copy.length);
        assertThat(whole.rows()).isEqualTo(4);
        for (int cut = 0; cut <= copy.length; cut++) {
            CopyRows rows = new CopyRows(new RowHasher(RowHash.COLUMNS, ColumnPlan.parse("text row text"), true));
            rows.accept(copy, 0, cut);
            assertThat(rows.isComplete()).isEqualTo(cut == copy.length);
            rows.accept(copy, cut, copy.length - cut);
            assertThat(rows.content()).isEqualTo(whole);
        }
    }
}
