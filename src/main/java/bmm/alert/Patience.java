package bmm.alert;

import java.time.Duration;

/** How long a run may stay for sending. */
interface Patience {
    boolean isOver();

    /** Waits, unless that takes longer than there is patience for. */
    boolean pause(Duration wait) throws InterruptedException;

    /** So long from now on, by the clock that nobody can put back. */
    static Patience of(Duration most) {
        long deadline = System.nanoTime() + most.toNanos();
        return new Patience() {
            @Override
            public boolean isOver() {
                return System.nanoTime() - deadline >= 0;
            }

            @Override
            public boolean pause(Duration wait) throws InterruptedException {
                if (wait.toNanos() > deadline - System.nanoTime()) {
                    return false;
                }
                Thread.sleep(wait.plusMillis(1));
                return true;
            }
        };
    }
}
