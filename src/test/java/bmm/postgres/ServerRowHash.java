package bmm.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The row hashes as PostgreSQL's own functions compute them: what bmm computes from COPY text must be the same. */
final class ServerRowHash {
    private ServerRowHash() {}

    /** An SQL expression of type bigint for a row with these columns. */
    static String sql(RowHash hash, ColumnPlan plan, List<String> columns) {
        if (hash == RowHash.SHA256) {
            return "('x' || encode(substring(sha256(convert_to(" + rowText(columns)
                    + ", getdatabaseencoding())) for 8), 'hex'))::bit(64)::bigint";
        }
        List<String> expressions = new ArrayList<>();
        List<String> rest = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            ColumnKind kind = plan.kind(i);
            if (kind == ColumnKind.REST) {
                rest.add(columns.get(i));
            } else {
                expressions.add(
                        "coalesce(" + function(kind).formatted(TableName.quote(columns.get(i)), i + 1) + ", 0)");
            }
        }
        if (plan.hasRest()) {
            expressions.add("hashtextextended(" + rowText(rest) + " COLLATE \"C\", 0)");
        }
        return "hashint4extended(0, " + String.join(" # ", expressions) + ")";
    }

    private static String rowText(List<String> columns) {
        return "ROW(" + columns.stream().map(TableName::quote).collect(Collectors.joining(", ")) + ")::text";
    }

    private static String function(ColumnKind kind) {
        return switch (kind) {
            case INT4 -> "hashint4extended(%s, %d)";
            // The value is the seed, because the server's own function folds it to 32 bits.
            case INT8 -> "hashint4extended(%2$d, %1$s)";
            case BOOL -> "hashint4extended(%s::int4, %d)";
            case UUID -> "uuid_hash_extended(%s, %d)";
            case TIMESTAMP -> "timestamp_hash_extended(%s::timestamp, %d)";
            case BPCHAR -> "hashbpcharextended(%s COLLATE \"C\", %d)";
            // What a type's output function writes, whatever casts it has.
            case TEXT ->
                "hashtextextended(CASE WHEN %1$s IS NOT NULL THEN format('%%s', %1$s) END COLLATE \"C\", %2$d)";
            case REST -> throw new IllegalArgumentException("hashed with the others of its row");
        };
    }
}
