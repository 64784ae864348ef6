package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that are taken past the driver are the rows that the driver would have given, and the session goes on as if it had. */
class CopyTapTest {
    private static final String DATABASE = "copytap";
    private static ScratchServer server;

    @BeforeAll
    static void makeDatabase() {
        server = ScratchServer.get();
        server.createDatabase(DATABASE);
    }

    private static int answer(Session session) throws SQLException {
        return session.queryOne("SELECT 42", row -> row.getInt(1));
    }

    private record Read(String text, int rows) {}

    private static Read copy(Session session, String statement) throws SQLException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int[] rows = {0};
        session.copy(statement, (data, offset, count, endsRow) -> {
            bytes.write(data, offset, count);
            rows[0] += endsRow ? 1 : 0;
        });
        return new Read(bytes.toString(java.nio.charset.StandardCharsets.UTF_8), rows[0]);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 5000, 131_067, 131_072, 300_000})
    void rowsOfAllLengthsArrive(int length) throws SQLException {
        try (Session session = server.server().connect(DATABASE)) {
            Read read = copy(
                    session,
                    "COPY (SELECT i, pg_catalog.repeat('x', " + length
                            + ") FROM pg_catalog.generate_series(1, 7) i) TO STDOUT");

            assertThat(read.rows()).isEqualTo(7);
            assertThat(read.text().lines())
                    .containsExactlyElementsOf(List.of(1, 2, 3, 4, 5, 6, 7).stream()
                            .map(i -> i + "\t" + "x".repeat(length))
                            .toList());
            assertThat(answer(session)).isEqualTo(42);
        }
    }

    @Test
    void manyCopiesAndQueriesTakeTurns() throws SQLException {
        try (Session session = server.server().connect(DATABASE)) {
            for (int i = 0; i < 200; i++) {
                Read read = copy(session, "COPY (SELECT pg_catalog.generate_series(1, " + i * 7 + ")) TO STDOUT");
                assertThat(read.rows()).isEqualTo(i * 7);
                assertThat(session.query("SELECT pg_catalog.generate_series(1, 3)", row -> row.getInt(1)))
                        .containsExactly(1, 2, 3);
            }
        }
    }

    @Test
    void anErrorAmongTheRowsIsTheServersOwn() throws SQLException {
        try (Session session = server.server().connect(DATABASE)) {
            assertThatThrownBy(() -> copy(
                            session,
                            "COPY (SELECT 1 / (100000 - i) FROM pg_catalog.generate_series(1, 100001) i) TO STDOUT"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("division by zero");
            assertThat(answer(session)).isEqualTo(42);
            assertThatThrownBy(() -> copy(session, "COPY no.such TO STDOUT")).isInstanceOf(SQLException.class);
            assertThat(copy(session, "COPY (SELECT 1) TO STDOUT").text()).isEqualTo("1\n");
        }
    }

    @Test
    void throughTcpTheDriverGivesThem() throws SQLException {
        ConnectionSettings tcp = server.server().connection();
        server.sql("postgres", "ALTER ROLE postgres PASSWORD 'tapped'");
        ConnectionSettings connection = new ConnectionSettings(
                "127.0.0.1", tcp.port(), "postgres", new bmm.base.Secret("tapped"), null, null, null, null);
        try (Session session = new Server(connection).connect(DATABASE)) {
            assertThat(copy(session, "COPY (SELECT pg_catalog.generate_series(1, 3)) TO STDOUT"))
                    .isEqualTo(new Read("1\n2\n3\n", 3));
        }
    }
}
