package bmm.base;

import java.nio.file.Path;
import java.time.Instant;

/** A process of its own that takes a lock, says so, and holds it until its standard input ends. */
public final class LockHolder {
    private LockHolder() {}

    /** Prints {@code LOCKED}, or the failure of the attempt. */
    public static void main(String[] args) throws Exception {
        try (RunLock _ = RunLock.acquire(Path.of(args[0]), Instant.parse("2026-11-21T03:15:00Z"))) {
            System.out.println("HELD");
            while (System.in.read() >= 0) {
                // until the parent closes the pipe
            }
        } catch (Failure failure) {
            System.out.println(failure.exitCode() + " " + failure.getMessage());
        }
    }
}
