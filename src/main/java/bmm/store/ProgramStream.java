package bmm.store;

import bmm.process.RunningCommand;
import java.io.IOException;
import java.io.InputStream;

/**
 * An object as a program prints it. The number of bytes is known beforehand, so that an answer which was cut off is never
 * taken for the whole.
 */
final class ProgramStream extends InputStream {
    /** Why the program ended early. */
    interface Reason {
        RuntimeException of(RunningCommand running, long missing);
    }

    private final RunningCommand running;
    private final InputStream output;
    private final Reason reason;
    private long remaining;

    /**
     * @param length bytes that will come
     */
    ProgramStream(RunningCommand running, InputStream output, long length, Reason reason) {
        this.running = running;
        this.output = output;
        this.remaining = length;
        this.reason = reason;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) {
        if (length == 0) {
            return 0;
        }
        if (remaining == 0) {
            return -1;
        }
        int count;
        try {
            count = output.read(target, from, (int) Math.min(length, remaining));
        } catch (IOException e) {
            // It was stopped.
            count = -1;
        }
        if (count < 0) {
            throw reason.of(running, remaining);
        }
        remaining -= count;
        return count;
    }

    @Override
    public void close() {
        running.close();
    }
}
