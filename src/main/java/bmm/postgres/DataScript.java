package bmm.postgres;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The SQL text that {@code pg_restore --section=data --file=-} writes of an archive whose encoding is UTF-8: statements,
 * and after each COPY the rows, a line each, up to the line {@code \.} (PostgreSQL manual, COPY, "Text Format").
 */
final class DataScript {
    private static final int BUFFER = 256 * 1024;
    private static final String COPY = "COPY ";
    private static final String FROM_STDIN = " FROM stdin;\n";
    private static final byte[] END = {'\\', '.', '\n'};

    /** Where the rows go, a table at a time. */
    interface Tables {
        /** Rows will come for this statement, which ends in {@code FROM stdin}. */
        void begin(String copyStatement) throws IOException, InterruptedException;

        /**
         * Some rows, which are the receiver's to keep.
         *
         * @param continued whether the last of them goes on with the next call
         */
        void rows(byte[] lines, boolean continued) throws IOException, InterruptedException;

        /** All rows of the table were there. */
        void end() throws IOException, InterruptedException;
    }

    private final InputStream in;
    private final OutputStream statements;
    private final Tables tables;
    private final byte[] buffer = new byte[BUFFER];
    private int start;
    private int end;

    /**
     * @param statements where everything goes that is not the data of a table
     */
    DataScript(InputStream in, OutputStream statements, Tables tables) {
        this.in = in;
        this.statements = statements;
        this.tables = tables;
    }

    /** Reads it to its end. */
    void play() throws IOException, InterruptedException {
        for (int newline = nextLine(); newline >= 0; newline = nextLine()) {
            String line = line(newline);
            if (line.startsWith(COPY) && line.endsWith(FROM_STDIN)) {
                start = newline + 1;
                tables.begin(line.substring(0, line.length() - ";\n".length()));
                playRows();
                tables.end();
            } else {
                statements.write(buffer, start, newline + 1 - start);
                start = newline + 1;
            }
        }
        statements.write(buffer, start, end - start);
    }

    private String line(int newline) {
        // Only a COPY statement has to be read as text, and a line that has no end yet is none.
        return buffer[start] == 'C' ? new String(buffer, start, newline + 1 - start, StandardCharsets.UTF_8) : "";
    }

    /** The newline that ends the line at the start; what is too long for the buffer goes by. -1 at the end of all. */
    private int nextLine() throws IOException {
        int from = start;
        while (true) {
            for (int i = from; i < end; i++) {
                if (buffer[i] == '\n') {
                    return i;
                }
            }
            if (end - start == buffer.length) {
                statements.write(buffer, start, end - start);
                start = end;
            }
            int had = end - start;
            if (!fill()) {
                return -1;
            }
            from = start + had;
        }
    }

    private void playRows() throws IOException, InterruptedException {
        boolean midLine = false;
        while (true) {
            if (!midLine && startsWithEnd()) {
                start += END.length;
                return;
            }
            int limit = midLine ? 0 : endMark();
            boolean last = limit > 0;
            if (!last) {
                limit = midLine ? firstNewline() : lastNewline();
            }
            if (limit > 0) {
                tables.rows(Arrays.copyOfRange(buffer, start, limit), false);
                start = limit;
                midLine = false;
                continue;
            }
            if (end - start == buffer.length) {
                // A row that is longer than the buffer, in pieces.
                tables.rows(Arrays.copyOfRange(buffer, start, end), true);
                start = end;
                midLine = true;
            }
            if (!fill()) {
                throw new EOFException("the data of a table ends too early");
            }
        }
    }

    private boolean startsWithEnd() {
        return end - start >= END.length && Arrays.equals(buffer, start, start + END.length, END, 0, END.length);
    }

    /** The place after the newline before the first end mark that does not stand at the start; 0 if there is none. */
    private int endMark() {
        // Boyer-Moore's way: \n \ . \n, looked at from its last byte.
        int i = start + END.length;
        while (i < end) {
            switch (buffer[i]) {
                case '\n' -> {
                    if (buffer[i - 1] == '.' && buffer[i - 2] == '\\' && buffer[i - 3] == '\n') {
                        return i - 2;
                    }
                    i += 3;
                }
                case '.' -> i += 1;
                case '\\' -> i += 2;
                default -> i += 4;
            }
        }
        return 0;
    }

    private int firstNewline() {
        for (int i = start; i < end; i++) {
            if (buffer[i] == '\n') {
                return i + 1;
            }
        }
        return 0;
    }

    private int lastNewline() {
        for (int i = end - 1; i >= start; i--) {
            if (buffer[i] == '\n') {
                return i + 1;
            }
        }
        return 0;
    }

    private boolean fill() throws IOException {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
        }
        int count = in.read(buffer, end, buffer.length - end);
        if (count < 0) {
            return false;
        }
        end += count;
        return true;
    }
}
