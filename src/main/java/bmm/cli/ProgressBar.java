package bmm.cli;

import bmm.base.Amounts;
import bmm.stream.Progress;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/** One line on a terminal that is written over and over: what, how much, how fast, and the table at hand. */
final class ProgressBar implements Progress {
    private static final long REDRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int WIDTH = 24;
    private static final int LINE = 100;

    private final PrintStream err;
    private String what = "";
    private String detail = "";
    private long expected;
    private long begun;
    private long drawn;
    private long done;

    ProgressBar(PrintStream err) {
        this.err = err;
    }

    @Override
    public synchronized void begin(String newWhat, long expectedBytes) {
        what = newWhat;
        expected = expectedBytes;
        detail = "";
        done = 0;
        begun = System.nanoTime();
        drawn = begun;
    }

    @Override
    public synchronized void bytes(long bytes) {
        done = bytes;
        draw();
    }

    @Override
    public synchronized void detail(String text) {
        detail = text;
        draw();
    }

    @Override
    public synchronized void end() {
        err.print("\r\u001b[K");
        err.flush();
    }

    private void draw() {
        long now = System.nanoTime();
        if (now - drawn < REDRAW_NANOS) {
            return;
        }
        drawn = now;
        double seconds = Math.max(0.001, (now - begun) / 1e9);
        StringBuilder line = new StringBuilder(what).append("  ");
        if (expected > 0) {
            int filled = (int) Math.min(WIDTH, WIDTH * done / expected);
            line.append('[')
                    .append("=".repeat(filled))
                    .append(" ".repeat(WIDTH - filled))
                    .append("]  ");
        }
        line.append(Amounts.bytes(done))
                .append("  ")
                .append(Amounts.bytes((long) (done / seconds)))
                .append("/s");
        if (!detail.isEmpty()) {
            line.append("  ").append(detail);
        }
        err.print("\r\u001b[K" + line.substring(0, Math.min(LINE, line.length())));
        err.flush();
    }
}
