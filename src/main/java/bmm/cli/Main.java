package bmm.cli;

import bmm.base.ExitCode;
import bmm.base.Stopping;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The process: runs bmm, and on SIGTERM or SIGINT lets the run clean up and end with its own exit code. */
public final class Main {
    private static final int SECONDS_TO_CLEAN_UP = 60;

    private static final Output ERR = new Output(System.err);

    private Main() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** Runs bmm, from now on ready for a signal, and returns its exit code. */
    static int run(String... args) {
        AtomicInteger exitCode = new AtomicInteger(130);
        CountDownLatch ended = new CountDownLatch(1);
        Thread main = Thread.currentThread();
        Thread onSignal = new Thread(() -> stop(main, ended, exitCode), "on-signal");
        Runtime.getRuntime().addShutdownHook(onSignal);
        // The JDK's own way prints what an exception says as it is.
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> ERR.line("bmm: " + thread.getName() + ": " + e));
        try {
            exitCode.set(Bmm.run(System.out, System.err, args));
        } catch (OutOfMemoryError | LinkageError e) {
            // Nothing that is left can be trusted to work; say so, and end.
            ERR.line("bmm: " + e);
            exitCode.set(ExitCode.INTERNAL.code());
        } finally {
            System.out.flush();
            ended.countDown();
        }
        return exitCode.get();
    }

    /** Runs when the JVM is told to end, and also on every ordinary exit, when there is nothing left to stop. */
    private static void stop(Thread main, CountDownLatch ended, AtomicInteger exitCode) {
        if (ended.getCount() == 0) {
            return;
        }
        Stopping.now();
        main.interrupt();
        try {
            if (!ended.await(SECONDS_TO_CLEAN_UP, TimeUnit.SECONDS)) {
                ERR.line("bmm: clean-up took too long");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ERR.flush();
        // Not exit: a shutdown is in progress, and its own status would be the signal's.
        Runtime.getRuntime().halt(exitCode.get());
    }
}
