package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.IntFunction;

/**
 * A scratch cluster that is made while the dump is still being fetched and compared: initdb takes a processor for a second,
 * and the manifest says already what version it takes. Closing it removes a cluster that nobody took.
 */
public final class EarlyCluster implements AutoCloseable {
    private final int major;
    private final FutureTask<ScratchCluster> making;
    private final Thread thread;
    private boolean taken;

    private EarlyCluster(int major, FutureTask<ScratchCluster> making) {
        this.major = major;
        this.making = making;
        this.thread = Thread.ofVirtual().name("initdb").start(making);
    }

    /**
     * Begins with it.
     *
     * @param major version of PostgreSQL
     */
    public static EarlyCluster begin(int major, IntFunction<ScratchCluster> how) {
        return new EarlyCluster(major, new FutureTask<>(() -> how.apply(major)));
    }

    /** The version of PostgreSQL it is made of. */
    public int major() {
        return major;
    }

    /**
     * The cluster, which is the caller's from now on.
     *
     * @throws Failure {@link ExitCode#PREFLIGHT} if it could not be made
     */
    public ScratchCluster take() throws InterruptedException {
        try {
            ScratchCluster cluster = making.get();
            taken = true;
            return cluster;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Failure failure
                    ? failure
                    : new Failure(ExitCode.INTERNAL, "scratch cluster: " + Failure.reason(e), e);
        }
    }

    @Override
    public void close() {
        if (taken) {
            return;
        }
        // A drill that was told to stop still removes what it has made.
        boolean interrupted = Thread.interrupted();
        thread.interrupt();
        try {
            making.get().close();
        } catch (ExecutionException e) {
            // It was not made, and has removed what there was of it.
            return;
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
