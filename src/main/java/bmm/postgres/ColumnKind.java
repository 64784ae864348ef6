package bmm.postgres;

/**
 * How a column is hashed: by the server with one of its own hash functions, here from the field's COPY text, to the same
 * number. Types whose own hash leaves something out (the sign of zero, the scale of a number) are hashed as text.
 */
public enum ColumnKind {
    /** smallint, integer. */
    INT4("int4", "hashint4extended(%s, %d)") {
        @Override
        long hash(byte[] text, int from, int to, int seed) {
            return Lookup3.int32((int) FieldValue.integer(text, from, to), seed);
        }
    },

    /** bigint: the value is the seed and the position the key, because the server's own function folds it to 32 bits. */
    INT8("int8", "hashint4extended(%2$d, %1$s)") {
        @Override
        long hash(byte[] text, int from, int to, int seed) {
            return Lookup3.int32(seed, FieldValue.integer(text, from, to));
        }
    },

    BOOL("bool", "hashint4extended(%s::int4, %d)") {
        @Override
        long hash(byte[] text, int from, int to, int seed) {
            return Lookup3.int32(FieldValue.bool(text, from, to) ? 1 : 0, seed);
        }
    },

    UUID("uuid", "uuid_hash_extended(%s, %d)") {
        @Override
        long hash(byte[] text, int from, int to, int seed) {
            return Lookup3.bytes(FieldValue.uuid(text, from, to), 0, 16, seed);
        }
    },

    /** With and without time zone; the session's is UTC. */
    TIMESTAMP("timestamp", "timestamp_hash_extended(%s::timestamp, %d)") {
        @Override
        long hash(byte[] text, int from, int to, int seed) {
            return Lookup3.int64(FieldValue.timestamp(text, from, to), seed);
        }
    },

    /** character(n), whose trailing blanks follow from n. */
    BPCHAR("char", "hashbpcharextended(%s COLLATE \"C\", %d)") {
        @Override
        long hash(byte[] text, int from, int to, int seed) {
            int end = EightBytes.withoutTrailingBlanks(text, from, to);
            return Lookup3.bytes(text, from, end - from, seed);
        }
    },

    /** Text, and every type that a cast to text writes as COPY does. */
    TEXT("text", "hashtextextended(%s::text COLLATE \"C\", %d)") {
        @Override
        long hash(byte[] text, int from, int to, int seed) {
            return Lookup3.bytes(text, from, to - from, seed);
        }
    },

    /** Types with a cast to text of their own: all such columns of a row together, as the text of a row. */
    REST("row", "") {
        @Override
        long hash(byte[] text, int from, int to, int seed) {
            throw new IllegalStateException("hashed with the others of its row");
        }
    };

    /**
     * The kind of attribute {@code a}, whose type is {@code t}, as SQL. A domain counts as the type below it; a domain
     * over a domain is left to the row.
     */
    static final String OF_ATTRIBUTE = """
            CASE coalesce(nullif(t.typbasetype, 0), t.oid)
              WHEN 'pg_catalog.int2'::pg_catalog.regtype THEN 'int4'
              WHEN 'pg_catalog.int4'::pg_catalog.regtype THEN 'int4'
              WHEN 'pg_catalog.int8'::pg_catalog.regtype THEN 'int8'
              WHEN 'pg_catalog.bool'::pg_catalog.regtype THEN 'bool'
              WHEN 'pg_catalog.uuid'::pg_catalog.regtype THEN 'uuid'
              WHEN 'pg_catalog.timestamp'::pg_catalog.regtype THEN 'timestamp'
              WHEN 'pg_catalog.timestamptz'::pg_catalog.regtype THEN 'timestamp'
              WHEN 'pg_catalog.text'::pg_catalog.regtype THEN 'text'
              WHEN 'pg_catalog.bpchar'::pg_catalog.regtype
                THEN CASE WHEN coalesce(nullif(t.typtypmod, -1), a.atttypmod) > 0 THEN 'char' ELSE 'row' END
              ELSE CASE
                WHEN (SELECT b.typtype = 'd' FROM pg_catalog.pg_type b WHERE b.oid = t.typbasetype) THEN 'row'
                WHEN EXISTS (SELECT FROM pg_catalog.pg_cast c
                    WHERE c.castsource = coalesce(nullif(t.typbasetype, 0), t.oid)
                      AND c.casttarget = 'pg_catalog.text'::pg_catalog.regtype AND c.castmethod = 'f') THEN 'row'
                ELSE 'text' END
            END""";

    private final String label;
    private final String sql;

    ColumnKind(String label, String sql) {
        this.label = label;
        this.sql = sql;
    }

    /** The name in a manifest. */
    String label() {
        return label;
    }

    static ColumnKind of(String label) {
        for (ColumnKind kind : values()) {
            if (kind.label.equals(label)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("unknown kind of column " + label);
    }

    /** NULL for NULL. */
    String sql(String column, int seed) {
        return sql.formatted(column, seed);
    }

    /**
     * The same for a value as COPY writes it, without escapes.
     *
     * @throws NumberFormatException if it is no value of such a column
     */
    abstract long hash(byte[] text, int from, int to, int seed);
}
