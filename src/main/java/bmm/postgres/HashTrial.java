package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;

/** Finds out which row hash a server and bmm compute alike, by hashing one row that has a column of every kind. */
final class HashTrial {
    private static final String ROW = """
            SELECT -7::int2 AS a, 2147483647 AS b, (-9000000000000000001)::int8 AS c, true AS d,
                '00112233-4455-6677-8899-aabbccddeeff'::uuid AS e, timestamp '1999-12-31 23:59:59.000001' AS f,
                timestamptz '2026-11-21 03:15:00+00' AS g, 'ab '::character(5) AS h, 'q"\\, '::text AS i,
                '{"k": [1, null]}'::jsonb AS j, 1.50::numeric AS k, '{NULL,"a b"}'::text[] AS l,
                inet '10.0.0.1' AS m, 'n'::name AS n, NULL::int4 AS o, ''::text AS p
            """;
    private static final ColumnPlan PLAN =
            ColumnPlan.parse("int4 int4 int8 bool uuid timestamp timestamp char text text text text row row int4 text");
    private static final byte[] COPY =
            ("-7\t2147483647\t-9000000000000000001\tt\t00112233-4455-6677-8899-aabbccddeeff\t"
                            + "1999-12-31 23:59:59.000001\t2026-11-21 03:15:00+00\tab   \tq\"\\\\, \t{\"k\": [1, null]}\t1.50\t"
                            + "{NULL,\"a b\"}\t10.0.0.1\tn\t\\N\t\n")
                    .getBytes(StandardCharsets.US_ASCII);

    private HashTrial() {}

    static RowHash choose(Session session) throws SQLException {
        List<String> columns =
                "abcdefghijklmnop".chars().mapToObj(Character::toString).toList();
        for (RowHash hash : RowHash.values()) {
            long onServer = session.queryOne(
                    "SELECT " + hash.sql(PLAN, columns) + " FROM (" + ROW + ") AS t", row -> row.getLong(1));
            CopyRows here = new CopyRows(new RowHasher(hash, PLAN, true));
            here.accept(COPY, 0, COPY.length);
            if (BigInteger.valueOf(onServer).equals(here.content().hash())) {
                return hash;
            }
        }
        throw new Failure(
                ExitCode.DUMP,
                "the server hashes rows in a way that bmm does not know",
                "set BMM_FINGERPRINT=count and report the server's version");
    }
}
