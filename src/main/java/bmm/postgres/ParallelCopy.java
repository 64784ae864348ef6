package bmm.postgres;

import bmm.base.Failure;
import bmm.postgres.sql.SqlScript;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.postgresql.copy.CopyIn;

/**
 * Fills a table, through several sessions at once where it may: one COPY keeps one processor of the server busy, and no
 * more. The rows of a small table go through one session, those of a large one through all of them, in turns.
 */
final class ParallelCopy implements SqlScript.Rows, AutoCloseable {
    /** Pieces that wait for a session; when it has so many, another one is called to help. */
    private static final int WAITING = 4;

    private static final byte[] END = {};

    private final TableSessions.Table table;
    private final String statement;
    private final long deadline;
    private final List<Filling> fillings = new ArrayList<>();
    private int turn;
    private boolean midRow;

    /**
     * Begins.
     *
     * @param statement ends in {@code FROM stdin}
     * @param deadline by {@link System#nanoTime}
     */
    ParallelCopy(TableSessions.Table table, String statement, long deadline) throws SQLException {
        this.table = table;
        this.statement = statement;
        this.deadline = deadline;
        help();
    }

    /** What the server said against the rows. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The server did not take the rows in time. */
    static final class TooSlow extends IOException {
        private static final long serialVersionUID = 1;
    }

    private void help() throws SQLException {
        fillings.add(new Filling(table.session(fillings.size())));
    }

    @Override
    public void rows(byte[] lines, boolean continued) throws IOException, InterruptedException {
        if (!midRow) {
            turn = next();
        }
        midRow = continued;
        fillings.get(turn).add(lines);
    }

    /** The session whose turn it is: the next one that has room, or a new one if none has. */
    private int next() throws IOException {
        for (int i = 1; i <= fillings.size(); i++) {
            int candidate = (turn + i) % fillings.size();
            if (fillings.get(candidate).hasRoom()) {
                return candidate;
            }
        }
        if (fillings.size() < table.most()) {
            try {
                help();
                return fillings.size() - 1;
            } catch (SQLException e) {
                throw new Refused(SqlFailure.message(e), e);
            }
        }
        return (turn + 1) % fillings.size();
    }

    /** All rows were there: waits until the server has them all. */
    void end() throws IOException, InterruptedException {
        for (Filling filling : fillings) {
            filling.add(END);
        }
        for (Filling filling : fillings) {
            filling.result();
        }
    }

    /** Ends what is not finished, and the session with it; nothing happens after {@link #end}. */
    @Override
    public void close() {
        fillings.forEach(Filling::stop);
    }

    /** One COPY into the table. */
    private final class Filling {
        private final BlockingQueue<byte[]> waiting = new ArrayBlockingQueue<>(WAITING);
        private final FutureTask<Long> work;
        private final Thread thread;

        Filling(RestoreSession session) {
            this.work = new FutureTask<>(() -> fill(session));
            this.thread = Thread.ofVirtual().name("copy").start(work);
        }

        private long fill(RestoreSession session) throws SQLException, InterruptedException {
            CopyIn copy = session.copyIn(statement);
            try {
                for (byte[] lines = waiting.take(); lines.length > 0; lines = waiting.take()) {
                    copy.writeToCopy(lines, 0, lines.length);
                }
                return copy.endCopy();
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        }

        boolean hasRoom() {
            return waiting.remainingCapacity() > 0;
        }

        void add(byte[] lines) throws IOException, InterruptedException {
            while (!waiting.offer(lines, 100, TimeUnit.MILLISECONDS)) {
                if (work.isDone()) {
                    result();
                    return;
                } else if (left() <= 0) {
                    throw new TooSlow();
                }
            }
        }

        void result() throws IOException, InterruptedException {
            try {
                work.get(left(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                throw new TooSlow();
            } catch (ExecutionException e) {
                String said = e.getCause() instanceof SQLException sql ? SqlFailure.message(sql) : Failure.reason(e);
                throw new Refused(said, e);
            }
        }

        private long left() {
            return deadline - System.nanoTime();
        }

        void stop() {
            thread.interrupt();
        }
    }
}
