package bmm.postgres;

import bmm.base.Failure;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
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
 * Fills tables through several sessions at once, a table at a time: one COPY keeps one processor of the server busy, and no
 * more. The rows of a small table go through one session, those of a large one through all of them, in turns.
 */
final class ParallelCopy implements DataScript.Tables, AutoCloseable {
    /** Pieces that wait for a session; when it has so many, another one is called to help. */
    private static final int WAITING = 4;

    private static final byte[] END = {};

    private final List<Session> sessions = new ArrayList<>();
    private final List<Filling> fillings = new ArrayList<>();
    private final long deadline;
    private String statement = "";
    private int turn;
    private boolean midRow;

    private ParallelCopy(Duration most) {
        this.deadline = System.nanoTime() + most.toNanos();
    }

    /** Connects the sessions; they work under what pg_restore's own would, until the time is over. */
    static ParallelCopy open(Server server, String database, int number, Duration most) {
        ParallelCopy copy = new ParallelCopy(most);
        boolean done = false;
        try {
            for (int i = 0; i < number; i++) {
                Session session = server.connect(database);
                copy.sessions.add(session);
                session.execute("SET xmloption = content");
                session.execute("SET check_function_bodies = false");
            }
            done = true;
            return copy;
        } catch (SQLException e) {
            throw SqlFailure.running(e, "database " + database);
        } finally {
            if (!done) {
                copy.close();
            }
        }
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

    @Override
    public void begin(String copyStatement) throws IOException {
        statement = copyStatement;
        turn = 0;
        midRow = false;
        fillings.clear();
        help();
    }

    private void help() {
        fillings.add(new Filling(sessions.get(fillings.size()), statement));
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
    private int next() {
        for (int i = 1; i <= fillings.size(); i++) {
            int candidate = (turn + i) % fillings.size();
            if (fillings.get(candidate).hasRoom()) {
                return candidate;
            }
        }
        if (fillings.size() < sessions.size()) {
            help();
            return fillings.size() - 1;
        }
        return (turn + 1) % fillings.size();
    }

    @Override
    public void end() throws IOException, InterruptedException {
        for (Filling filling : fillings) {
            filling.add(END);
        }
        for (Filling filling : fillings) {
            filling.result();
        }
        fillings.clear();
    }

    /** Ends the sessions, and with them what they have not finished. */
    @Override
    public void close() {
        fillings.forEach(Filling::stop);
        sessions.forEach(Session::close);
    }

    /** One COPY into the table. */
    private final class Filling {
        private final BlockingQueue<byte[]> waiting = new ArrayBlockingQueue<>(WAITING);
        private final FutureTask<Long> work;
        private final Thread thread;

        Filling(Session session, String statement) {
            this.work = new FutureTask<>(() -> fill(session, statement));
            this.thread = Thread.ofVirtual().name("copy").start(work);
        }

        private long fill(Session session, String statement) throws SQLException, InterruptedException {
            CopyIn copy = session.driver().getCopyAPI().copyIn(statement);
            for (byte[] lines = waiting.take(); lines.length > 0; lines = waiting.take()) {
                copy.writeToCopy(lines, 0, lines.length);
            }
            return copy.endCopy();
        }

        boolean hasRoom() {
            return waiting.remainingCapacity() > 0;
        }

        void add(byte[] lines) throws IOException, InterruptedException {
            while (!waiting.offer(lines, 100, TimeUnit.MILLISECONDS)) {
                if (work.isDone()) {
                    result();
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
