package bmm.mirror;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Does many steps at a time. */
final class Transfers {
    /** Steps that wait for a free thread. */
    private static final int WAITING = 4;

    private final int threads;
    private final BooleanSupplier goOn;

    /**
     * @param goOn asked before each step
     */
    Transfers(int threads, BooleanSupplier goOn) {
        this.threads = threads;
        this.goOn = goOn;
    }

    /**
     * Hands every step of the wanted kind to the work, and waits for all.
     *
     * @return whether all were handed out; if not, it was time to stop
     */
    boolean run(Steps steps, Predicate<Step> wanted, Consumer<Step> work) {
        ExecutorService pool = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("transfer-", 1).factory());
        Semaphore places = new Semaphore(threads + WAITING);
        AtomicReference<RuntimeException> broken = new AtomicReference<>();
        boolean[] all = {true};
        try {
            steps.forEach(step -> {
                if (!wanted.test(step)) {
                    return true;
                }
                if (broken.get() != null || !goOn.getAsBoolean()) {
                    all[0] = false;
                    return false;
                }
                places.acquireUninterruptibly();
                pool.execute(() -> {
                    try {
                        work.accept(step);
                    } catch (RuntimeException e) {
                        broken.compareAndSet(null, e);
                    } finally {
                        places.release();
                    }
                });
                return true;
            });
            await(pool);
        } finally {
            pool.shutdownNow();
        }
        RuntimeException thrown = broken.get();
        if (thrown != null) {
            throw thrown;
        }
        return all[0];
    }

    private static void await(ExecutorService pool) {
        pool.shutdown();
        try {
            while (!pool.awaitTermination(1, TimeUnit.HOURS)) {
                Thread.onSpinWait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.MIRROR, "stopped", "run it again; what is copied stays copied", e);
        }
    }
}
