package bmm.cli;

import bmm.base.Amounts;
import bmm.stream.Progress;
import java.util.concurrent.TimeUnit;

/** One line on a terminal that is written over and over: what, how much, how fast, and the table at hand. */
final class ProgressBar implements Progress {
    private static final long REDRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int WIDTH = 24;
    private static final int LINE = 100;

    private final Output err;
    private String what = "";
    private String detail = "";
    private long expected;
    private long begun;
    private long drawn;
    private long done;

    ProgressBar(Output err) {
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
        err.redraw("", 0);
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
        err.redraw(line.toString(), LINE);
    }
}
