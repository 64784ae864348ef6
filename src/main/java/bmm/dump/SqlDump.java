package bmm.dump;

import bmm.postgres.sql.SqlScript;
import bmm.postgres.sql.SqlStatement;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/**
 * Looks through a dump in SQL text before any of it is run: that it is whole would only be known at its end, and what is
 * not run need not be found half-way.
 */
final class SqlDump {
    /** The last line that pg_dump writes; newer ones put a line behind it. */
    private static final String TRAILER = "-- PostgreSQL database dump complete";

    private boolean complete;

    private SqlDump() {}

    /**
     * Reads to the end.
     *
     * @throws IOException if its last line is missing, or if it holds what is not run, with the line
     */
    static void check(InputStream in, LongConsumer progress) throws IOException {
        new SqlDump().read(new Counted(in, progress));
    }

    private void read(InputStream in) throws IOException {
        SqlScript script = new SqlScript(in, comment -> complete |= comment.startsWith(TRAILER));
        for (SqlStatement statement = script.next(); statement != null; statement = script.next()) {
            complete = false;
            if (script.hasRows()) {
                skipRows(script);
            }
        }
        if (!complete) {
            throw new EOFException("it was cut: its last line is missing: " + TRAILER);
        }
    }

    private static void skipRows(SqlScript script) throws IOException {
        try {
            script.rows((lines, continued) -> {});
        } catch (InterruptedException e) {
            throw new IllegalStateException("nothing waits here", e);
        }
    }

    private static final class Counted extends FilterInputStream {
        private final LongConsumer progress;
        private long done;

        Counted(InputStream in, LongConsumer progress) {
            super(in);
            this.progress = progress;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            if (count > 0) {
                done += count;
                progress.accept(done);
            }
            return count;
        }
    }
}
