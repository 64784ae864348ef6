package bmm.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.Semaphore;

/**
 * Memory for the pieces that are on their way. There is no more of it than was agreed on, however many ask; large pieces
 * get memory that was used before, so that the heap does not grow by what the collector has not found yet.
 */
final class PieceBuffers {
    private static final int MIB = 1 << 20;

    private final int most;
    private final Semaphore free;
    private final Deque<byte[]> idle = new ArrayDeque<>();
    private int idleMebibytes;

    /**
     * @param most all pieces together, in MiB
     */
    PieceBuffers(int most) {
        this.most = most;
        // In the order of asking: otherwise a large piece would wait as long as there are small ones.
        this.free = new Semaphore(most, true);
    }

    /** Whether a piece of so many bytes can be held at all. */
    boolean canHold(long size) {
        return size <= (long) most * MIB;
    }

    /** Reads a piece; waits while there is too little memory. */
    Held hold(RangedBody body, long offset, long size) throws IOException {
        int mebibytes = Math.toIntExact(Math.ceilDiv(Math.max(size, 1), MIB));
        try {
            free.acquire(mebibytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", e);
        }
        Held held = new Held(size > MIB ? take(mebibytes) : new byte[(int) size], (int) size, mebibytes);
        boolean whole = false;
        try (InputStream in = body.open(offset, size)) {
            int count = in.readNBytes(held.bytes, 0, held.size);
            if (count < size) {
                throw new IOException("it ended " + (size - count) + " bytes before its announced end");
            }
            whole = true;
            return held;
        } finally {
            if (!whole) {
                held.close();
            }
        }
    }

    private synchronized byte[] take(int mebibytes) {
        for (Iterator<byte[]> kept = idle.iterator(); kept.hasNext(); ) {
            byte[] bytes = kept.next();
            if (bytes.length == mebibytes * MIB) {
                kept.remove();
                idleMebibytes -= mebibytes;
                return bytes;
            }
        }
        return new byte[mebibytes * MIB];
    }

    private synchronized void keep(byte[] bytes) {
        idle.addFirst(bytes);
        idleMebibytes += bytes.length / MIB;
        while (idleMebibytes > most / 2) {
            idleMebibytes -= idle.removeLast().length / MIB;
        }
    }

    /** A piece in memory. */
    final class Held implements Body, AutoCloseable {
        private final byte[] bytes;
        private final int size;
        private final int mebibytes;

        private Held(byte[] bytes, int size, int mebibytes) {
            this.bytes = bytes;
            this.size = size;
            this.mebibytes = mebibytes;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(bytes, 0, size);
        }

        @Override
        public void close() {
            if (size > MIB) {
                keep(bytes);
            }
            free.release(mebibytes);
        }
    }
}
