package bmm.base;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What has to be stopped when the process is told to end (SIGTERM, SIGINT): child programs and queries, which no thread
 * interrupt reaches. The run then fails where it waits for them, and cleans up on its ordinary way out.
 */
public final class Stopping {
    private static final Set<Runnable> RUNNING = new LinkedHashSet<>();
    private static volatile boolean requested;

    private Stopping() {}

    /** Ends the registration. */
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /** Registers something that runs, and how to stop it; if the end was asked for already, it is stopped at once. */
    public static Registration register(Runnable stop) {
        synchronized (RUNNING) {
            RUNNING.add(stop);
        }
        if (requested) {
            stop.run();
        }
        return () -> {
            synchronized (RUNNING) {
                RUNNING.remove(stop);
            }
        };
    }

    /** Stops everything that is registered, newest first. */
    public static void now() {
        requested = true;
        ArrayList<Runnable> all;
        synchronized (RUNNING) {
            all = new ArrayList<>(RUNNING);
        }
        all.reversed().forEach(Runnable::run);
    }

    /** Whether the process was told to end. */
    public static boolean requested() {
        return requested;
    }

    /** Lets what still has to run on the way out, a post hook say, run to its end. */
    public static void done() {
        requested = false;
    }
}
