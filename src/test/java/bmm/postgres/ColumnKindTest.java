package bmm.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each kind of column is found for its type, and its hash is the same here and on the server. */
class ColumnKindTest {
    private static final String DATABASE = "columnkinds";
    private final ScratchServer server = ScratchServer.get();

    @BeforeEach
    void makeDatabase() {
        server.createDatabase(DATABASE);
    }

    @AfterEach
    void dropDatabase() {
        server.sql("postgres", "DROP DATABASE " + DATABASE);
    }

    private Snapshot.Table table() {
        try (Snapshot snapshot = Snapshot.open(server.server(), DATABASE, Duration.ofSeconds(10))) {
            return snapshot.tablesBySize().getFirst();
        }
    }

    private String sumOnServer(Snapshot.Table table) {
        String sum = ServerRowHash.sql(RowHash.COLUMNS, table.plan(), table.columns());
        return server.query(DATABASE, "SET TimeZone = 'UTC'; SELECT sum(" + sum + ") FROM t")
                .lines()
                .toList()
                .getLast();
    }

    private static TableContent read(String copy, ColumnPlan plan) {
        byte[] bytes = copy.getBytes(StandardCharsets.UTF_8);
        CopyRows rows = new CopyRows(new RowHasher(RowHash.COLUMNS, plan, true));
        rows.accept(bytes, 0, bytes.length);
        return rows.content();
    }

    /** Both sides, of table t as it is now. */
    private void assertSame() {
        Snapshot.Table table = table();
        String copy = server.query(DATABASE, "SET TimeZone = 'UTC'; COPY t TO STDOUT");
        String rows = copy.startsWith("SET\n") ? copy.substring(4) : copy;

        assertThat(read(rows + "\n\\.\n", table.plan()).hash()).isEqualTo(new BigInteger(sumOnServer(table)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "int4      | smallint",
                "int4      | serial",
                "int8      | bigint",
                "bool      | boolean",
                "uuid      | uuid",
                "timestamp | timestamp",
                "timestamp | timestamptz(3)",
                "char      | character(7)",
                "text      | bpchar",
                "text      | varchar(9)",
                "text      | date",
                "text      | numeric",
                "text      | double precision",
                "text      | jsonb",
                "text      | integer[]",
                "text      | xml",
                "text      | bytea",
                "text      | inet",
                "text      | name",
                "text      | \"char\"",
                "int8      | d_int8",
                "char      | d_char",
                "text      | d_domain",
                "text      | casting",
            })
    void aTypeHasItsKind(String kind, String type) {
        server.sql(
                DATABASE,
                "CREATE DOMAIN d_int8 AS bigint CHECK (VALUE <> 3)",
                "CREATE DOMAIN d_char AS character(3)",
                "CREATE DOMAIN d_domain AS d_int8",
                "CREATE TYPE casting AS ENUM ('a', 'b')",
                "CREATE FUNCTION shout(casting) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT ''!'''",
                "CREATE CAST (casting AS text) WITH FUNCTION shout(casting)",
                "CREATE TABLE t (c " + type + ")");

        assertThat(table().plan()).hasToString(kind);
    }

    @Test
    void numbersAtTheirEnds() {
        server.sql(
                DATABASE,
                "CREATE TABLE t (a int2, b int4, c int8, d bool)",
                "INSERT INTO t VALUES (-32768, -2147483648, -9223372036854775808, false),"
                        + " (32767, 2147483647, 9223372036854775807, true), (0, 0, 0, NULL), (NULL, NULL, NULL, NULL)",
                "INSERT INTO t SELECT i, i * 7919, (random() * 1e18)::int8 - 500000000000000000, i % 2 = 0"
                        + " FROM generate_series(-500, 500) AS i");
        assertSame();
    }

    @ParameterizedTest
    @ValueSource(strings = {"timestamp", "timestamptz"})
    void timesOfAllAges(String type) {
        server.sql(
                DATABASE,
                "CREATE TABLE t (a " + type + ")",
                "INSERT INTO t VALUES ('infinity'), ('-infinity'), (NULL), ('4713-11-24 00:00:00+00 BC'), ('0001-01-01 BC'),"
                        + " ('0005-02-29 23:59:59.999999 BC'), ('0001-01-01'), ('294276-12-31 23:59:59.999999'),"
                        + " ('12345-06-07 08:09:10.1'), ('2000-02-29 12:00:00.000001'), ('1999-12-31 23:59:59.9')",
                "INSERT INTO t SELECT timestamp '4000-01-01 BC' + i * interval '3 days 7 hours 0.123457 seconds'"
                        + " FROM generate_series(0, 1000000, 41) AS i");
        assertSame();
    }

    @Test
    void textsAndTheRestOfTheRow() {
        server.sql(
                DATABASE,
                "CREATE TABLE t (a uuid, b character(9), c text, d inet, e jsonb, f bytea, g bpchar, h float8, i text[])",
                "INSERT INTO t SELECT gen_random_uuid(), repeat('é ', i % 5), repeat(E'\\\\\\t\"', i % 7),"
                        + " ('10.0.0.' || i % 250)::inet, jsonb_build_object('k', i), decode(md5(i::text), 'hex'), 'x  ',"
                        + " i / 3.0, ARRAY['a', NULL, '', E'\\n'] FROM generate_series(1, 300) AS i",
                "INSERT INTO t DEFAULT VALUES");
        assertSame();
    }

    @Test
    void asManyColumnsAsATableCanHave() {
        String columns =
                IntStream.range(0, 1600).mapToObj(i -> "c" + i + " int2").collect(Collectors.joining(", "));
        server.sql(DATABASE, "CREATE TABLE t (" + columns + ")", "INSERT INTO t (c0, c1599) VALUES (1, 2)");
        assertSame();
    }

    /** With a hash that only adds up columns, some of these would go unnoticed. */
    @Test
    void valuesThatChangePlacesAreNoticed() {
        String rows = "INSERT INTO t VALUES (1, 2, 'x'), (3, 4, 'y')";
        server.sql(DATABASE, "CREATE TABLE t (a int4, b int4, c text)", rows);
        String before = sumOnServer(table());
        for (String change : List.of(
                "UPDATE t SET c = CASE c WHEN 'x' THEN 'y' ELSE 'x' END",
                "UPDATE t SET a = b, b = a WHERE a = 1",
                "UPDATE t SET b = NULL WHERE a = 1")) {
            server.sql(DATABASE, change);
            assertThat(sumOnServer(table())).as(change).isNotEqualTo(before);
            server.sql(DATABASE, "TRUNCATE t", "INSERT INTO t VALUES (3, 4, 'y'), (1, 2, 'x')");
            assertThat(sumOnServer(table())).isEqualTo(before);
        }
    }

    @Test
    void whatIsNoValueOfItsTypeIsOnlyAnotherHash() {
        for (String kind : List.of("int4", "int8", "bool", "uuid", "timestamp")) {
            for (String field : List.of("", "-", "x", "12345678901234567890", "2026-11-21", "2026-11-21 03:15:0x")) {
                assertThat(read(field + "\n\\.\n", ColumnPlan.parse(kind)).rows())
                        .as("%s as %s", field, kind)
                        .isEqualTo(1);
            }
        }
    }
}
