package bmm.postgres;

/**
 * How a column is hashed, from the field's COPY text. Where numbers, times and UUIDs are told apart by their value, it is
 * PostgreSQL's own hash function of that type: servers once computed these, and backups of that time stay comparable. All other
 * types are hashed as their text, which COPY makes with the type's output function alone.
 */
public enum ColumnKind {
    /** smallint, integer. */
    INT4("int4") {
        @Override
        long hash(byte[] text, int from, int to, int seed) {
            return Lookup3.int32((int) FieldValue.integer(text, from, to), seed);
        }
    },

    /** bigint: the value is the seed and the position the key, because the server's own function folds it to 32 bits. */
    INT8("int8") {
        @Override
        long hash(byte[] text, int from, int to, int seed) {
            return Lookup3.int32(seed, FieldValue.integer(text, from, to));
        }
    },

    BOOL("bool") {
        @Override
        long hash(byte[] text, int from, int to, int seed) {
            return Lookup3.int32(FieldValue.bool(text, from, to) ? 1 : 0, seed);
        }
    },

    UUID("uuid") {
        @Override
        long hash(byte[] text, int from, int to, int seed) {
            return Lookup3.bytes(FieldValue.uuid(text, from, to), 0, 16, seed);
        }
    },

    /** With and without time zone; the session's is UTC. */
    TIMESTAMP("timestamp") {
        @Override
        long hash(byte[] text, int from, int to, int seed) {
            return Lookup3.int64(FieldValue.timestamp(text, from, to), seed);
        }
    },

    /** character(n), whose trailing blanks follow from n. */
    BPCHAR("char") {
        @Override
        long hash(byte[] text, int from, int to, int seed) {
            int end = EightBytes.withoutTrailingBlanks(text, from, to);
            return Lookup3.bytes(text, from, end - from, seed);
        }
    },

    /** Text, and every type that is none of the others. */
    TEXT("text") {
        @Override
        long hash(byte[] text, int from, int to, int seed) {
            return Lookup3.bytes(text, from, to - from, seed);
        }
    },

    /** In backups before 0.2, types with a cast to text of their own: all such columns of a row together, as the text of a row. */
    REST("row") {
        @Override
        long hash(byte[] text, int from, int to, int seed) {
            throw new IllegalStateException("hashed with the others of its row");
        }
    };

    /**
     * The kind of attribute {@code a}, whose type is {@code t}, as SQL. A domain counts as the type below it; a domain over a
     * domain as text.
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
              WHEN 'pg_catalog.bpchar'::pg_catalog.regtype
                THEN CASE WHEN coalesce(nullif(t.typtypmod, -1), a.atttypmod) > 0 THEN 'char' ELSE 'text' END
              ELSE 'text'
            END""";

    private final String label;

    ColumnKind(String label) {
        this.label = label;
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

    /**
     * The hash of a value as COPY writes it, without escapes.
     *
     * @throws NumberFormatException if it is no value of such a column
     */
    abstract long hash(byte[] text, int from, int to, int seed);
}
