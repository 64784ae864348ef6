package bmm.dump;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/** Looks through a dump in SQL text before psql runs it, as psql would only notice at its end that it was cut. */
final class SqlDump {
    /** The last line that pg_dump writes; newer ones put an {@code \\unrestrict} behind it. */
    private static final String TRAILER = "-- PostgreSQL database dump complete";

    private static final int LOOKED_AT = 200;

    private SqlDump() {}

    /**
     * Reads to the end.
     *
     * @throws IOException if its last line is missing, or if it would leave the database that it is restored into
     */
    static void check(InputStream in, LongConsumer progress) throws IOException {
        byte[] buffer = new byte[1 << 18];
        ByteArrayOutputStream line = new ByteArrayOutputStream(LOOKED_AT);
        boolean complete = false;
        long done = 0;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            for (int i = 0; i < count; i++) {
                if (buffer[i] != '\n') {
                    if (line.size() < LOOKED_AT) {
                        line.write(buffer[i]);
                    }
                    continue;
                }
                if (line.size() == 0) {
                    continue;
                }
                String text = line.toString(StandardCharsets.ISO_8859_1);
                line.reset();
                complete = text.startsWith(TRAILER)
                        || (complete && (text.startsWith("--") || text.isBlank() || text.startsWith("\\unrestrict")));
                // COPY writes no such line, psql obeys it wherever it stands.
                if (text.startsWith("\\connect") || text.startsWith("\\c ")) {
                    throw new IOException(
                            "it enters databases of its own choice (pg_dump --create, pg_dumpall); run it with psql, or dump without that option");
                }
            }
            done += count;
            progress.accept(done);
        }
        if (!complete && !line.toString(StandardCharsets.ISO_8859_1).startsWith(TRAILER)) {
            throw new EOFException("it was cut: its last line is missing: " + TRAILER);
        }
    }
}
