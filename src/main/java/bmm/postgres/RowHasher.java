package bmm.postgres;

/** Hashes one row after the other from its fields in COPY text, see {@link RowHash}. */
final class RowHasher {
    private final RowHash algorithm;
    // An array: this is asked for every field.
    private final ColumnKind[] kinds;
    private final boolean hasColumns;
    private final boolean hasRest;
    private final RowText rest = new RowText();
    private byte[] plain = new byte[256];
    private int position;
    private long combined;

    /**
     * @param hasColumns false for a table without columns, whose rows are empty lines
     */
    RowHasher(RowHash algorithm, ColumnPlan plan, boolean hasColumns) {
        this.algorithm = algorithm;
        ColumnPlan used = algorithm == RowHash.COLUMNS ? plan : ColumnPlan.UNKNOWN;
        this.kinds = used.kinds().toArray(ColumnKind[]::new);
        this.hasColumns = hasColumns;
        this.hasRest = used.hasRest();
    }

    /** Whether the text of a row is made of some columns, so that it matters what is quoted there. */
    boolean hasRest() {
        return hasRest;
    }

    void begin() {
        position = 0;
        combined = 0;
        if (hasRest) {
            rest.begin();
        }
    }

    /**
     * Takes the next field.
     *
     * @param seen what {@link CopyRows} saw in it
     */
    void field(byte[] bytes, int from, int to, int seen) {
        ColumnKind kind = position < kinds.length ? kinds[position] : ColumnKind.REST;
        position++;
        if (kind == ColumnKind.REST) {
            if (hasColumns) {
                rest.field(bytes, from, to, seen);
            }
        } else if ((seen & CopyRows.ESCAPED) == 0) {
            combined ^= hash(kind, bytes, from, to);
        } else if (!CopyRows.isNull(bytes, from, to)) {
            int length = unescape(bytes, from, to);
            combined ^= hash(kind, plain, 0, length);
        }
    }

    private long hash(ColumnKind kind, byte[] bytes, int from, int to) {
        try {
            return kind.hash(bytes, from, to, position);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            // Damaged, or not of this type: its hash is another one, and that is what is told.
            return ~ColumnKind.TEXT.hash(bytes, from, to, position);
        }
    }

    private int unescape(byte[] bytes, int from, int to) {
        if (plain.length < to - from) {
            plain = new byte[CopyRows.grown(plain.length, to - from)];
        }
        int length = 0;
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (b == '\\' && i + 1 < to) {
                i++;
                b = CopyRows.unescaped(bytes[i]);
            }
            plain[length++] = b;
        }
        return length;
    }

    /** The hash of the row. */
    long end() {
        if (!hasRest) {
            return Lookup3.int32(0, combined);
        }
        rest.end();
        long hash = algorithm.text(rest.bytes(), 0, rest.length());
        return algorithm == RowHash.COLUMNS ? Lookup3.int32(0, combined ^ hash) : hash;
    }
}
