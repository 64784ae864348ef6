package bmm.cli;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** The last lines of a log, about as much as a watchdog takes. */
final class LogTail extends OutputStream {
    private static final int MOST = 100_000;

    private final Deque<byte[]> lines = new ArrayDeque<>();
    private int size;

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        byte[] line = new byte[length];
        System.arraycopy(bytes, offset, line, 0, length);
        lines.addLast(line);
        size += length;
        while (size > MOST && lines.size() > 1) {
            size -= lines.removeFirst().length;
        }
    }

    synchronized String text() {
        StringBuilder text = new StringBuilder(size);
        lines.forEach(line -> text.append(new String(line, StandardCharsets.UTF_8)));
        return text.toString();
    }
}
